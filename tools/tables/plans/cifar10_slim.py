# CIFAR-10 on a CPU: SSD-KD, its plain baseline and the controls against
# training time, for plot_curves.py, and MMRazor's own data-free algorithms.
_base_ = './_base_/controls.py'
folder = 'configs/mmpretrain/cifar10/'
pair = '_logits_resnet18-w16_resnet18-w8_1xb256-200e_cifar10.py'
teacher = folder + 'resnet18-w16_1xb128-30e_cifar10.py'
config = folder + 'ssdkd' + pair
metric = 'accuracy/top1'
epochs = [200]
validations = 10
rows = {
    'control: oracle, real images': {
        'config': folder + 'kd' + pair.replace('200e', '20e'),
        # 50,000 images in one of its epochs, 5,000 draws in one of SSD-KD's.
        'epoch_factor': 0.1,
        # In this process, whose time is measured.
        'train_dataloader.num_workers': 0,
    },
    **{
        f'peer: {name} (MMRazor)': {'config': folder + name.lower() + pair}
        for name in ('DAFL', 'DFAD', 'ZSKT')
    },
}
