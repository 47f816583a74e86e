# DAFL on the digit scenes, with the networks, generator, student steps, batch
# and schedule of SSD-KD's config.
_base_ = [
    '../../_base_/algorithms/dafl.py',
    '../../_base_/peers/digit_scenes.py',
    '../../_base_/datasets/digit_scenes.py',
    '../../_base_/schedules/data_free.py',
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

train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    # 100 iterations of one student step in an epoch.
    dataset=dict(type='mmrazor_ssdkd.LatentDataset', length=1600),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
train_cfg = dict(by_epoch=True, max_epochs=40, val_interval=10)
# One list for each optimizer, stepped once in every iteration: the generator
# keeps its learning rate, as in the paper.
param_scheduler = dict(
    generator=[],
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
