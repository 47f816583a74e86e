# SSD-KD on CamVid, without a street: 30 epochs of 640 draws, a DeepLabV3 on a
# half-wide MobileNetV2 from random weights as the student.
_base_ = [
    '../../_base_/models/camvid_slim.py',
    '../../_base_/datasets/camvid.py',
    '../../_base_/schedules/ssdkd.py',
    '../../_base_/default_runtime.py',
]
default_scope = 'mmseg'

model = dict(
    _scope_='mmrazor',
    type='mmrazor_ssdkd.SSDKD',
    # Trained by deeplabv3_r18-w32_1xb8-80e_camvid.py.
    teacher_ckpt='work_dirs/deeplabv3_r18-w32_1xb8-80e_camvid/epoch_80.pth',
    teacher=_base_.deeplabv3_r18_w32,
    architecture=_base_.deeplabv3_m_v2_w50,
    generator=dict(
        type='mmrazor_ssdkd.SSDKDGenerator',
        image_size=(192, 256),
        base_channels=16,
        num_upsamples=5,
    ),
    replay_buffer=dict(
        type='mmrazor_ssdkd.PrioritizedReplayBuffer', max_size=2048
    ),
    bn_loss=dict(type='mmrazor_ssdkd.BNStatisticsLoss', loss_weight=1.0),
    task_loss=dict(
        type='mmrazor_ssdkd.ModulatedTaskLoss', gamma=2.0, loss_weight=1.0
    ),
    adversarial_weight=1.0,
    tau=4.0,
    synthesis_iters=10,
    synthesis_interval=40,
    synthesis_batch_size=16,
    warmup_rounds=40,
)

train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    dataset=dict(type='mmrazor_ssdkd.LatentDataset', length=640),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
train_cfg = dict(by_epoch=True, max_epochs=30, val_interval=5)
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
# bfloat16 halves the generator's time on a CPU that has it, not the student's.
optim_wrapper = dict(generator=dict(type='mmrazor_ssdkd.Bf16OptimWrapper'))
