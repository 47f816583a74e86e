# The digit scenes' teacher: DeepLabV3+ on a ResNet-18 of 16 channels, from
# random weights, logits at a quarter of the image's resolution.
_base_ = [
    '../../_base_/models/digit_scenes.py',
    '../../_base_/datasets/digit_scenes.py',
    '../../_base_/schedules/sgd.py',
    '../../_base_/default_runtime.py',
]
default_scope = 'mmseg'

model = _base_.deeplabv3plus_r18_w16

train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    dataset=dict(
        type='mmrazor_ssdkd.DigitScenes',
        split='train',
        length=1600,
        pipeline=[dict(type='PackSegInputs')],
    ),
    sampler=dict(type='DefaultSampler', shuffle=True),
)
train_cfg = dict(by_epoch=True, max_epochs=20, val_interval=5)
param_scheduler = dict(end=20)
default_hooks = dict(checkpoint=dict(interval=20))
