# A teacher that is torchvision's, trained on 1,257 real images.
_base_ = [
    '../../_base_/models/torchvision_digits.py',
    '../../_base_/datasets/digits.py',
    '../../_base_/schedules/sgd.py',
    '../../_base_/default_runtime.py',
]

model = _base_.mobilenet_v2

train_dataloader = dict(
    batch_size=64,
    num_workers=0,
    dataset=dict(
        type='mmrazor_ssdkd.Digits',
        split='train',
        channels=3,
        pipeline=[
            dict(type='RandomCrop', crop_size=16, padding=2),
            dict(type='PackInputs'),
        ],
    ),
    sampler=dict(type='DefaultSampler', shuffle=True),
)
val_dataloader = dict(dataset=dict(channels=3))
test_dataloader = dict(dataset=dict(channels=3))
train_cfg = dict(by_epoch=True, max_epochs=30, val_interval=30)
param_scheduler = dict(end=30)
default_hooks = dict(checkpoint=dict(interval=30))
