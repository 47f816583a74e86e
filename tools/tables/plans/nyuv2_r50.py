# NYUv2: DeepLabV3, ResNet-50 to MobileNetV2. For a GPU.
_base_ = './_base_/controls.py'
folder = 'configs/mmseg/nyuv2/'
pair = '_logits_deeplabv3-r50-d8_deeplabv3-m-v2-d8_1xb16-'
teacher = folder + 'deeplabv3_r50-d8_1xb8-200e_nyuv2.py'
config = folder + 'ssdkd' + pair + '60e_nyuv2.py'
metric = 'mIoU'
epochs = [60]
validations = 6
rows = {
    'class weights off': {'model.distillation.class_weight_power': 0.0},
    'control: oracle, real images': {
        'config': folder + 'kd' + pair + '192e_nyuv2.py',
        # As many steps.
        'epoch_factor': 192 / 60,
    },
}
# DFAD's (arXiv:1912.11006) and SSD-KD's (arXiv:2406.07876), of 16,000 images.
published = {
    'others': {
        'teacher': 51.7,
        'student on real images': 38.0,
        'DFAD': 36.4,
        'SSD-KD': 38.4,
    },
}
