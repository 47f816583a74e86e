# A student that starts from its teacher's weights: 40 epochs of 20 student
# steps, a tenth of those from random weights.
_base_ = './ssdkd_cifar.py'
# At 0.2, which is for random weights, it would forget what it was given.
optim_wrapper = dict(architecture=dict(optimizer=dict(lr=0.05)))
train_cfg = dict(max_epochs=40, val_interval=10)
param_scheduler = dict(
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
