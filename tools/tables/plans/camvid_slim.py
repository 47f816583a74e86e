# CamVid's slim pair: SSD-KD, alone and with FitNets, without class weights,
# its plain baseline, the controls, and the student on real labels alone.
_base_ = './_base_/controls.py'
folder = 'configs/mmseg/camvid/'
pair = '_logits_deeplabv3-r18-w32_deeplabv3-r18-w16_1xb16-'
teacher = folder + 'deeplabv3_r18-w32_1xb8-80e_camvid-128x96.py'
config = folder + 'ssdkd' + pair + '75e_camvid-128x96.py'
metric = 'mIoU'
epochs = [75]
validations = 5
rows = {
    'class weights off': {'model.distillation.class_weight_power': 0.0},
    'FitNets with SSD-KD': {
        'config': folder
        + 'ssdkd_fitnets'
        + pair.replace('_logits', '')
        + '75e_camvid-128x96.py'
    },
    **{
        row: {
            'config': folder + name + '218e_camvid-128x96.py',
            # 67 steps in an epoch of SSD-KD, 23 in one of these.
            'epoch_factor': 67 / 23,
        }
        for row, name in (
            ('control: oracle, real images', 'kd' + pair),
            ('student on real images', 'deeplabv3_r18-w16_1xb16-'),
        )
    },
}
