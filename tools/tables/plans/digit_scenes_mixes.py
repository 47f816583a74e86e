# SSD-KD alone and under other distillers, and MMRazor's own data-free
# algorithms, on the digit scenes.
folder = 'configs/mmseg/digit_scenes/'
pair = (
    '_deeplabv3plus-r18-w16_deeplabv3plus-m-v2-w25_1xb16-40e_digit-scenes.py'
)
teacher = folder + 'deeplabv3plus_r18-w16_1xb16-20e_digit-scenes.py'
config = folder + 'ssdkd_logits' + pair
metric = 'mIoU'
epochs = [10]
peers = ['DFAD', 'DAFL', 'ZSKT']
same_time = [f'peer: {name} (MMRazor)' for name in peers]
rows = {
    'SSD-KD alone': {},
    'SSD-KD with CWD': {'config': folder + 'ssdkd_cwd' + pair},
    'SSD-KD with FitNets': {'config': folder + 'ssdkd_fitnets' + pair},
    **{
        f'peer: {name} (MMRazor)': {
            'config': folder + f'{name.lower()}_logits' + pair
        }
        for name in peers
    },
}
