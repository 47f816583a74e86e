# CamVid's slim student on the real images, as many steps of as many as in the
# SSD-KD config, under the same optimizer.
_base_ = ['../datasets/camvid_128x96.py', './sgd.py']
train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    dataset=_base_.camvid_train,
    sampler=dict(type='DefaultSampler', shuffle=True),
)
# 23 steps in an epoch.
train_cfg = dict(by_epoch=True, max_epochs=218, val_interval=36)
param_scheduler = dict(end=218)
optim_wrapper = dict(
    type='mmrazor_ssdkd.Bf16OptimWrapper',
    optimizer=dict(weight_decay=5e-3),
)
