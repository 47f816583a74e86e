# CamVid: DeepLabV3, ResNet-50 to MobileNetV2. For a GPU.
_base_ = './_base_/controls.py'
folder = 'configs/mmseg/camvid/'
pair = '_logits_deeplabv3-r50-d8_deeplabv3-m-v2-d8_1xb16-'
teacher = folder + 'deeplabv3_r50-d8_1xb8-200e_camvid.py'
config = folder + 'ssdkd' + pair + '60e_camvid.py'
metric = 'mIoU'
epochs = [60]
validations = 6
rows = {
    'class weights off': {'model.distillation.class_weight_power': 0.0},
    'control: oracle, real images': {
        'config': folder + 'kd' + pair + '417e_camvid.py',
        # As many steps.
        'epoch_factor': 417 / 60,
    },
}
# DFAD's (arXiv:1912.11006).
published = {
    'others': {
        'teacher': 59.4,
        'student on real images': 53.5,
        'DFAD': 53.5,
    },
}
