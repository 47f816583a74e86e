# SSD-KD at 224x224 from the ResNet-50 that mmpretrain publishes, 76.55% top-1;
# a leaf config adds the student.
model = dict(
    _scope_='mmrazor',
    type='mmrazor_ssdkd.SSDKD',
    teacher=dict(cfg_path='mmpretrain::resnet/resnet50_8xb32_in1k.py'),
    teacher_ckpt=(
        'https://download.openmmlab.com/mmclassification/v0/resnet/'
        'resnet50_8xb32_in1k_20210831-ea4938fc.pth'
    ),
    generator=dict(
        type='mmrazor_ssdkd.SSDKDGenerator', image_size=224, num_upsamples=5
    ),
    # 2.5 GB, 16 images of a class.
    replay_buffer=dict(
        type='mmrazor_ssdkd.PrioritizedReplayBuffer', max_size=16000
    ),
    bn_loss=dict(type='mmrazor_ssdkd.BNStatisticsLoss', loss_weight=1.0),
    task_loss=dict(
        type='mmrazor_ssdkd.ModulatedTaskLoss', gamma=2.0, loss_weight=1.0
    ),
    synthesis=dict(
        iters=10,
        interval=20,
        batch_size=128,
        warmup_rounds=124,
        adversarial_weight=0.3,
    ),
    distillation=dict(tau=4.0),
)
