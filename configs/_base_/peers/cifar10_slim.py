# The networks and the generator that MMRazor's own data-free algorithms get on
# CIFAR-10's slim pair: those of SSD-KD. A leaf config adds
# `**_base_.peer` to its `model`.
_base_ = '../models/cifar10_slim.py'
peer = dict(
    teachers=dict(
        teacher=dict(
            build_cfg=_base_.resnet18_w16,
            # Trained by resnet18-w16_1xb128-30e_cifar10.py.
            ckpt_path='work_dirs/resnet18-w16_1xb128-30e_cifar10/epoch_30.pth',
        )
    ),
    architecture=_base_.resnet18_w8,
    generator=dict(
        type='mmrazor_ssdkd.NormalizedGenerator',
        generator=dict(
            type='mmrazor_ssdkd.SSDKDGenerator',
            image_size=32,
            base_channels=32,
        ),
        mean=_base_.cifar_preprocessor.mean,
        std=_base_.cifar_preprocessor.std,
    ),
)
