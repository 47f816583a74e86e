# SSD-KD on the digit scenes, without a scene: 40 epochs of 1,600 draws, a
# DeepLabV3+ on a quarter-wide MobileNetV2 from random weights as the student.
_base_ = [
    '../../_base_/models/digit_scenes.py',
    '../../_base_/datasets/digit_scenes.py',
    '../../_base_/schedules/ssdkd_40e.py',
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
    teacher=_base_.deeplabv3plus_r18_w16,
    architecture=_base_.deeplabv3plus_m_v2_w25,
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
    synthesis=dict(
        iters=10,
        interval=40,
        batch_size=32,
        warmup_rounds=20,
        adversarial_weight=0.3,
    ),
    distillation=dict(tau=4.0),
)

train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    dataset=dict(type='mmrazor_ssdkd.LatentDataset', length=1600),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
# Ten times the usual decay: 82 mIoU where 5e-4 gave 78. The weights of narrow
# depthwise layers, which are scaled by BatchNorm, learn too slowly without.
optim_wrapper = dict(architecture=dict(optimizer=dict(weight_decay=5e-3)))
default_hooks = dict(checkpoint=dict(interval=10))
