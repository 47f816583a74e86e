# CIFAR-100: ResNet-34 to ResNet-18. For a GPU.
_base_ = './_base_/controls.py'
folder = 'configs/mmpretrain/cifar100/'
teacher = folder + 'resnet34_1xb128-200e_cifar100.py'
config = folder + 'ssdkd_logits_resnet34_resnet18_1xb256-400e_cifar100.py'
metric = 'accuracy/top1'
epochs = [400]
validations = 8
# Fast-Datafree's table (arXiv:2112.06253).
published = {
    'others': {
        'teacher': '78.05',
        'CMI': '77.04',
        'Fast-2': '69.76',
        'Fast-10': '74.34',
    },
}
