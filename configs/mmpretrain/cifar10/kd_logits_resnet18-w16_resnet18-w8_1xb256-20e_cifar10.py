# The oracle of the slim pair: as many draws as the SSD-KD config's, 1,000,000
# (3,920 steps, there 4,000).
_base_ = [
    '../../_base_/models/cifar10_slim.py',
    '../../_base_/algorithms/kd_cifar.py',
    '../../_base_/datasets/cifar10.py',
    '../../_base_/schedules/sgd.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    # Trained by resnet18-w16_1xb128-30e_cifar10.py.
    teacher_ckpt='work_dirs/resnet18-w16_1xb128-30e_cifar10/epoch_30.pth',
    teacher=_base_.resnet18_w16,
    architecture=_base_.resnet18_w8,
)

train_dataloader = dict(
    batch_size=256,
    num_workers=2,
    dataset=_base_.cifar10_train,
    sampler=dict(type='DefaultSampler', shuffle=True),
)
train_cfg = dict(by_epoch=True, max_epochs=20, val_interval=5)
param_scheduler = dict(end=20)
optim_wrapper = dict(
    type='mmrazor_ssdkd.Bf16OptimWrapper', optimizer=dict(lr=0.2)
)
