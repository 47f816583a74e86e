# The digit pairs' teacher, ResNet-18 for CIFAR at 16 channels (0.71M
# parameters), trained on pairs of the 1,257 real digits.
_base_ = [
    '../../_base_/models/digit_pairs.py',
    '../../_base_/datasets/digit_pairs.py',
    '../../_base_/schedules/sgd.py',
    '../../_base_/default_runtime.py',
]

model = _base_.resnet18_w16

train_dataloader = dict(
    batch_size=128,
    num_workers=0,
    dataset=dict(
        type='mmrazor_ssdkd.DigitPairs',
        split='train',
        length=10000,
        pipeline=[
            dict(type='RandomCrop', crop_size=(8, 16), padding=1),
            dict(type='PackInputs'),
        ],
    ),
    sampler=dict(type='DefaultSampler', shuffle=True),
)
train_cfg = dict(by_epoch=True, max_epochs=6, val_interval=6)
param_scheduler = dict(end=6)
default_hooks = dict(checkpoint=dict(interval=6))
