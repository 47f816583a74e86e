# SSD-KD on the digits' gray images of 16x16; a leaf config adds teacher and
# student.
model = dict(
    _scope_='mmrazor',
    type='mmrazor_ssdkd.SSDKD',
    generator=dict(
        type='mmrazor_ssdkd.SSDKDGenerator',
        image_size=16,
        channels=1,
        latent_dim=64,
        base_channels=32,
    ),
    replay_buffer=dict(
        type='mmrazor_ssdkd.PrioritizedReplayBuffer', max_size=2560
    ),
    bn_loss=dict(type='mmrazor_ssdkd.BNStatisticsLoss', loss_weight=1.0),
    task_loss=dict(
        type='mmrazor_ssdkd.ModulatedTaskLoss', gamma=2.0, loss_weight=1.0
    ),
    synthesis=dict(
        iters=10,
        interval=40,
        batch_size=128,
        warmup_rounds=20,
        adversarial_weight=0.3,
    ),
    distillation=dict(tau=4.0),
)
train_dataloader = dict(
    batch_size=64,
    num_workers=0,
    dataset=dict(type='mmrazor_ssdkd.LatentDataset', length=2560),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
