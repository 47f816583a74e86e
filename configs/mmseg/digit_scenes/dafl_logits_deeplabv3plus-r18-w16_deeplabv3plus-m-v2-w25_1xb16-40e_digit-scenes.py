# DAFL on the digit scenes, with the networks, generator, student steps, batch
# and schedule of SSD-KD's config.
_base_ = [
    '../../_base_/algorithms/dafl.py',
    '../../_base_/peers/digit_scenes.py',
    '../../_base_/datasets/digit_scenes.py',
    '../../_base_/default_runtime.py',
]
default_scope = 'mmseg'

model = dict(
    **_base_.peer,
    distiller=dict(
        student_recorders=dict(logits=dict(source='decode_head.conv_seg')),
        teacher_recorders=dict(
            logits=dict(source='teacher.decode_head.conv_seg')
        ),
        # MMRazor sums these over the pixels, here 16x16, where a classifier
        # has one; the other losses are means.
        distill_losses=dict(loss_kl=dict(loss_weight=1 / 256)),
    ),
    generator_distiller=dict(
        teacher_recorders=dict(
            features=dict(source='teacher.backbone.layer4'),
            logits=dict(source='teacher.decode_head.conv_seg'),
        ),
        distill_losses=dict(loss_entropy=dict(loss_weight=5 / 256)),
    ),
)

# 100 iterations of one student step in an epoch.
train_dataloader = dict(dataset=dict(length=1600))
# The generator keeps its learning rate, as in the paper.
param_scheduler = dict(generator=[])
default_hooks = dict(checkpoint=dict(interval=10))
