# Rounds between the student's steps, and no features, which are not of the
# paper.
cfg_options = {
    'model.distillation.feature_weight': 0.0,
    'model.synthesis.warmup_rounds': 3,
    'model.synthesis.interval': 80,
    'model.synthesis.until': None,
}
