# SSD-KD on the digits, the student pruned from its teacher by MMRazor's L1
# units: half of the channels of each, the layers of ResNet-18 with 8 channels.
_base_ = (
    './ssdkd_logits_resnet18-w16_resnet18-w8-inherited_1xb64-12e_digits.py'
)

model = dict(
    student_init=dict(_delete_=True, type='mmrazor_ssdkd.PrunedWeights'),
)
