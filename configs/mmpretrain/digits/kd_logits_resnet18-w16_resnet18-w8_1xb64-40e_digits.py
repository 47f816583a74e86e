# The oracle of the digits' tables: the student, steps, batch and loss of
# ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py, distilled on the
# 1,257 real images by MMRazor's own algorithm.
_base_ = [
    '../../_base_/models/digits.py',
    '../../_base_/algorithms/kd_cls.py',
    '../../_base_/datasets/digits.py',
    '../../_base_/schedules/sgd.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    # Trained by resnet18-w16_1xb64-60e_digits.py.
    teacher_ckpt='work_dirs/resnet18-w16_1xb64-60e_digits/epoch_60.pth',
    teacher=_base_.resnet18_w16,
    architecture=_base_.resnet18_w8,
)

train_dataloader = dict(
    batch_size=64,
    num_workers=0,
    # Twice, for the 40 steps in an epoch that SSD-KD takes.
    dataset=dict(
        type='RepeatDataset',
        times=2,
        dataset=dict(
            type='mmrazor_ssdkd.Digits',
            split='train',
            pipeline=[dict(type='PackInputs')],
        ),
    ),
    sampler=dict(type='DefaultSampler', shuffle=True),
)
train_cfg = dict(by_epoch=True, max_epochs=40, val_interval=10)
param_scheduler = dict(end=40)
default_hooks = dict(checkpoint=dict(interval=20))
