# SSD-KD at 32x32 of a student that starts from its teacher's weights; a leaf
# config adds teacher and student.
_base_ = './ssdkd_cifar.py'
model = dict(
    student_init=dict(type='mmrazor_ssdkd.TeacherWeights'),
    # Two rounds of images come before its first step, adversarial ones after
    # it: until then there is no student that they could contradict.
    synthesis=dict(warmup_rounds=1, adversarial_from=1),
    # Its features stay near those that they came from.
    distillation=dict(feature_weight=10.0),
)
