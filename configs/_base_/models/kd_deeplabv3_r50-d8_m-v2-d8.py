# The oracle of DeepLabV3, ResNet-50 to MobileNetV2.
_base_ = ['./deeplab_d8.py', '../algorithms/kd_seg.py']
model = dict(
    teacher=_base_.deeplabv3_r50_d8, architecture=_base_.deeplabv3_m_v2_d8
)
