# 200 epochs of 50,000 images, as in the papers.
_base_ = './sgd.py'
train_dataloader = dict(
    batch_size=128,
    num_workers=2,
    sampler=dict(type='DefaultSampler', shuffle=True),
)
train_cfg = dict(by_epoch=True, max_epochs=200, val_interval=20)
param_scheduler = dict(end=200)
