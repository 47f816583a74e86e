# As long_tailed_digits_ten_rounds.py: priorities of the last draw, and all of
# them computed anew before every draw.
_base_ = './long_tailed_digits_ten_rounds.py'
rows = {
    'priorities anew': {'model.distillation.refresh_interval': 1},
    'phi off, priorities anew': {
        'model.task_loss.diversity': False,
        'model.task_loss.gamma': 0.0,
        'model.distillation.refresh_interval': 1,
    },
}
