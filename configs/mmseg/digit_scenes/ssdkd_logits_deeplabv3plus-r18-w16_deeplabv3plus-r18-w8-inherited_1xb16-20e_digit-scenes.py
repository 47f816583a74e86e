# SSD-KD on the digit scenes, the student born from its teacher: 20 epochs of
# 1,600 draws, half of those from random weights.
_base_ = [
    (
        './ssdkd_logits_deeplabv3plus-r18-w16_deeplabv3plus-r18-w8_'
        '1xb16-40e_digit-scenes.py'
    ),
    '../../_base_/schedules/inherited_20e.py',
]

model = dict(
    student_init=dict(type='mmrazor_ssdkd.TeacherWeights'),
    # Not before the student is refitted.
    synthesis=dict(adversarial_from=1),
    # The teacher runs in the student's step, for its features.
    distillation=dict(feature_weight=10.0),
    replay_buffer=dict(store_logits=False),
)
# What was copied is forgotten at 0.1.
optim_wrapper = dict(architecture=dict(optimizer=dict(lr=0.02)))
train_cfg = dict(max_epochs=20, val_interval=4)
param_scheduler = dict(architecture=_base_.inherited_20e)
default_hooks = dict(checkpoint=dict(interval=5))
