# Every part of SSD-KD off alone on the digit scenes' student born from its
# teacher, 500 steps.
_base_ = './_base_/parts.py'
folder = 'configs/mmseg/digit_scenes/'
teacher = folder + 'deeplabv3plus_r18-w16_1xb16-20e_digit-scenes.py'
config = (
    folder + 'ssdkd_logits_deeplabv3plus-r18-w16_deeplabv3plus-r18-w8-'
    'inherited_1xb16-20e_digit-scenes.py'
)
metric = 'mIoU'
epochs = [5]
# Features are not of the paper, whose adversarial term is always on.
cfg_options = {
    'model.distillation.feature_weight': 0.0,
    'model.synthesis.adversarial_from': 0,
}
