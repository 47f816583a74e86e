# The paper's modules under a teacher of long-tailed digits, on a student from
# random weights: 800 steps.
_base_ = './long_tailed_digits.py'
config = (
    'configs/mmpretrain/digits/'
    'ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'
)
epochs = [20]
