# SSD-KD alone and under other distillers, and MMRazor's DFAD, on the digit
# scenes.
folder = 'configs/mmseg/digit_scenes/'
pair = (
    '_deeplabv3plus-r18-w16_deeplabv3plus-m-v2-w25_1xb16-40e_digit-scenes.py'
)
teacher = folder + 'deeplabv3plus_r18-w16_1xb16-20e_digit-scenes.py'
config = folder + 'ssdkd_logits' + pair
metric = 'mIoU'
epochs = [10]
same_time = ['peer: DFAD (MMRazor)']
rows = {
    'SSD-KD alone': {},
    'SSD-KD with CWD': {'config': folder + 'ssdkd_cwd' + pair},
    'SSD-KD with FitNets': {'config': folder + 'ssdkd_fitnets' + pair},
    'peer: DFAD (MMRazor)': {'config': folder + 'dfad_logits' + pair},
}
