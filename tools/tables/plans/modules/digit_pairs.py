# The paper's modules on the digit pairs, a hundred classes, on a student born
# from its teacher: 400 steps.
_base_ = '../_base_/modules.py'
folder = 'configs/mmpretrain/digit_pairs/'
pair = '_logits_resnet18-w16_resnet18-w8'
teacher = folder + 'resnet18-w16_1xb128-6e_digit-pairs.py'
config = folder + 'ssdkd' + pair + '-inherited_1xb128-20e_digit-pairs.py'
metric = 'accuracy/top1'
epochs = [10]
# Rounds between the student's steps, in float32, and no features, which are
# not of the paper.
cfg_options = {
    'model.distillation.feature_weight': 0.0,
    'model.synthesis.warmup_rounds': 12,
    'model.synthesis.until': None,
    'model.synthesis.iters': 10,
    'model.synthesis.adversarial_weight': 0.3,
    'optim_wrapper.generator.enabled': False,
    # As these were run: norms as they were copied.
    'model.student_init': dict(
        type='mmrazor_ssdkd.TeacherWeights', fit='layers'
    ),
}
rows = {
    # The student's temperature, in place of 1.
    'priorities at tau': {'model.distillation.priority_tau': 4.0},
    'phi off, priorities at tau': {
        'model.task_loss.diversity': False,
        'model.task_loss.gamma': 0.0,
        'model.distillation.priority_tau': 4.0,
    },
    'control: untrained generator': {'model.synthesis.iters': 0},
}
