# The slim pair's teacher, ResNet-18 at 16 channels (0.70M parameters), with a
# schedule for a CPU.
_base_ = [
    '../../_base_/models/cifar10_slim.py',
    '../../_base_/datasets/cifar10.py',
    '../../_base_/schedules/cifar_teacher.py',
    '../../_base_/default_runtime.py',
]

model = _base_.resnet18_w16
train_dataloader = dict(dataset=_base_.cifar10_train)
train_cfg = dict(max_epochs=30, val_interval=5)
param_scheduler = dict(end=30)
