# A faster peer's recipe in SSD-KD's loop, on the digit pairs.
_base_ = [
    './ssdkd_logits_resnet18-w16_resnet18-w8_1xb128-40e_digit-pairs.py',
    '../../_base_/peers/fast_datafree.py',
]

model = _base_.fast_datafree
optim_wrapper = dict(
    generator=dict(optimizer=dict(lr=5e-3)),
    architecture=dict(optimizer=dict(lr=0.2)),
)
