# SSD-KD on ImageNet, ResNet-50 to ResNet-18, at a data scale of 10%.
_base_ = [
    '../../_base_/models/ssdkd_imagenet.py',
    '../../_base_/datasets/imagenet.py',
    '../../_base_/schedules/ssdkd_imagenet.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    architecture=dict(cfg_path='mmpretrain::resnet/resnet18_8xb32_in1k.py')
)
# As mmpretrain trains the student on real images.
optim_wrapper = dict(architecture=dict(optimizer=dict(weight_decay=1e-4)))
