# The oracle of the digit pairs' tables: the student, steps, batch and loss of
# SSD-KD's config, distilled on real pairs by MMRazor's own algorithm.
_base_ = [
    '../../_base_/models/digit_pairs.py',
    '../../_base_/algorithms/kd_cls.py',
    '../../_base_/datasets/digit_pairs.py',
    '../../_base_/schedules/sgd.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    # Trained by resnet18-w16_1xb128-6e_digit-pairs.py.
    teacher_ckpt='work_dirs/resnet18-w16_1xb128-6e_digit-pairs/epoch_6.pth',
    teacher=_base_.resnet18_w16,
    architecture=_base_.resnet18_w8,
)

train_dataloader = dict(
    batch_size=128,
    num_workers=0,
    dataset=dict(
        type='mmrazor_ssdkd.DigitPairs',
        split='train',
        length=5120,
        pipeline=[dict(type='PackInputs')],
    ),
    sampler=dict(type='DefaultSampler', shuffle=True),
)
train_cfg = dict(by_epoch=True, max_epochs=20, val_interval=5)
param_scheduler = dict(end=20)
default_hooks = dict(checkpoint=dict(interval=20))
