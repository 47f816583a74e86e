# The digits' student from random weights and born from its teacher, against
# time, beside MMRazor's own data-free algorithms. At a learning rate of 0 it
# stays what it was before its first step, but for BatchNorm's statistics.
folder = 'configs/mmpretrain/digits/'
pair = '_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'
teacher = folder + 'resnet18-w16_1xb64-60e_digits.py'
config = folder + 'ssdkd' + pair
inherited = {
    'config': folder
    + 'ssdkd_logits_resnet18-w16_resnet18-w8-inherited_1xb64-12e_digits.py',
    'epoch_factor': 0.3,
}
before = {
    **inherited,
    'epoch_factor': 0.025,
    'model.synthesis.until': 0,
    'optim_wrapper.architecture.optimizer.lr': 0.0,
}
# The same images for less time, at the price of a later start.
images_first = {
    **inherited,
    'model.synthesis.warmup_rounds': 18,
    'model.synthesis.until': 0,
}
metric = 'accuracy/top1'
epochs = [40]
validations = 20
rows = {
    'inherited': inherited,
    'inherited, features off': {
        **inherited,
        'model.distillation.feature_weight': 0.0,
    },
    'inherited, all images first': images_first,
    'inherited, all images first, 400 steps': {
        **images_first,
        'epoch_factor': 0.25,
    },
    'inherited, before its first step': before,
    'inherited, before its first step, not refitted': {
        **before,
        'model.student_init.fit': False,
    },
    'inherited, plain baseline': {
        **inherited,
        'model.task_loss.diversity': False,
        'model.task_loss.gamma': 0.0,
        'model.replay_buffer.alpha': 0.0,
        'model.replay_buffer.beta': 0.0,
    },
    'inherited, control: untrained generator': {
        **inherited,
        'model.synthesis.iters': 0,
    },
    'random weights': {},
    'random weights, control: untrained generator': {
        'model.synthesis.iters': 0
    },
    'control: oracle, real images, random weights': {
        'config': folder + 'kd' + pair
    },
    # As many steps, and the learning rate, of the inherited student.
    'control: oracle, real images, inherited': {
        'config': folder + 'kd' + pair,
        'epoch_factor': 0.3,
        'custom_hooks': [dict(type='mmrazor_ssdkd.StudentInitHook')],
        'optim_wrapper.optimizer.lr': 0.02,
    },
    **{
        f'peer: {name} (MMRazor)': {
            'config': folder + name.lower() + pair,
        }
        for name in ('DAFL', 'DFAD', 'ZSKT')
    },
}
