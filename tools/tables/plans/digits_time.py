# Accuracy against time on the digits: SSD-KD from random weights and born from
# its teacher, its plain baseline and MMRazor's own data-free algorithms, for
# plot_curves.py.
_base_ = './_base_/time.py'
folder = 'configs/mmpretrain/digits/'
pair = '_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'
teacher = folder + 'resnet18-w16_1xb64-60e_digits.py'
config = folder + 'ssdkd' + pair
metric = 'accuracy/top1'
epochs = [40]
validations = 10
peers = ['DAFL', 'DFAD', 'ZSKT']
same_time = [f'peer: {name} (MMRazor)' for name in peers]
rows = {
    'inherited': {
        'config': folder
        + 'ssdkd'
        + pair.replace('_1xb64-40e', '-inherited_1xb64-20e'),
        'epoch_factor': 0.5,
    },
    **{
        f'peer: {name} (MMRazor)': {'config': folder + name.lower() + pair}
        for name in peers
    },
}
