# The teacher of several labels, ResNet-18 for CIFAR at 16 channels (0.70M
# parameters), trained on 5,120 images of up to four real digits.
_base_ = [
    '../../_base_/models/digit_sets.py',
    '../../_base_/datasets/digit_sets.py',
    '../../_base_/schedules/sgd.py',
    '../../_base_/default_runtime.py',
]

model = _base_.resnet18_w16

train_dataloader = dict(
    batch_size=64,
    num_workers=0,
    dataset=dict(
        type='mmrazor_ssdkd.DigitSets',
        split='train',
        length=5120,
        pipeline=[
            dict(type='RandomCrop', crop_size=16, padding=2),
            dict(type='PackInputs'),
        ],
    ),
    sampler=dict(type='DefaultSampler', shuffle=True),
)
train_cfg = dict(by_epoch=True, max_epochs=10, val_interval=10)
param_scheduler = dict(end=10)
default_hooks = dict(checkpoint=dict(interval=10))
