# The digits' teacher, ResNet-18 for CIFAR at 16 channels (0.70M parameters),
# trained on 1,257 real images.
_base_ = [
    '../../_base_/models/digits.py',
    '../../_base_/datasets/digits.py',
    '../../_base_/schedules/sgd.py',
    '../../_base_/default_runtime.py',
]

model = _base_.resnet18_w16

train_dataloader = dict(
    batch_size=64,
    num_workers=0,
    dataset=dict(
        type='mmrazor_ssdkd.Digits',
        split='train',
        pipeline=[
            dict(type='RandomCrop', crop_size=16, padding=2),
            dict(type='PackInputs'),
        ],
    ),
    sampler=dict(type='DefaultSampler', shuffle=True),
)
train_cfg = dict(by_epoch=True, max_epochs=60, val_interval=60)
param_scheduler = dict(end=60)
default_hooks = dict(checkpoint=dict(interval=60))
