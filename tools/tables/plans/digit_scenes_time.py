# mIoU against time on the digit scenes: SSD-KD, its plain baseline and
# MMRazor's own data-free algorithms, for plot_curves.py.
_base_ = './_base_/time.py'
folder = 'configs/mmseg/digit_scenes/'
pair = (
    '_deeplabv3plus-r18-w16_deeplabv3plus-m-v2-w25_1xb16-40e_digit-scenes.py'
)
teacher = folder + 'deeplabv3plus_r18-w16_1xb16-20e_digit-scenes.py'
config = folder + 'ssdkd_logits' + pair
metric = 'mIoU'
epochs = [10]
validations = 5
peers = ['DFAD', 'DAFL', 'ZSKT']
same_time = [f'peer: {name} (MMRazor)' for name in peers]
rows = {
    **{
        f'peer: {name} (MMRazor)': {
            'config': folder + f'{name.lower()}_logits' + pair
        }
        for name in peers
    },
}
