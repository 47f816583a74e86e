# SSD-KD on CIFAR-10 for a CPU: slim ResNet-18 to one of half its width and a
# quarter of its parameters, 4,000 student steps at a data scale of 10%.
_base_ = [
    '../../_base_/models/cifar10_slim.py',
    '../../_base_/models/ssdkd_cifar.py',
    '../../_base_/datasets/cifar10.py',
    '../../_base_/schedules/ssdkd_cifar.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    # Trained by resnet18-w16_1xb128-30e_cifar10.py.
    teacher_ckpt='work_dirs/resnet18-w16_1xb128-30e_cifar10/epoch_30.pth',
    teacher=_base_.resnet18_w16,
    architecture=_base_.resnet18_w8,
    # Half as wide as for the large pairs, whose generator would take most of
    # the time here.
    generator=dict(base_channels=32),
)

# bfloat16 where it pays.
optim_wrapper = dict(
    generator=dict(type='mmrazor_ssdkd.Bf16OptimWrapper'),
    architecture=dict(type='mmrazor_ssdkd.Bf16OptimWrapper'),
)
train_cfg = dict(max_epochs=200, val_interval=20)
param_scheduler = dict(
    architecture=[
        dict(
            type='CosineAnnealingLR',
            begin=0,
            end=200,
            by_epoch=True,
            convert_to_iter_based=True,
        )
    ],
)
