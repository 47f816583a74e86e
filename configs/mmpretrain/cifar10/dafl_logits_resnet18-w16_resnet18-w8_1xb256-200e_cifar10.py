# DAFL on CIFAR-10 for a CPU, with the networks, generator, steps, batch
# and schedule of ssdkd_logits_resnet18-w16_resnet18-w8_1xb256-200e_cifar10.py.
_base_ = [
    '../../_base_/algorithms/dafl.py',
    '../../_base_/peers/cifar10_slim.py',
    '../../_base_/datasets/cifar10.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    **_base_.peer,
)

# 20 iterations of one student step in an epoch.
train_dataloader = dict(dataset=dict(length=5120))
# The generator keeps its learning rate, as in the paper.
param_scheduler = dict(generator=[])
