# CIFAR-10's slim student from random weights and born from its teacher,
# against time. At a learning rate of 0 it stays what it was before its first
# step, but for BatchNorm's statistics.
folder = 'configs/mmpretrain/cifar10/'
pair = '_logits_resnet18-w16_resnet18-w8_1xb256-200e_cifar10.py'
teacher = folder + 'resnet18-w16_1xb128-30e_cifar10.py'
config = folder + 'ssdkd' + pair
inherited = {
    'config': folder
    + 'ssdkd_logits_resnet18-w16_resnet18-w8-inherited_1xb256-20e_cifar10.py',
    'epoch_factor': 0.1,
}
before = {
    **inherited,
    'epoch_factor': 0.005,
    'optim_wrapper.architecture.optimizer.lr': 0.0,
}
metric = 'accuracy/top1'
epochs = [200]
validations = 10
rows = {
    'inherited': inherited,
    'inherited, features off': {
        **inherited,
        'model.distillation.feature_weight': 0.0,
    },
    # For runs that are longer.
    'inherited, mixed views': {
        **inherited,
        'model.distillation.augmentation.type': 'mmrazor_ssdkd.MixedView',
    },
    'inherited, before its first step': before,
    'inherited, before its first step, not refitted': {
        **before,
        'model.student_init.fit': False,
    },
    'inherited, plain baseline': {
        **inherited,
        'model.task_loss.diversity': False,
        'model.task_loss.gamma': 0.0,
        'model.replay_buffer.alpha': 0.0,
        'model.replay_buffer.beta': 0.0,
    },
    'inherited, control: untrained generator': {
        **inherited,
        'model.synthesis.iters': 0,
    },
    'inherited, data scale 1%': {
        **inherited,
        'train_dataloader.dataset.length': 500,
    },
    'inherited, data scale 20%': {
        **inherited,
        'train_dataloader.dataset.length': 10_000,
    },
    'random weights': {},
    'random weights, control: untrained generator': {
        'model.synthesis.iters': 0
    },
    'control: oracle, real images, random weights': {
        'config': folder + 'kd' + pair.replace('200e', '20e'),
        # 50,000 images in one of its epochs, 5,000 draws in one of SSD-KD's.
        'epoch_factor': 0.1,
        'train_dataloader.num_workers': 0,
    },
    # As many steps, and the learning rate, of the inherited student.
    'control: oracle, real images, inherited': {
        'config': folder + 'kd' + pair.replace('200e', '20e'),
        'epoch_factor': 0.01,
        'train_dataloader.num_workers': 0,
        'custom_hooks': [dict(type='mmrazor_ssdkd.StudentInitHook')],
        'optim_wrapper.optimizer.lr': 0.05,
    },
}
