# As long_tailed_digits_ten_rounds.py, with a buffer of one round: 128 images,
# of which 32 leave in a round.
_base_ = './long_tailed_digits_ten_rounds.py'
cfg_options = {'model.replay_buffer.max_size': 128}
