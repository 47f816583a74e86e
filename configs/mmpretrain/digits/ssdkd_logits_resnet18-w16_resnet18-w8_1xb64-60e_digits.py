"""SSD-KD on the digits, without the digits: 1,280 draws in an epoch."""

_base_ = [
    '../../_base_/datasets/digits.py',
    '../../_base_/default_runtime.py',
    '../../_base_/models/ssdkd_resnet18-w16_resnet18-w8_digits.py',
]
