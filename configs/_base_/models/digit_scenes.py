# DeepLabV3+ on a ResNet-18 of 16 channels (0.85M parameters), on one of 8
# (0.21M) and on a quarter-wide MobileNetV2 (0.20M), logits at a quarter of the
# resolution.
deeplabv3plus_r18_w16 = dict(
    _scope_='mmseg',
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
deeplabv3plus_r18_w8 = dict(
    deeplabv3plus_r18_w16,
    backbone=dict(
        deeplabv3plus_r18_w16['backbone'], stem_channels=8, base_channels=8
    ),
    decode_head=dict(
        deeplabv3plus_r18_w16['decode_head'],
        in_channels=64,
        channels=24,
        c1_in_channels=8,
        c1_channels=8,
    ),
)
deeplabv3plus_m_v2_w25 = dict(
    _scope_='mmseg',
    type='EncoderDecoder',
    data_preprocessor=dict(
        type='SegDataPreProcessor',
        mean=[42.0] * 3,
        std=[69.0] * 3,
        size=(64, 64),
    ),
    pretrained=None,
    backbone=dict(
        type='MobileNetV2',
        widen_factor=0.25,
        strides=(1, 2, 2, 1, 1, 1, 1),
        dilations=(1, 1, 1, 2, 2, 4, 4),
        out_indices=(1, 2, 4, 6),
        norm_cfg=dict(type='BN'),
    ),
    decode_head=dict(
        type='DepthwiseSeparableASPPHead',
        in_channels=80,
        in_index=3,
        channels=32,
        dilations=(1, 2, 3, 4),
        c1_in_channels=8,
        c1_channels=8,
        dropout_ratio=0.1,
        num_classes=11,
        norm_cfg=dict(type='BN'),
        align_corners=False,
        loss_decode=dict(type='CrossEntropyLoss'),
    ),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'),
)
