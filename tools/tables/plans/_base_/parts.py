# SSD-KD with every part off alone, and the controls that need no real image.
rows = {
    'SSD-KD, everything on': {},
    'diversity off': {'model.task_loss.diversity': False},
    'difficulty off (gamma = 0)': {'model.task_loss.gamma': 0.0},
    'priority off (alpha = 0)': {'model.replay_buffer.alpha': 0.0},
    'importance weight off (beta = 0)': {'model.replay_buffer.beta': 0.0},
    'L_BN off': {'model.bn_loss.loss_weight': 0.0},
    'L_Task off': {'model.task_loss.loss_weight': 0.0},
    'adversarial term off': {'model.synthesis.adversarial_weight': 0.0},
    'plain baseline': {
        'model.task_loss.diversity': False,
        'model.task_loss.gamma': 0.0,
        'model.replay_buffer.alpha': 0.0,
        'model.replay_buffer.beta': 0.0,
    },
    'control: untrained generator': {'model.synthesis.iters': 0},
}
