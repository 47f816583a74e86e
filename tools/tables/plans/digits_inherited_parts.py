# Every part of SSD-KD off alone on the digits' student born from its teacher,
# 400 steps.
_base_ = ['./_base_/parts.py', './_base_/digits_rounds.py']
folder = 'configs/mmpretrain/digits/'
teacher = folder + 'resnet18-w16_1xb64-60e_digits.py'
config = (
    folder
    + 'ssdkd_logits_resnet18-w16_resnet18-w8-inherited_1xb64-10e_digits.py'
)
metric = 'accuracy/top1'
epochs = [10]
