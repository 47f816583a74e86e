# CIFAR-100: VGG-11 to ResNet-18. For a GPU.
_base_ = './_base_/controls.py'
folder = 'configs/mmpretrain/cifar100/'
teacher = folder + 'vgg11_1xb128-200e_cifar100.py'
config = folder + 'ssdkd_logits_vgg11_resnet18_1xb256-400e_cifar100.py'
metric = 'accuracy/top1'
epochs = [400]
validations = 8
# Fast-Datafree's table (arXiv:2112.06253).
published = {
    'others': {
        'teacher': '71.32',
        'CMI': '70.56',
        'Fast-2': '62.83',
        'Fast-10': '67.44',
    },
}
