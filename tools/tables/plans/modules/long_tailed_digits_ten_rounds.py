# As long_tailed_digits.py, with a buffer of ten rounds of 32 images: the best
# 32 candidates of 128 enter, a partial update.
_base_ = './long_tailed_digits.py'
cfg_options = {
    'model.replay_buffer.max_size': 320,
    'model.synthesis.admit': 32,
    'model.synthesis.interval': 40,
}
