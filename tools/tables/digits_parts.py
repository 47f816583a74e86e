# Every part of SSD-KD off alone, with the controls, on the digits.
teacher = 'configs/mmpretrain/digits/resnet18-w16_1xb64-60e_digits.py'
config = (
    'configs/mmpretrain/digits/'
    'ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'
)
metric = 'accuracy/top1'
epochs = [40, 4]
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
    'control: oracle, real images': {
        'config': (
            'configs/mmpretrain/digits/'
            'kd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'
        )
    },
}
