# WRN-40-2 to WRN-16-2 on CIFAR-10, from random weights and born from its
# teacher: the parts that the paper is about, the data scale and the controls.
# For a GPU.
_base_ = './_base_/inherited.py'
folder = 'configs/mmpretrain/cifar10/'
pair = '_logits_wrn40-2_wrn16-2_1xb256-400e_cifar10.py'
teacher = folder + 'wrn40-2_1xb128-200e_cifar10.py'
config = folder + 'ssdkd' + pair
metric = 'accuracy/top1'
epochs = [400]
validations = 8
rows = {
    'phi off': {
        'model.task_loss.diversity': False,
        'model.task_loss.gamma': 0.0,
    },
    'priority off (alpha = 0)': {'model.replay_buffer.alpha': 0.0},
    # Fewer or more draws in as many epochs, as in the paper.
    'data scale 1%': {'train_dataloader.dataset.length': 500},
    'data scale 20%': {'train_dataloader.dataset.length': 10000},
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
# Fast-Datafree's table (arXiv:2112.06253).
published = {
    'others': {
        'teacher': '94.87',
        'student on real images': '93.95',
        'DAFL': '81.55',
        'DFQ': '92.01',
        'CMI': '92.52',
        'Fast-2': '89.68',
        'Fast-10': '92.45',
    },
}
