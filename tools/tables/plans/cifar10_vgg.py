# CIFAR-10: VGG-11 to ResNet-18. For a GPU.
_base_ = './_base_/controls.py'
folder = 'configs/mmpretrain/cifar10/'
teacher = folder + 'vgg11_1xb128-200e_cifar10.py'
config = folder + 'ssdkd_logits_vgg11_resnet18_1xb256-400e_cifar10.py'
metric = 'accuracy/top1'
epochs = [400]
validations = 8
# Fast-Datafree's table (arXiv:2112.06253).
published = {
    'others': {
        'teacher': '92.25',
        'student on real images': '95.20',
        'DAFL': '81.10',
        'DFQ': '90.84',
        'CMI': '91.13',
        'Fast-2': '84.67',
        'Fast-10': '90.53',
    },
}
