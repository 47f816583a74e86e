# What the digits' student, born from its teacher, sees of a replayed image:
# itself, a moved view, or one mixed with another's: 400 steps.
_base_ = './_base_/digits_rounds.py'
folder = 'configs/mmpretrain/digits/'
teacher = folder + 'resnet18-w16_1xb64-60e_digits.py'
config = (
    folder
    + 'ssdkd_logits_resnet18-w16_resnet18-w8-inherited_1xb64-10e_digits.py'
)
metric = 'accuracy/top1'
epochs = [10]
views = 'mmrazor_ssdkd.RandomView'
mixed = 'mmrazor_ssdkd.MixedView'
rows = {
    'images as stored': {},
    'views': {'model.distillation.augmentation': dict(type=views, flip=0.0)},
    'CutMix of half of them': {
        'model.distillation.augmentation': dict(type=mixed, flip=0.0)
    },
    'mixup of half of them': {
        'model.distillation.augmentation': dict(
            type=mixed, mix='blend', flip=0.0
        )
    },
}
