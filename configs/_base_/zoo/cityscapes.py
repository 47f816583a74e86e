# SSD-KD on Cityscapes from the teacher that mmsegmentation publishes: backbone
# from ImageNet, crops of 512x1024, here synthetic images of half their side. A
# leaf config adds the student.
_base_ = [
    '../models/ssdkd_seg.py',
    '../models/deeplab_d8.py',
    'mmseg::_base_/datasets/cityscapes.py',
    '../schedules/ssdkd_60e.py',
    '../default_runtime.py',
]
default_scope = 'mmseg'

model = dict(
    teacher=dict(
        cfg_path='mmseg::deeplabv3plus/'
        'deeplabv3plus_r50-d8_4xb2-80k_cityscapes-512x1024.py'
    ),
    teacher_ckpt=(
        'https://download.openmmlab.com/mmsegmentation/v0.5/deeplabv3plus/'
        'deeplabv3plus_r50-d8_512x1024_80k_cityscapes/'
        'deeplabv3plus_r50-d8_512x1024_80k_cityscapes_20200606_114049-f9fb496d.pth'
    ),
    architecture=dict(decode_head=dict(num_classes=19)),
    generator=dict(image_size=(256, 512)),
    # Logits at a quarter of the resolution would take more than the images.
    replay_buffer=dict(store_logits=False),
)

train_dataloader = dict(
    _delete_=True,
    batch_size=16,
    num_workers=0,
    dataset=dict(type='mmrazor_ssdkd.LatentDataset', length=2560),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
val_cfg = dict()
test_cfg = dict()
