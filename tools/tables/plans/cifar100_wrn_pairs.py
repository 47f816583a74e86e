# CIFAR-100: WRN-40-2 to WRN-16-1, WRN-40-1 and WRN-16-2, the students of the
# rows, by SSD-KD. For a GPU.
folder = 'configs/mmpretrain/cifar100/'
teacher = folder + 'wrn40-2_1xb128-200e_cifar100.py'
config = folder + 'ssdkd_logits_wrn40-2_wrn16-1_1xb256-400e_cifar100.py'
metric = 'accuracy/top1'
epochs = [400]
validations = 8
rows = {
    'WRN-16-1': {},
    'WRN-40-1': {
        'config': folder
        + 'ssdkd_logits_wrn40-2_wrn40-1_1xb256-400e_cifar100.py'
    },
    'WRN-16-2': {
        'config': folder
        + 'ssdkd_logits_wrn40-2_wrn16-2_1xb256-400e_cifar100.py'
    },
}
# Fast-Datafree's table (arXiv:2112.06253), by student.
published = {
    'CMI': {
        'teacher': 75.83,
        'WRN-16-1': 57.91,
        'WRN-40-1': 68.88,
        'WRN-16-2': 68.75,
    },
    'Fast-2': {
        'teacher': 75.83,
        'WRN-16-1': 41.77,
        'WRN-40-1': 53.15,
        'WRN-16-2': 57.08,
    },
    'Fast-10': {
        'teacher': 75.83,
        'WRN-16-1': 54.02,
        'WRN-40-1': 63.91,
        'WRN-16-2': 65.12,
    },
}
