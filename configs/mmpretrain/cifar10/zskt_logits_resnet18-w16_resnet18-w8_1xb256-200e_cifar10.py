# ZSKT on CIFAR-10 for a CPU, with the networks, generator, steps, batch
# and schedule of ssdkd_logits_resnet18-w16_resnet18-w8_1xb256-200e_cifar10.py.
_base_ = [
    '../../_base_/algorithms/zskt.py',
    '../../_base_/peers/cifar10_slim.py',
    '../../_base_/datasets/cifar10.py',
    '../../_base_/schedules/data_free.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    **_base_.peer,
    # As on the digits.
    student_iter=5,
)

# bfloat16 on a CPU that has it. The student's optimizer is SSD-KD's, the
# generator's rate as on the digits.
optim_wrapper = dict(
    generator=dict(
        type='mmrazor_ssdkd.Bf16OptimWrapper', optimizer=dict(lr=1e-2)
    ),
    architecture=dict(
        type='mmrazor_ssdkd.Bf16OptimWrapper', optimizer=dict(lr=0.2)
    ),
)
train_dataloader = dict(
    batch_size=256,
    num_workers=0,
    # 4 iterations of 5 student steps in an epoch.
    dataset=dict(type='mmrazor_ssdkd.LatentDataset', length=1024),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
train_cfg = dict(by_epoch=True, max_epochs=200, val_interval=20)
# One list for each optimizer, stepped once in every iteration.
param_scheduler = dict(
    generator=[
        dict(
            type='CosineAnnealingLR',
            begin=0,
            end=200,
            by_epoch=True,
            convert_to_iter_based=True,
        )
    ],
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
