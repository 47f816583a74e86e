# Every part of SSD-KD off alone, with the controls, on the digit scenes, and
# with class weights.
_base_ = './_base_/parts.py'
teacher = (
    'configs/mmseg/digit_scenes/'
    'deeplabv3plus_r18-w16_1xb16-20e_digit-scenes.py'
)
config = (
    'configs/mmseg/digit_scenes/'
    'ssdkd_logits_deeplabv3plus-r18-w16_deeplabv3plus-m-v2-w25_'
    '1xb16-40e_digit-scenes.py'
)
metric = 'mIoU'
epochs = [40]
rows = {
    'class weights on': {'model.distillation.class_weight_power': 1.0},
    'control: oracle, real scenes': {
        'config': (
            'configs/mmseg/digit_scenes/'
            'kd_logits_deeplabv3plus-r18-w16_deeplabv3plus-m-v2-w25_'
            '1xb16-40e_digit-scenes.py'
        )
    },
}
