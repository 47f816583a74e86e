# As long_tailed_digits_ten_rounds.py, with synthesis in batches of 32, of
# which the best 8 enter: as many images, from four times as many rounds.
_base_ = './long_tailed_digits_ten_rounds.py'
cfg_options = {
    'model.synthesis.batch_size': 32,
    'model.synthesis.admit': 8,
    'model.synthesis.interval': 10,
    'model.synthesis.warmup_rounds': 36,
}
