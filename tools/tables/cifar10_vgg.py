# CIFAR-10: VGG-11 to ResNet-18. For a GPU.
_base_ = './_base_/time.py'
folder = 'configs/mmpretrain/cifar10/'
teacher = folder + 'vgg11_1xb128-200e_cifar10.py'
config = folder + 'ssdkd_logits_vgg11_resnet18_1xb256-400e_cifar10.py'
metric = 'accuracy/top1'
epochs = [400]
validations = 8
rows = {'control: untrained generator': {'model.synthesis_iters': 0}}
# Fast-Datafree's table (arXiv:2112.06253): each peer with the same student.
published = {
    'student on real images': {
        'teacher': 92.25,
        'SSD-KD': 95.2,
    },
    'DAFL': {
        'teacher': 92.25,
        'SSD-KD': 81.1,
    },
    'DFQ': {
        'teacher': 92.25,
        'SSD-KD': 90.84,
    },
    'CMI': {
        'teacher': 92.25,
        'SSD-KD': 91.13,
    },
    'Fast-2': {
        'teacher': 92.25,
        'SSD-KD': 84.67,
    },
    'Fast-10': {
        'teacher': 92.25,
        'SSD-KD': 90.53,
    },
}
