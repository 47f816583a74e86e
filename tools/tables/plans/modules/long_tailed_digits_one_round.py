# As long_tailed_digits_ten_rounds.py, with a buffer of one round: 128 images,
# of which 32 leave in a round. The last rows are what the paper leaves open.
_base_ = './long_tailed_digits_ten_rounds.py'
cfg_options = {'model.replay_buffer.max_size': 128}
rows = {
    'gamma = 1': {'model.task_loss.gamma': 1.0},
    'gamma = 5': {'model.task_loss.gamma': 5.0},
    'all candidates enter': {'model.synthesis.admit': None},
    'evict: priority': {'model.replay_buffer.evict': 'priority'},
    'evict: phi': {'model.replay_buffer.evict': 'phi'},
}
