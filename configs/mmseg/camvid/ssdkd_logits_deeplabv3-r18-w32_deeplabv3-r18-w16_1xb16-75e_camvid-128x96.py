# SSD-KD on CamVid at half its size, without a street: 75 epochs of 1,072
# draws, a DeepLabV3 on a ResNet-18 of 16 channels from random weights as the
# student.
_base_ = [
    '../../_base_/models/camvid_slim.py',
    '../../_base_/models/ssdkd_seg.py',
    '../../_base_/datasets/camvid_128x96.py',
    '../../_base_/schedules/ssdkd_75e.py',
    '../../_base_/default_runtime.py',
]
default_scope = 'mmseg'

model = dict(
    # Trained by deeplabv3_r18-w32_1xb8-80e_camvid-128x96.py.
    teacher_ckpt=(
        'work_dirs/deeplabv3_r18-w32_1xb8-80e_camvid-128x96/epoch_80.pth'
    ),
    teacher=_base_.deeplabv3_r18_w32,
    architecture=_base_.deeplabv3_r18_w16,
    generator=dict(image_size=(96, 128), base_channels=32, num_upsamples=4),
    # All images that a run makes: 41 rounds of 32 before the first student
    # step and 160 between others. More of them paid, see README.md.
    replay_buffer=dict(max_size=8000),
    synthesis=dict(
        interval=25,
        # 60 epochs of 67 steps; the last phase learns from what is there.
        until=4020,
    ),
)

train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    dataset=dict(type='mmrazor_ssdkd.LatentDataset', length=1072),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
# bfloat16 where it pays, and the student's decay of the digit scenes.
optim_wrapper = dict(
    generator=dict(type='mmrazor_ssdkd.Bf16OptimWrapper'),
    architecture=dict(
        type='mmrazor_ssdkd.Bf16OptimWrapper',
        optimizer=dict(weight_decay=5e-3),
    ),
)
