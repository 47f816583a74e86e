# A DeepLabV3+ student on MobileNetV2, from random weights, logits at a quarter
# of the resolution. A leaf config sets the number of classes and the teacher.
_base_ = './ssdkd_seg.py'
norm_cfg = dict(type='SyncBN', requires_grad=True)
model = dict(
    architecture=dict(
        _scope_='mmseg',
        type='EncoderDecoder',
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
            type='MobileNetV2',
            widen_factor=1.0,
            strides=(1, 2, 2, 1, 1, 1, 1),
            dilations=(1, 1, 1, 2, 2, 4, 4),
            out_indices=(1, 2, 4, 6),
            norm_cfg=norm_cfg,
        ),
        decode_head=dict(
            type='DepthwiseSeparableASPPHead',
            in_channels=320,
            in_index=3,
            channels=512,
            dilations=(1, 12, 24, 36),
            c1_in_channels=24,
            c1_channels=12,
            dropout_ratio=0.1,
            norm_cfg=norm_cfg,
            align_corners=False,
            loss_decode=dict(type='CrossEntropyLoss'),
        ),
        train_cfg=dict(),
        test_cfg=dict(mode='whole'),
    ),
)
