# Every part of SSD-KD off alone, with the controls, on the digit scenes.
teacher = (
    'configs/mmseg/digit_scenes/'
    'deeplabv3plus_r18-w16_1xb16-20e_digit-scenes.py'
)
config = (
    'configs/mmseg/digit_scenes/'
    'ssdkd_logits_deeplabv3plus-r18-w16_deeplabv3plus-m-v2-w25_'
    '1xb16-40e_digit-scenes.py'
)
metric = 'mIoU'
epochs = [40]
rows = {
    'SSD-KD, everything on': {},
    'diversity off': {'model.task_loss.diversity': False},
    'difficulty off (gamma = 0)': {'model.task_loss.gamma': 0.0},
    'priority off (alpha = 0)': {'model.replay_buffer.alpha': 0.0},
    'importance weight off (beta = 0)': {'model.replay_buffer.beta': 0.0},
    'L_BN off': {'model.bn_loss.loss_weight': 0.0},
    'L_Task off': {'model.task_loss.loss_weight': 0.0},
    'adversarial term off': {'model.adversarial_weight': 0.0},
    'plain baseline': {
        'model.task_loss.diversity': False,
        'model.task_loss.gamma': 0.0,
        'model.replay_buffer.alpha': 0.0,
        'model.replay_buffer.beta': 0.0,
    },
    'control: untrained generator': {'model.synthesis_iters': 0},
    'control: oracle, real scenes': {
        'config': (
            'configs/mmseg/digit_scenes/'
            'kd_logits_deeplabv3plus-r18-w16_deeplabv3plus-m-v2-w25_'
            '1xb16-40e_digit-scenes.py'
        )
    },
}
