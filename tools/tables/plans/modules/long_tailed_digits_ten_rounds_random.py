# As long_tailed_digits_ten_rounds.py, on a student from random weights: 800
# steps.
_base_ = './long_tailed_digits_ten_rounds.py'
config = (
    'configs/mmpretrain/digits/'
    'ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'
)
epochs = [20]
