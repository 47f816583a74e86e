# SSD-KD where images have several labels: 40 epochs of 2,560 draws.
_base_ = [
    '../../_base_/models/digit_sets.py',
    '../../_base_/datasets/digit_sets.py',
    '../../_base_/schedules/ssdkd.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    _scope_='mmrazor',
    type='mmrazor_ssdkd.SSDKD',
    # Trained by resnet18-w16_1xb64-10e_digit-sets.py.
    teacher_ckpt='work_dirs/resnet18-w16_1xb64-10e_digit-sets/epoch_10.pth',
    teacher=_base_.resnet18_w16,
    architecture=_base_.resnet18_w8,
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
# Twice the base's: the noise of a round has ten steps to become images.
optim_wrapper = dict(generator=dict(optimizer=dict(lr=1e-2)))
train_cfg = dict(by_epoch=True, max_epochs=40, val_interval=10)
# One list for each optimizer, stepped once in every iteration.
param_scheduler = dict(
    generator=[],
    architecture=[
        dict(
            type='CosineAnnealingLR',
            begin=0,
            end=40,
            by_epoch=True,
            convert_to_iter_based=True,
        )
    ],
)
default_hooks = dict(checkpoint=dict(interval=20))
