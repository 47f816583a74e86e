# The paper's two modules, each alone and each of their settings alone.
_base_ = './time.py'
rows = {
    'phi off': {
        'model.task_loss.diversity': False,
        'model.task_loss.gamma': 0.0,
    },
    'diversity off': {'model.task_loss.diversity': False},
    'difficulty off (gamma = 0)': {'model.task_loss.gamma': 0.0},
    'priority off (alpha = 0)': {'model.replay_buffer.alpha': 0.0},
    'importance weight off (beta = 0)': {'model.replay_buffer.beta': 0.0},
}
