# As long_tailed_digits.py, with a buffer of one round: 128 images, of which 32
# leave in a round. The candidates of the largest phi enter.
_base_ = './long_tailed_digits.py'
cfg_options = {
    'model.replay_buffer.max_size': 128,
    'model.synthesis.admit': 32,
    'model.synthesis.interval': 40,
}
