# SSD-KD on the digits, without the digits: 40 epochs of 2,560 draws.
_base_ = [
    '../../_base_/models/digits.py',
    '../../_base_/models/ssdkd_digits.py',
    '../../_base_/datasets/digits.py',
    '../../_base_/schedules/ssdkd_40e.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    # Trained by resnet18-w16_1xb64-60e_digits.py.
    teacher_ckpt='work_dirs/resnet18-w16_1xb64-60e_digits/epoch_60.pth',
    teacher=_base_.resnet18_w16,
    architecture=_base_.resnet18_w8,
)

# Twice the base's: the noise of a round has ten steps to become images.
optim_wrapper = dict(generator=dict(optimizer=dict(lr=1e-2)))
default_hooks = dict(checkpoint=dict(interval=20))
