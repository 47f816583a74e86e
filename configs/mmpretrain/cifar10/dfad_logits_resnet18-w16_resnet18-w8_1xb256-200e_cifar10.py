# DFAD on CIFAR-10 for a CPU, with the networks, generator, steps, batch
# and schedule of ssdkd_logits_resnet18-w16_resnet18-w8_1xb256-200e_cifar10.py.
_base_ = [
    '../../_base_/algorithms/dfad.py',
    '../../_base_/peers/cifar10_slim.py',
    '../../_base_/datasets/cifar10.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    **_base_.peer,
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

# 4 iterations of 5 student steps in an epoch.
train_dataloader = dict(dataset=dict(length=1024))
