# SSD-KD where images have several labels: 40 epochs of 2,560 draws.
_base_ = [
    '../../_base_/models/digit_sets.py',
    '../../_base_/models/ssdkd_digits.py',
    '../../_base_/datasets/digit_sets.py',
    '../../_base_/schedules/ssdkd_40e.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    # Trained by resnet18-w16_1xb64-10e_digit-sets.py.
    teacher_ckpt='work_dirs/resnet18-w16_1xb64-10e_digit-sets/epoch_10.pth',
    teacher=_base_.resnet18_w16,
    architecture=_base_.resnet18_w8,
)

# Twice the base's: the noise of a round has ten steps to become images.
optim_wrapper = dict(generator=dict(optimizer=dict(lr=1e-2)))
default_hooks = dict(checkpoint=dict(interval=20))
