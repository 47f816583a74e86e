# The oracle of resnet34 to resnet18: as many draws as the SSD-KD config's,
# 2,000,000 (7,840 steps, there 8,000).
_base_ = [
    '../../_base_/models/cifar10.py',
    '../../_base_/algorithms/kd_cifar.py',
    '../../_base_/datasets/cifar10.py',
    '../../_base_/schedules/sgd.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    # Trained by resnet34_1xb128-200e_cifar10.py.
    teacher_ckpt='work_dirs/resnet34_1xb128-200e_cifar10/epoch_200.pth',
    teacher=_base_.resnet34,
    architecture=_base_.resnet18,
)

train_dataloader = dict(
    batch_size=256,
    num_workers=4,
    dataset=_base_.cifar10_train,
    sampler=dict(type='DefaultSampler', shuffle=True),
)
train_cfg = dict(by_epoch=True, max_epochs=40, val_interval=5)
param_scheduler = dict(end=40)
optim_wrapper = dict(optimizer=dict(lr=0.2))
