# Students of a pair that are born from their teacher, beside those from random
# weights: the slim pair's recipe, a tenth of the steps.
_base_ = './controls.py'
inherited = {
    'epoch_factor': 0.1,
    'model.student_init': dict(type='mmrazor_ssdkd.TeacherWeights'),
    'model.synthesis.warmup_rounds': 1,
    'model.synthesis.adversarial_from': 1,
    'model.distillation.feature_weight': 10.0,
    'optim_wrapper.architecture.optimizer.lr': 0.05,
}
no_phi = {
    'model.task_loss.diversity': False,
    'model.task_loss.gamma': 0.0,
}
no_priority = {'model.replay_buffer.alpha': 0.0}
rows = {
    'inherited': inherited,
    # At a learning rate of 0 only BatchNorm's statistics change.
    'inherited, before its first step': {
        **inherited,
        'epoch_factor': 0.0025,
        'optim_wrapper.architecture.optimizer.lr': 0.0,
    },
    'inherited, phi off': {**inherited, **no_phi},
    'inherited, priority off': {**inherited, **no_priority},
    'inherited, plain baseline': {
        **inherited,
        **no_phi,
        **no_priority,
        'model.replay_buffer.beta': 0.0,
    },
    'inherited, control: untrained generator': {
        **inherited,
        'model.synthesis.iters': 0,
    },
}
