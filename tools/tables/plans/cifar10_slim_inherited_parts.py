# Every part of SSD-KD off alone on CIFAR-10's slim student born from its
# teacher, 100 steps.
_base_ = ['./_base_/parts.py', './_base_/cifar10_slim_inherited.py']
