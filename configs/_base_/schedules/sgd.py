# A leaf config adds `train_cfg` and the end of the schedule.
optim_wrapper = dict(
    optimizer=dict(
        type='SGD', lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True
    )
)
param_scheduler = dict(
    type='CosineAnnealingLR',
    begin=0,
    by_epoch=True,
    convert_to_iter_based=True,
)
