# The paper's modules on the digits' student born from its teacher: 400 steps.
_base_ = ['../_base_/modules.py', '../_base_/digits_rounds.py']
cfg_options = {
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
}
