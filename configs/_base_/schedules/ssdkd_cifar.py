# 400 epochs of 20 student steps: 8,000 steps on 2.0M draws from 56,320
# distinct images, a tenth of the student steps of Fast-Datafree
# (arXiv:2112.06253, 200 epochs of 400).
_base_ = './ssdkd.py'
optim_wrapper = dict(architecture=dict(optimizer=dict(lr=0.2)))
train_dataloader = dict(
    batch_size=256,
    num_workers=0,
    # The data scale, how many synthetic samples the student consumes in an
    # epoch: 5,000 are 10% of CIFAR's 50,000, 500 are 1% and 10,000 are 20%.
    # Steps, rounds (one in 40 steps) and the schedule follow it.
    dataset=dict(type='mmrazor_ssdkd.LatentDataset', length=5000),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
train_cfg = dict(by_epoch=True, max_epochs=400, val_interval=50)
# One list for each optimizer, stepped once in every iteration.
param_scheduler = dict(
    generator=[],
    architecture=[
        dict(
            type='CosineAnnealingLR',
            begin=0,
            end=400,
            by_epoch=True,
            convert_to_iter_based=True,
        )
    ],
)
