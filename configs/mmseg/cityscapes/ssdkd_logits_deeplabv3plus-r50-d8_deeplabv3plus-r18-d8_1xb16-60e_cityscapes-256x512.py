# SSD-KD on Cityscapes to a DeepLabV3+ on ResNet-18.
_base_ = '../../_base_/zoo/cityscapes.py'
model = dict(architecture=_base_.deeplabv3plus_r18_d8)
