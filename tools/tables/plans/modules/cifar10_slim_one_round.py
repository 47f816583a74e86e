# As cifar10_slim.py, with a buffer of one round, 256 images: the best 64
# candidates of 256 enter in a round, one every 10 steps, and 64 leave.
_base_ = './cifar10_slim.py'
cfg_options = {
    'model.replay_buffer.max_size': 256,
    'model.synthesis.admit': 64,
    'model.synthesis.interval': 10,
    'model.synthesis.warmup_rounds': 4,
}
