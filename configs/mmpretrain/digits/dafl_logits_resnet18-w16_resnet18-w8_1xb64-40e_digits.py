# DAFL on the digits, with the networks, generator, student steps, batch and
# schedule of ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py.
_base_ = [
    '../../_base_/algorithms/dafl.py',
    '../../_base_/peers/digits.py',
    '../../_base_/datasets/digits.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    **_base_.peer,
)

# One student step in an iteration.
train_dataloader = dict(dataset=dict(length=2560))
# The generator keeps its learning rate, as in the paper.
param_scheduler = dict(generator=[])
default_hooks = dict(checkpoint=dict(interval=20))
