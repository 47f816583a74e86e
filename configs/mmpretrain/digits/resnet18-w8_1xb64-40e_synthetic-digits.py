# The digits' student, trained by plain mmpretrain on the hard labels of an
# exported synthetic set of 2,560 images, in as many steps as SSD-KD takes.
_base_ = [
    '../../_base_/models/digits.py',
    '../../_base_/datasets/digits.py',
    '../../_base_/schedules/sgd.py',
    '../../_base_/default_runtime.py',
]

model = _base_.resnet18_w8

train_dataloader = dict(
    batch_size=64,
    num_workers=0,
    dataset=_base_.synthetic_digits,
    sampler=dict(type='DefaultSampler', shuffle=True),
)
train_cfg = dict(by_epoch=True, max_epochs=40, val_interval=10)
param_scheduler = dict(end=40)
default_hooks = dict(checkpoint=dict(interval=20))
