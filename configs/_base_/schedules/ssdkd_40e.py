# SSD-KD's optimizers and schedules for 40 epochs.
_base_ = './ssdkd.py'
train_cfg = dict(by_epoch=True, max_epochs=40, val_interval=10)
# One list for each optimizer, stepped once in every iteration.
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
