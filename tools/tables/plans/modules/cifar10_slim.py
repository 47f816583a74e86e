# The paper's modules on the slim CIFAR-10 student born from its teacher: 100
# steps.
_base_ = ['../_base_/modules.py', '../_base_/cifar10_slim_inherited.py']
cfg_options = {
    # As these were run: norms as they were copied.
    'model.student_init': dict(
        type='mmrazor_ssdkd.TeacherWeights', fit='layers'
    ),
}
rows = {
    # The student's temperature, in place of 1.
    'priorities at tau': {'model.distillation.priority_tau': 20.0},
    'phi off, priorities at tau': {
        'model.task_loss.diversity': False,
        'model.task_loss.gamma': 0.0,
        'model.distillation.priority_tau': 20.0,
    },
}
