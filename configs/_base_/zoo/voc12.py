# SSD-KD on VOC12 from the teacher that mmsegmentation publishes: backbone from
# ImageNet, crops of 512x512, here synthetic images of half their side. A leaf
# config adds the student.
_base_ = [
    '../models/ssdkd_seg.py',
    '../models/deeplab_d8.py',
    'mmseg::_base_/datasets/pascal_voc12.py',
    '../schedules/ssdkd_60e.py',
    '../default_runtime.py',
]
default_scope = 'mmseg'

model = dict(
    teacher=dict(
        cfg_path='mmseg::deeplabv3plus/'
        'deeplabv3plus_r50-d8_4xb4-40k_voc12aug-512x512.py'
    ),
    teacher_ckpt=(
        'https://download.openmmlab.com/mmsegmentation/v0.5/deeplabv3plus/'
        'deeplabv3plus_r50-d8_512x512_40k_voc12aug/'
        'deeplabv3plus_r50-d8_512x512_40k_voc12aug_20200613_161759-e1b43aa9.pth'
    ),
    architecture=dict(decode_head=dict(num_classes=21)),
    generator=dict(image_size=(256, 256)),
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
