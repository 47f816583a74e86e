# CIFAR-100's teacher VGG-11, from random weights.
_base_ = [
    '../../_base_/models/cifar100.py',
    '../../_base_/datasets/cifar100.py',
    '../../_base_/schedules/cifar_teacher.py',
    '../../_base_/default_runtime.py',
]

model = _base_.vgg11
train_dataloader = dict(dataset=_base_.cifar100_train)
