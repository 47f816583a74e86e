# DeepLabs from random weights: DeepLabV3 on a ResNet-50 and on a MobileNetV2,
# logits at an eighth of the resolution, and DeepLabV3+ on a MobileNetV2 and on
# a ResNet-18, at a quarter. The number of classes comes from where they are
# used.
norm_cfg = dict(type='SyncBN', requires_grad=True)
deeplabv3_r50_d8 = dict(
    _scope_='mmseg',
    type='EncoderDecoder',
    # Not a variable of its own: a Runner would hand one of this name to every
    # algorithm.
    data_preprocessor=dict(
        type='SegDataPreProcessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True,
        pad_val=0,
        seg_pad_val=255,
    ),
    pretrained=None,
    backbone=dict(
        type='ResNetV1c',
        depth=50,
        num_stages=4,
        out_indices=(0, 1, 2, 3),
        dilations=(1, 1, 2, 4),
        strides=(1, 2, 1, 1),
        norm_cfg=norm_cfg,
        norm_eval=False,
        style='pytorch',
        contract_dilation=True,
    ),
    decode_head=dict(
        type='ASPPHead',
        in_channels=2048,
        in_index=3,
        channels=512,
        dilations=(1, 12, 24, 36),
        dropout_ratio=0.1,
        norm_cfg=norm_cfg,
        align_corners=False,
        loss_decode=dict(type='CrossEntropyLoss'),
    ),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'),
)
deeplabv3_m_v2_d8 = dict(
    deeplabv3_r50_d8,
    backbone=dict(
        type='MobileNetV2',
        widen_factor=1.0,
        strides=(1, 2, 2, 1, 1, 1, 1),
        dilations=(1, 1, 1, 2, 2, 4, 4),
        out_indices=(1, 2, 4, 6),
        norm_cfg=norm_cfg,
    ),
    decode_head=dict(deeplabv3_r50_d8['decode_head'], in_channels=320),
)
deeplabv3plus_m_v2_d8 = dict(
    deeplabv3_m_v2_d8,
    decode_head=dict(
        deeplabv3_m_v2_d8['decode_head'],
        type='DepthwiseSeparableASPPHead',
        c1_in_channels=24,
        c1_channels=12,
    ),
)
deeplabv3plus_r18_d8 = dict(
    deeplabv3plus_m_v2_d8,
    backbone=dict(deeplabv3_r50_d8['backbone'], depth=18),
    decode_head=dict(
        deeplabv3plus_m_v2_d8['decode_head'],
        in_channels=512,
        channels=128,
        c1_in_channels=64,
    ),
)
