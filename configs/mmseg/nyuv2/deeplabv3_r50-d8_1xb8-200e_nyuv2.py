# NYUv2's teacher: DeepLabV3 on a ResNet-50 whose backbone comes from
# ImageNet, as those of the papers do. The student sees no image of either.
_base_ = [
    'mmseg::_base_/models/deeplabv3_r50-d8.py',
    '../../_base_/datasets/nyuv2.py',
    '../../_base_/schedules/sgd.py',
    '../../_base_/default_runtime.py',
]
default_scope = 'mmseg'

model = dict(
    data_preprocessor=dict(size=(240, 320)),
    decode_head=dict(num_classes=13),
    auxiliary_head=dict(num_classes=13),
)

train_dataloader = dict(
    batch_size=8,
    num_workers=4,
    dataset=_base_.nyuv2_train,
    sampler=dict(type='DefaultSampler', shuffle=True),
)
train_cfg = dict(by_epoch=True, max_epochs=200, val_interval=20)
optim_wrapper = dict(optimizer=dict(lr=0.01))
param_scheduler = dict(end=200)
