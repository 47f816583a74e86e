# The paper's modules under a teacher of long-tailed digits, on a student born
# from it: 400 steps.
_base_ = ['../_base_/modules.py', '../_base_/digits_rounds.py']
teacher = (
    'configs/mmpretrain/digits/resnet18-w16_1xb64-100e_long-tailed-digits.py'
)
cfg_options = {
    # As these were run: norms as they were copied.
    'model.student_init': dict(
        type='mmrazor_ssdkd.TeacherWeights', fit='layers'
    ),
}
rows = {
    'labels of rare classes': {'model.synthesis.labels': 'rare'},
    'importance weights of mean 1': {
        'model.distillation.normalize_weights': True
    },
    'labels drawn evenly': {'model.synthesis.labels': 'uniform'},
}
