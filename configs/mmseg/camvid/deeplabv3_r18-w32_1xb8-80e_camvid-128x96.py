# CamVid's slim teacher, at half the size: DeepLabV3 on a ResNet-18 of 32
# channels, from random weights, with an auxiliary head.
_base_ = [
    '../../_base_/models/camvid_slim.py',
    '../../_base_/datasets/camvid_128x96.py',
    '../../_base_/schedules/sgd.py',
    '../../_base_/default_runtime.py',
]
default_scope = 'mmseg'

model = _base_.deeplabv3_r18_w32

train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    dataset=_base_.camvid_train,
    sampler=dict(type='DefaultSampler', shuffle=True),
)
train_cfg = dict(by_epoch=True, max_epochs=80, val_interval=10)
param_scheduler = dict(end=80)
# bfloat16 where it pays.
optim_wrapper = dict(type='mmrazor_ssdkd.Bf16OptimWrapper')
