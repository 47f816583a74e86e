# SSD-KD at 32x32; a leaf config adds teacher and student.
model = dict(
    _scope_='mmrazor',
    type='mmrazor_ssdkd.SSDKD',
    generator=dict(type='mmrazor_ssdkd.SSDKDGenerator', image_size=32),
    # Nearly all images that a run makes, 157 MB: on the slim pair better than
    # the last 5,000 (cifar10/README.md has the trials).
    replay_buffer=dict(
        type='mmrazor_ssdkd.PrioritizedReplayBuffer',
        max_size=50000,
        # Those of the images as stored are not those of views.
        store_logits=False,
    ),
    bn_loss=dict(type='mmrazor_ssdkd.BNStatisticsLoss', loss_weight=1.0),
    task_loss=dict(
        type='mmrazor_ssdkd.ModulatedTaskLoss', gamma=2.0, loss_weight=1.0
    ),
    synthesis=dict(
        iters=10,
        # At equal time better than 20 on the slim pair.
        interval=40,
        batch_size=256,
        warmup_rounds=20,
        adversarial_weight=0.3,
    ),
    distillation=dict(
        # With the learning rate of 0.2 it belongs to, as in Fast-Datafree
        # (arXiv:2112.06253); cifar10/README.md has the trial against 4.0 and
        # 0.1.
        tau=20.0,
        augmentation=dict(type='mmrazor_ssdkd.RandomView'),
    ),
)
