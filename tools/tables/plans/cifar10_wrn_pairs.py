# CIFAR-10: WRN-40-2 to WRN-16-1, WRN-40-1 and WRN-16-2, the students of the
# rows, by SSD-KD. For a GPU.
folder = 'configs/mmpretrain/cifar10/'
teacher = folder + 'wrn40-2_1xb128-200e_cifar10.py'
config = folder + 'ssdkd_logits_wrn40-2_wrn16-1_1xb256-400e_cifar10.py'
metric = 'accuracy/top1'
epochs = [400]
validations = 8
rows = {
    'WRN-16-1': {},
    'WRN-40-1': {
        'config': folder
        + 'ssdkd_logits_wrn40-2_wrn40-1_1xb256-400e_cifar10.py'
    },
    'WRN-16-2': {
        'config': folder
        + 'ssdkd_logits_wrn40-2_wrn16-2_1xb256-400e_cifar10.py'
    },
}
# Fast-Datafree's table (arXiv:2112.06253), by student.
published = {
    'student on real images': {
        'teacher': 94.87,
        'WRN-16-1': 91.12,
        'WRN-40-1': 93.94,
        'WRN-16-2': 93.95,
    },
    'DAFL': {
        'teacher': 94.87,
        'WRN-16-1': 65.71,
        'WRN-40-1': 81.33,
        'WRN-16-2': 81.55,
    },
    'DFQ': {
        'teacher': 94.87,
        'WRN-16-1': 86.14,
        'WRN-40-1': 91.69,
        'WRN-16-2': 92.01,
    },
    'CMI': {
        'teacher': 94.87,
        'WRN-16-1': 90.01,
        'WRN-40-1': 92.78,
        'WRN-16-2': 92.52,
    },
    'Fast-2': {
        'teacher': 94.87,
        'WRN-16-1': 88.36,
        'WRN-40-1': 89.56,
        'WRN-16-2': 89.68,
    },
    'Fast-10': {
        'teacher': 94.87,
        'WRN-16-1': 89.29,
        'WRN-40-1': 92.51,
        'WRN-16-2': 92.45,
    },
}
