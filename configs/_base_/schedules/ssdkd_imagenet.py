# 100 epochs of 500 student steps: 50,000 steps on 12.8M draws, those of ten
# epochs of ImageNet.
_base_ = './ssdkd.py'
train_dataloader = dict(
    batch_size=256,
    num_workers=0,
    # The data scale, how many synthetic samples the student consumes in an
    # epoch: 128,000 are 10% of ImageNet's 1,281,167. Steps, rounds (one in 20
    # steps) and the schedule follow it.
    dataset=dict(type='mmrazor_ssdkd.LatentDataset', length=128000),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
train_cfg = dict(by_epoch=True, max_epochs=100, val_interval=10)
# One list for each optimizer, stepped once in every iteration.
param_scheduler = dict(
    generator=[],
    architecture=[
        dict(
            type='CosineAnnealingLR',
            begin=0,
            end=100,
            by_epoch=True,
            convert_to_iter_based=True,
        )
    ],
)
