# Accuracy against time on the digits: SSD-KD, its plain baseline and MMRazor's
# own data-free algorithms, for plot_curves.py.
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
    'SSD-KD': {},
    'plain baseline': {
        'model.task_loss.diversity': False,
        'model.task_loss.gamma': 0.0,
        'model.replay_buffer.alpha': 0.0,
        'model.replay_buffer.beta': 0.0,
    },
    **{
        f'peer: {name} (MMRazor)': {'config': folder + name.lower() + pair}
        for name in peers
    },
}
