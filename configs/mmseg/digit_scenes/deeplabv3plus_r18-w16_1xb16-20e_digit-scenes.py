# The digit scenes' teacher: DeepLabV3+ on a ResNet-18 of 16 channels, from
# random weights, logits at a quarter of the image's resolution.
_base_ = [
    '../../_base_/datasets/digit_scenes.py',
    '../../_base_/default_runtime.py',
]
default_scope = 'mmseg'

model = dict(
    type='EncoderDecoder',
    data_preprocessor=dict(
        type='SegDataPreProcessor',
        mean=[42.0] * 3,
        std=[69.0] * 3,
        size=(64, 64),
    ),
    backbone=dict(
        type='ResNetV1c',
        depth=18,
        stem_channels=16,
        base_channels=16,
        num_stages=4,
        out_indices=(0, 1, 2, 3),
        strides=(1, 2, 1, 1),
        dilations=(1, 1, 2, 4),
        norm_cfg=dict(type='BN'),
        contract_dilation=True,
    ),
    decode_head=dict(
        type='DepthwiseSeparableASPPHead',
        in_channels=128,
        in_index=3,
        channels=48,
        dilations=(1, 2, 3, 4),
        c1_in_channels=16,
        c1_channels=16,
        dropout_ratio=0.1,
        num_classes=11,
        norm_cfg=dict(type='BN'),
        align_corners=False,
        loss_decode=dict(type='CrossEntropyLoss'),
    ),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'),
)

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
optim_wrapper = dict(
    optimizer=dict(
        type='SGD', lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True
    )
)
param_scheduler = dict(
    type='CosineAnnealingLR',
    begin=0,
    end=20,
    by_epoch=True,
    convert_to_iter_based=True,
)
default_hooks = dict(checkpoint=dict(interval=20))
