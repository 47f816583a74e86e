# mIoU against time on the digit scenes, as digits_time.py. DAFL and ZSKT have
# no config there.
folder = 'configs/mmseg/digit_scenes/'
pair = (
    '_deeplabv3plus-r18-w16_deeplabv3plus-m-v2-w25_1xb16-40e_digit-scenes.py'
)
teacher = folder + 'deeplabv3plus_r18-w16_1xb16-20e_digit-scenes.py'
config = folder + 'ssdkd_logits' + pair
metric = 'mIoU'
epochs = [10]
validations = 5
same_time = ['peer: DFAD (MMRazor)']
rows = {
    'SSD-KD': {},
    'plain baseline': {
        'model.task_loss.diversity': False,
        'model.task_loss.gamma': 0.0,
        'model.replay_buffer.alpha': 0.0,
        'model.replay_buffer.beta': 0.0,
    },
    'peer: DFAD (MMRazor)': {'config': folder + 'dfad_logits' + pair},
}
