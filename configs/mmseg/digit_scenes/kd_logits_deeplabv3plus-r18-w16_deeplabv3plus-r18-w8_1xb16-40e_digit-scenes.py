# The oracle of the digit scenes' pair of one family.
_base_ = (
    './kd_logits_deeplabv3plus-r18-w16_deeplabv3plus-m-v2-w25_'
    '1xb16-40e_digit-scenes.py'
)

model = dict(
    architecture=dict(_delete_=True, **_base_.deeplabv3plus_r18_w8),
)
# As the SSD-KD config.
optim_wrapper = dict(type='mmrazor_ssdkd.Bf16OptimWrapper')
