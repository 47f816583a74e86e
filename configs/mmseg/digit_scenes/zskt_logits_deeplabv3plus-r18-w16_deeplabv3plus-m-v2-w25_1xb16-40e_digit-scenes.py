# ZSKT on the digit scenes, with the networks, generator, student steps, batch
# and schedule of SSD-KD's config.
_base_ = [
    '../../_base_/algorithms/zskt.py',
    '../../_base_/peers/digit_scenes.py',
    '../../_base_/datasets/digit_scenes.py',
    '../../_base_/default_runtime.py',
]
default_scope = 'mmseg'

model = dict(
    **_base_.peer,
    # As on the digits.
    student_iter=5,
    # Stages of one resolution: a quarter, then three times an eighth.
    distiller=dict(
        student_recorders=dict(
            stage1=dict(source='backbone.layer2'),
            stage2=dict(source='backbone.layer3'),
            stage3=dict(source='backbone.layer5'),
            stage4=dict(source='backbone.layer7'),
            logits=dict(source='decode_head.conv_seg'),
        ),
        teacher_recorders=dict(
            stage1=dict(source='teacher.backbone.layer1'),
            stage2=dict(source='teacher.backbone.layer2'),
            stage3=dict(source='teacher.backbone.layer3'),
            stage4=dict(source='teacher.backbone.layer4'),
            logits=dict(source='teacher.decode_head.conv_seg'),
        ),
        loss_forward_mappings=dict(
            loss_at1=dict(
                s_feature=dict(record_idx=0), t_feature=dict(record_idx=0)
            ),
            loss_at2=dict(
                s_feature=dict(record_idx=0), t_feature=dict(record_idx=0)
            ),
            loss_at3=dict(
                s_feature=dict(record_idx=0), t_feature=dict(record_idx=0)
            ),
            loss_at4=dict(
                s_feature=dict(record_idx=0), t_feature=dict(record_idx=0)
            ),
        ),
    ),
    generator_distiller=dict(
        student_recorders=dict(logits=dict(source='decode_head.conv_seg')),
        teacher_recorders=dict(
            logits=dict(source='teacher.decode_head.conv_seg')
        ),
    ),
)

# 20 iterations of 5 student steps in an epoch: 1,600 images.
train_dataloader = dict(dataset=dict(length=320))
default_hooks = dict(checkpoint=dict(interval=10))
