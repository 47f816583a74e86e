# DFAD on the digit scenes, with the networks, generator, student steps, batch
# and schedule of SSD-KD's config.
_base_ = [
    '../../_base_/algorithms/dfad.py',
    '../../_base_/peers/digit_scenes.py',
    '../../_base_/datasets/digit_scenes.py',
    '../../_base_/default_runtime.py',
]
default_scope = 'mmseg'

model = dict(
    **_base_.peer,
    # The mean over the decode heads' pixels and classes, as DFAD has it.
    distiller=dict(
        student_recorders=dict(logits=dict(source='decode_head.conv_seg')),
        teacher_recorders=dict(
            logits=dict(source='teacher.decode_head.conv_seg')
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
