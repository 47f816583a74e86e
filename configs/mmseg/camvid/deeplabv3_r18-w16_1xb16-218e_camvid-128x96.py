# CamVid's slim student without a teacher: on the real images and labels, for
# as many steps of as many images as the distilled one.
_base_ = [
    '../../_base_/models/camvid_slim.py',
    '../../_base_/datasets/camvid_128x96.py',
    '../../_base_/schedules/sgd.py',
    '../../_base_/default_runtime.py',
]
default_scope = 'mmseg'

model = _base_.deeplabv3_r18_w16

train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    dataset=_base_.camvid_train,
    sampler=dict(type='DefaultSampler', shuffle=True),
)
# 23 steps in an epoch.
train_cfg = dict(by_epoch=True, max_epochs=218, val_interval=36)
param_scheduler = dict(end=218)
# As in the SSD-KD config.
optim_wrapper = dict(
    type='mmrazor_ssdkd.Bf16OptimWrapper',
    optimizer=dict(weight_decay=5e-3),
)
