# The networks, generator, optimizers and schedule that MMRazor's own data-free
# algorithms get on CIFAR-10's slim pair: those of SSD-KD. A leaf config adds
# `**_base_.peer` to its `model`, and the length of its dataset.
_base_ = ['../models/cifar10_slim.py', '../schedules/data_free.py']
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

train_dataloader = dict(
    batch_size=256,
    num_workers=0,
    dataset=dict(type='mmrazor_ssdkd.LatentDataset'),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
# bfloat16 where it pays. The student's optimizer is SSD-KD's, the generator's
# rate as on the digits.
optim_wrapper = dict(
    generator=dict(
        type='mmrazor_ssdkd.Bf16OptimWrapper', optimizer=dict(lr=1e-2)
    ),
    architecture=dict(
        type='mmrazor_ssdkd.Bf16OptimWrapper', optimizer=dict(lr=0.2)
    ),
)
train_cfg = dict(by_epoch=True, max_epochs=200, val_interval=20)
cosine = [
    dict(
        type='CosineAnnealingLR',
        begin=0,
        end=200,
        by_epoch=True,
        convert_to_iter_based=True,
    )
]
# One list for each optimizer, stepped once in every iteration.
param_scheduler = dict(generator=cosine, architecture=cosine)
del cosine
