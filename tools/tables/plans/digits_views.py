# What the digits' student, born from its teacher, sees of a replayed image:
# itself, a moved view, or one mixed with another's: 400 steps.
_base_ = './_base_/digits_rounds.py'
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
