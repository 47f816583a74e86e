# What the paper leaves open, where a buffer holds one round: gamma, alpha and
# beta, who enters and who leaves.
_base_ = './long_tailed_digits_one_round.py'
rows = {
    'gamma = 1': {'model.task_loss.gamma': 1.0},
    'gamma = 5': {'model.task_loss.gamma': 5.0},
    'alpha = 1': {'model.replay_buffer.alpha': 1.0},
    'beta = 1': {'model.replay_buffer.beta': 1.0},
    'alpha = 1, beta = 1': {
        'model.replay_buffer.alpha': 1.0,
        'model.replay_buffer.beta': 1.0,
    },
    'all candidates enter': {'model.synthesis.admit': None},
    'evict: priority': {'model.replay_buffer.evict': 'priority'},
    'evict: phi': {'model.replay_buffer.evict': 'phi'},
}
