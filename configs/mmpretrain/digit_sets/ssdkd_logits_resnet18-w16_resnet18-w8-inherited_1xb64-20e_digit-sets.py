# SSD-KD where images have several labels, the student born from its teacher:
# 20 epochs of 2,560 draws.
_base_ = [
    './ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digit-sets.py',
    '../../_base_/schedules/inherited_20e.py',
]

# As on the digits of one label.
model = dict(
    student_init=dict(type='mmrazor_ssdkd.TeacherWeights'),
    synthesis=dict(warmup_rounds=3, interval=80),
)
optim_wrapper = dict(architecture=dict(optimizer=dict(lr=0.02)))
train_cfg = dict(max_epochs=20, val_interval=5)
param_scheduler = dict(architecture=_base_.inherited_20e)
