# ResNet-34 to ResNet-18 on CIFAR-10, from random weights and born from its
# teacher. For a GPU.
_base_ = './_base_/inherited.py'
folder = 'configs/mmpretrain/cifar10/'
pair = '_logits_resnet34_resnet18_1xb256-400e_cifar10.py'
teacher = folder + 'resnet34_1xb128-200e_cifar10.py'
config = folder + 'ssdkd' + pair
metric = 'accuracy/top1'
epochs = [400]
validations = 8
rows = {
    'control: oracle, real images': {
        'config': folder + 'kd' + pair.replace('400e', '40e'),
        # 50,000 images in one of its epochs, 5,000 draws in one of SSD-KD's.
        'epoch_factor': 0.1,
    },
    # As many steps, and the learning rate, of the inherited student.
    'control: oracle, real images, inherited': {
        'config': folder + 'kd' + pair.replace('400e', '40e'),
        'epoch_factor': 0.01,
        'custom_hooks': [dict(type='mmrazor_ssdkd.StudentInitHook')],
        'optim_wrapper.optimizer.lr': 0.05,
    },
}
# Fast-Datafree's table (arXiv:2112.06253); GPU hours in brackets.
published = {
    'others': {
        'teacher': '95.70',
        'student on real images': '95.20',
        'DAFL': '92.22 (2.7)',
        'DFQ': '94.61 (8.8)',
        'CMI': '94.84 (19.0)',
        'Fast-2': '92.62',
        'Fast-10': '94.05',
    },
}
