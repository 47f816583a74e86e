"""The digits' teacher, trained on 1,257 real images."""

_base_ = [
    '../../_base_/models/resnet18-w16_digits.py',
    '../../_base_/datasets/digits.py',
    '../../_base_/default_runtime.py',
]

train_dataloader = dict(
    batch_size=64,
    num_workers=0,
    dataset=dict(
        type='mmrazor_ssdkd.Digits',
        split='train',
        pipeline=[
            # Two of the sixteen pixels, on digits that are not centred.
            dict(type='RandomCrop', crop_size=16, padding=2),
            dict(type='PackInputs'),
        ],
    ),
    sampler=dict(type='DefaultSampler', shuffle=True),
)
train_cfg = dict(by_epoch=True, max_epochs=30, val_interval=30)
optim_wrapper = dict(
    optimizer=dict(
        type='SGD', lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True
    )
)
# Stepped every iteration: 20 in an epoch.
param_scheduler = dict(
    type='CosineAnnealingLR',
    by_epoch=True,
    begin=0,
    end=30,
    convert_to_iter_based=True,
)
default_hooks = dict(checkpoint=dict(interval=30))
