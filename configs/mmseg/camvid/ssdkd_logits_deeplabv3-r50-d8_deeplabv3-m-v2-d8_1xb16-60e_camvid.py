# SSD-KD on CamVid, DeepLabV3 ResNet-50 to MobileNetV2, from 16,000 synthetic
# images: 20 rounds of 32 before the first student step and 480 after it.
_base_ = [
    '../../_base_/models/ssdkd_deeplabv3_r50-d8_m-v2-d8.py',
    '../../_base_/datasets/camvid.py',
    '../../_base_/schedules/ssdkd_60e.py',
    '../../_base_/default_runtime.py',
]
default_scope = 'mmseg'

model = dict(
    # Trained by deeplabv3_r50-d8_1xb8-200e_camvid.py.
    teacher_ckpt='work_dirs/deeplabv3_r50-d8_1xb8-200e_camvid/epoch_200.pth',
    teacher=dict(decode_head=dict(num_classes=11)),
    architecture=dict(decode_head=dict(num_classes=11)),
    generator=dict(image_size=(192, 256)),
    synthesis=dict(warmup_rounds=20),
)

train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    dataset=dict(type='mmrazor_ssdkd.LatentDataset', length=2560),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
