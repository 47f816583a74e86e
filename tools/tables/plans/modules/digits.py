# The paper's modules on the digits' student born from its teacher: 400 steps.
_base_ = ['../_base_/modules.py', '../_base_/digits_rounds.py']
folder = 'configs/mmpretrain/digits/'
teacher = folder + 'resnet18-w16_1xb64-60e_digits.py'
config = (
    folder
    + 'ssdkd_logits_resnet18-w16_resnet18-w8-inherited_1xb64-10e_digits.py'
)
metric = 'accuracy/top1'
epochs = [10]
rows = {
    # The student's temperature, in place of 1.
    'priorities at tau': {'model.distillation.priority_tau': 4.0},
    'phi off, priorities at tau': {
        'model.task_loss.diversity': False,
        'model.task_loss.gamma': 0.0,
        'model.distillation.priority_tau': 4.0,
    },
}
