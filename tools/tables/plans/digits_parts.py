# Every part of SSD-KD off alone, with the controls, on the digits.
_base_ = './_base_/parts.py'
teacher = 'configs/mmpretrain/digits/resnet18-w16_1xb64-60e_digits.py'
config = (
    'configs/mmpretrain/digits/'
    'ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'
)
metric = 'accuracy/top1'
epochs = [40, 4]
rows = {
    'control: oracle, real images': {
        'config': (
            'configs/mmpretrain/digits/'
            'kd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'
        )
    },
}
