# A faster peer's recipe in SSD-KD's loop, on the slim CIFAR-10 pair.
_base_ = [
    './ssdkd_logits_resnet18-w16_resnet18-w8_1xb256-200e_cifar10.py',
    '../../_base_/peers/fast_datafree.py',
]

model = _base_.fast_datafree
