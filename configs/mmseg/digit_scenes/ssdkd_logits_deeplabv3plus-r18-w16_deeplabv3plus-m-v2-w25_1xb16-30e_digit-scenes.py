# SSD-KD on the digit scenes, without a scene: 30 epochs of 640 draws, a
# DeepLabV3+ on a quarter-wide MobileNetV2 from random weights as the student.
_base_ = [
    '../../_base_/datasets/digit_scenes.py',
    '../../_base_/schedules/ssdkd.py',
    '../../_base_/default_runtime.py',
]
default_scope = 'mmseg'

model = dict(
    _scope_='mmrazor',
    type='mmrazor_ssdkd.SSDKD',
    # Trained by deeplabv3plus_r18-w16_1xb16-20e_digit-scenes.py.
    teacher_ckpt=(
        'work_dirs/deeplabv3plus_r18-w16_1xb16-20e_digit-scenes/epoch_20.pth'
    ),
    teacher=dict(
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
    ),
    architecture=dict(
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
    ),
    generator=dict(
        type='mmrazor_ssdkd.SSDKDGenerator',
        image_size=64,
        latent_dim=128,
        base_channels=32,
        num_upsamples=3,
    ),
    replay_buffer=dict(
        type='mmrazor_ssdkd.PrioritizedReplayBuffer', max_size=1280
    ),
    bn_loss=dict(type='mmrazor_ssdkd.BNStatisticsLoss', loss_weight=1.0),
    task_loss=dict(
        type='mmrazor_ssdkd.ModulatedTaskLoss', gamma=2.0, loss_weight=1.0
    ),
    adversarial_weight=0.3,
    tau=2.0,
    synthesis_iters=10,
    synthesis_interval=20,
    synthesis_batch_size=32,
    warmup_rounds=20,
)

train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    dataset=dict(type='mmrazor_ssdkd.LatentDataset', length=640),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
train_cfg = dict(by_epoch=True, max_epochs=30, val_interval=10)
# One list for each optimizer, stepped once in every iteration.
param_scheduler = dict(
    generator=[],
    architecture=[
        dict(
            type='CosineAnnealingLR',
            begin=0,
            end=30,
            by_epoch=True,
            convert_to_iter_based=True,
        )
    ],
)
default_hooks = dict(checkpoint=dict(interval=10))
