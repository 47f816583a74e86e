# SSD-KD alone and under other distillers, and MMRazor's own data-free
# algorithms, on the digits.
folder = 'configs/mmpretrain/digits/'
pair = '_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'
teacher = folder + 'resnet18-w16_1xb64-60e_digits.py'
config = folder + 'ssdkd' + pair
metric = 'accuracy/top1'
epochs = [40, 4]
peers = ['DAFL', 'DFAD', 'ZSKT']
same_time = [f'peer: {name} (MMRazor)' for name in peers]
rows = {
    'SSD-KD alone': {},
    **{
        f'SSD-KD with {name}': {
            'config': folder + 'ssdkd_' + part + pair.replace('_logits', '')
        }
        for name, part in {
            'KD': 'kd',
            'DKD': 'dkd',
            'DIST': 'dist',
            'WSLD': 'wsld',
            'FitNets': 'fitnets',
            'factor transfer': 'factor-transfer',
            'attention transfer': 'at',
            'AB loss': 'abloss',
            'RKD': 'rkd',
        }.items()
    },
    **{
        f'peer: {name} (MMRazor)': {'config': folder + name.lower() + pair}
        for name in peers
    },
}
