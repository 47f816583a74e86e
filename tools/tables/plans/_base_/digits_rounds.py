# Rounds between the student's steps, a learning rate that falls from the
# start, and no features, which are not of the paper.
cfg_options = {
    'model.distillation.feature_weight': 0.0,
    'model.synthesis.warmup_rounds': 3,
    'model.synthesis.interval': 80,
    'model.synthesis.until': None,
    'param_scheduler.architecture': [
        dict(
            type='CosineAnnealingLR',
            begin=0,
            end=10,
            by_epoch=True,
            convert_to_iter_based=True,
        )
    ],
}
