# SSD-KD on CIFAR-10 for a CPU, the student born from its teacher: 400 student
# steps at a data scale of 10%, a tenth of those from random weights.
_base_ = [
    './ssdkd_logits_resnet18-w16_resnet18-w8_1xb256-200e_cifar10.py',
    '../../_base_/schedules/inherited_20e.py',
]

model = dict(
    student_init=dict(type='mmrazor_ssdkd.TeacherWeights'),
    # Two rounds before its first step. Until then there is no student that
    # the generator could learn to contradict.
    synthesis=dict(warmup_rounds=1, adversarial_from=1),
    distillation=dict(feature_weight=10.0),
)
# What was copied is forgotten at 0.2.
optim_wrapper = dict(architecture=dict(optimizer=dict(lr=0.05)))
train_cfg = dict(max_epochs=20, val_interval=5)
param_scheduler = dict(architecture=_base_.inherited_20e)
