# SSD-KD on ImageNet, ResNet-50 to MobileNetV2, at a data scale of 10%.
_base_ = [
    '../../_base_/models/ssdkd_imagenet.py',
    '../../_base_/datasets/imagenet.py',
    '../../_base_/schedules/ssdkd_imagenet.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    architecture=dict(
        cfg_path='mmpretrain::mobilenet_v2/mobilenet-v2_8xb32_in1k.py'
    )
)
# As mmpretrain trains the student on real images.
optim_wrapper = dict(
    architecture=dict(optimizer=dict(lr=0.045, weight_decay=4e-5))
)
