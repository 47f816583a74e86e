# SSD-KD on VOC12 to a DeepLabV3+ on MobileNetV2.
_base_ = '../../_base_/zoo/voc12.py'
model = dict(architecture=_base_.deeplabv3plus_m_v2_d8)
