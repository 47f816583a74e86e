# The method and its plain baseline; a plan adds others.
rows = {
    'SSD-KD': {},
    'plain baseline': {
        'model.task_loss.diversity': False,
        'model.task_loss.gamma': 0.0,
        'model.replay_buffer.alpha': 0.0,
        'model.replay_buffer.beta': 0.0,
    },
}
