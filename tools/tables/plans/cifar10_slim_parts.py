# Every part of SSD-KD off alone, with the controls, on CIFAR-10's slim pair
# at a fifth of its config's steps.
_base_ = './_base_/parts.py'
folder = 'configs/mmpretrain/cifar10/'
pair = '_logits_resnet18-w16_resnet18-w8_1xb256-200e_cifar10.py'
teacher = folder + 'resnet18-w16_1xb128-30e_cifar10.py'
config = folder + 'ssdkd' + pair
metric = 'accuracy/top1'
epochs = [40]
validations = 5
rows = {
    'control: oracle, real images': {
        'config': folder + 'kd' + pair.replace('200e', '20e'),
        # 50,000 images in one of its epochs, 5,000 draws in one of SSD-KD's.
        'epoch_factor': 0.1,
    },
}
