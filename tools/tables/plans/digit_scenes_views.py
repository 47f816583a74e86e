# What the digit scenes' student, born from its teacher, sees of a replayed
# image, itself or one mixed with another's, and what classes count: 1,000
# steps.
folder = 'configs/mmseg/digit_scenes/'
pair = 'deeplabv3plus-r18-w16_deeplabv3plus-r18-w8-inherited'
teacher = folder + 'deeplabv3plus_r18-w16_1xb16-20e_digit-scenes.py'
config = folder + f'ssdkd_logits_{pair}_1xb16-10e_digit-scenes.py'
metric = 'mIoU'
epochs = [10]
validations = 10
mixed = dict(type='mmrazor_ssdkd.MixedView', flip=0.0, shift=0.0)
few = {'model.synthesis.warmup_rounds': 3}
weighted = {'model.distillation.class_weight_power': 1.0}
rows = {
    'images as stored': {},
    '3 rounds of warm-up': few,
    'class weights': weighted,
    'CutMix of half of them': {'model.distillation.augmentation': mixed},
    'CutMix of half of them, 3 rounds of warm-up': {
        **few,
        'model.distillation.augmentation': mixed,
    },
    'CutMix of half of them, class weights': {
        **weighted,
        'model.distillation.augmentation': mixed,
    },
}
