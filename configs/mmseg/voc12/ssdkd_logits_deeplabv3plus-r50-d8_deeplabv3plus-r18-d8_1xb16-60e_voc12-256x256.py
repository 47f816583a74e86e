# SSD-KD on VOC12 to a DeepLabV3+ on ResNet-18.
_base_ = '../../_base_/zoo/voc12.py'
model = dict(architecture=_base_.deeplabv3plus_r18_d8)
