# The paper's modules under a teacher of long-tailed digits, on a student born
# from it: 400 steps.
_base_ = ['../_base_/modules.py', '../_base_/digits_rounds.py']
folder = 'configs/mmpretrain/digits/'
teacher = folder + 'resnet18-w16_1xb64-100e_long-tailed-digits.py'
config = (
    folder
    + 'ssdkd_logits_resnet18-w16_resnet18-w8-inherited_1xb64-10e_digits.py'
)
metric = 'accuracy/top1'
epochs = [10]
rows = {
    'labels of rare classes': {'model.synthesis.labels': 'rare'},
    'importance weights of mean 1': {
        'model.distillation.normalize_weights': True
    },
    'labels drawn evenly': {'model.synthesis.labels': 'uniform'},
}
