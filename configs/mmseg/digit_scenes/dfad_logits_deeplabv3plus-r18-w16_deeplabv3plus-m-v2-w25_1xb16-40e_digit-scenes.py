# DFAD on the digit scenes, with the networks, generator, student steps, batch
# and schedule of SSD-KD's config.
_base_ = [
    '../../_base_/algorithms/dfad.py',
    '../../_base_/peers/digit_scenes.py',
    '../../_base_/datasets/digit_scenes.py',
    '../../_base_/schedules/data_free.py',
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

train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    # 20 iterations of 5 student steps in an epoch: 1,600 images.
    dataset=dict(type='mmrazor_ssdkd.LatentDataset', length=320),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
train_cfg = dict(by_epoch=True, max_epochs=40, val_interval=10)
# One list for each optimizer, stepped once in every iteration.
param_scheduler = dict(
    generator=[
        dict(
            type='CosineAnnealingLR',
            begin=0,
            end=40,
            by_epoch=True,
            convert_to_iter_based=True,
        )
    ],
    architecture=[
        dict(
            type='CosineAnnealingLR',
            begin=0,
            end=40,
            by_epoch=True,
            convert_to_iter_based=True,
        )
    ],
)
# The generator's rate as on the digits, the student's decay as SSD-KD's.
optim_wrapper = dict(
    generator=dict(optimizer=dict(lr=1e-2)),
    architecture=dict(optimizer=dict(weight_decay=5e-3)),
)
default_hooks = dict(checkpoint=dict(interval=10))
