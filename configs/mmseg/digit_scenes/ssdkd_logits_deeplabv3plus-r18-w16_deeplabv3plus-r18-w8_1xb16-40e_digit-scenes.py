# SSD-KD on the digit scenes between two of one family: the student has the
# teacher's layers, half as wide.
_base_ = (
    './ssdkd_logits_deeplabv3plus-r18-w16_deeplabv3plus-m-v2-w25_'
    '1xb16-40e_digit-scenes.py'
)

model = dict(
    architecture=dict(_delete_=True, **_base_.deeplabv3plus_r18_w8),
)
# Where the processor is faster in bfloat16.
optim_wrapper = dict(
    generator=dict(type='mmrazor_ssdkd.Bf16OptimWrapper'),
    architecture=dict(type='mmrazor_ssdkd.Bf16OptimWrapper'),
)
