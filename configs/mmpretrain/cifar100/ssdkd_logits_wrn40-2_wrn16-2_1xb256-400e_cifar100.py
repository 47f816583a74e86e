# SSD-KD on CIFAR-100, WRN-40-2 to WRN-16-2, at a data scale of 10%.
_base_ = [
    '../../_base_/models/cifar100.py',
    '../../_base_/models/ssdkd_cifar.py',
    '../../_base_/datasets/cifar100.py',
    '../../_base_/schedules/ssdkd_cifar.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    # Trained by wrn40-2_1xb128-200e_cifar100.py.
    teacher_ckpt='work_dirs/wrn40-2_1xb128-200e_cifar100/epoch_200.pth',
    teacher=_base_.wrn40_2,
    architecture=_base_.wrn16_2,
)
