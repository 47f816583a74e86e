# SSD-KD on the digit pairs, the student born from its teacher.
_base_ = [
    './ssdkd_logits_resnet18-w16_resnet18-w8_1xb128-40e_digit-pairs.py',
    '../../_base_/schedules/inherited_20e.py',
]

model = dict(
    student_init=dict(type='mmrazor_ssdkd.TeacherWeights'),
    # All images first, and better ones, 6,144. There is no student yet that
    # the generator could learn to contradict.
    synthesis=dict(
        warmup_rounds=23, until=0, iters=40, adversarial_weight=0.0
    ),
    distillation=dict(feature_weight=10.0),
)
optim_wrapper = dict(
    # Most of the time goes into images: bfloat16 where it pays.
    generator=dict(type='mmrazor_ssdkd.Bf16OptimWrapper'),
    # Low, since what was copied is easily forgotten.
    architecture=dict(optimizer=dict(lr=0.02)),
)
train_cfg = dict(max_epochs=20, val_interval=10)
param_scheduler = dict(architecture=_base_.inherited_20e)
