# SSD-KD on CIFAR-10, VGG-11 to ResNet-18, at a data scale of 10%.
_base_ = [
    '../../_base_/models/cifar10.py',
    '../../_base_/models/ssdkd_cifar.py',
    '../../_base_/datasets/cifar10.py',
    '../../_base_/schedules/ssdkd_cifar.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    # Trained by vgg11_1xb128-200e_cifar10.py.
    teacher_ckpt='work_dirs/vgg11_1xb128-200e_cifar10/epoch_200.pth',
    teacher=_base_.vgg11,
    architecture=_base_.resnet18,
)
