# What CIFAR-10's slim student, born from its teacher, sees of a replayed
# image: a moved and flipped view, or one mixed with another's: 400 steps.
folder = 'configs/mmpretrain/cifar10/'
teacher = folder + 'resnet18-w16_1xb128-30e_cifar10.py'
config = (
    folder
    + 'ssdkd_logits_resnet18-w16_resnet18-w8-inherited_1xb256-20e_cifar10.py'
)
metric = 'accuracy/top1'
epochs = [20]
validations = 5
mixed = 'mmrazor_ssdkd.MixedView'
cfg_options = {'model.distillation.feature_weight': 0.0}
rows = {
    'views': {},
    'CutMix of half of them': {'model.distillation.augmentation.type': mixed},
    'mixup of half of them': {
        'model.distillation.augmentation.type': mixed,
        'model.distillation.augmentation.mix': 'blend',
    },
}
