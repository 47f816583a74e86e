# The digit scenes' student of the teacher's own family, half as wide, from
# random weights and born from its teacher, against time. At a learning rate
# of 0 it stays what it was before its first step, but for BatchNorm's
# statistics.
folder = 'configs/mmseg/digit_scenes/'
pair = 'ssdkd_logits_deeplabv3plus-r18-w16_deeplabv3plus-r18-w8'
teacher = folder + 'deeplabv3plus_r18-w16_1xb16-20e_digit-scenes.py'
config = folder + pair + '_1xb16-40e_digit-scenes.py'
inherited = {
    'config': folder + pair + '-inherited_1xb16-20e_digit-scenes.py',
    'epoch_factor': 0.5,
}
before = {
    **inherited,
    'epoch_factor': 0.025,
    'optim_wrapper.architecture.optimizer.lr': 0.0,
}
oracle = {
    'config': folder
    + pair.replace('ssdkd', 'kd')
    + '_1xb16-40e_digit-scenes.py'
}
metric = 'mIoU'
epochs = [40]
validations = 10
rows = {
    'inherited': inherited,
    'inherited, features off': {
        **inherited,
        'model.distillation.feature_weight': 0.0,
    },
    'inherited, before its first step': before,
    'inherited, before its first step, not refitted': {
        **before,
        'model.student_init.fit': False,
    },
    'inherited, control: untrained generator': {
        **inherited,
        'model.synthesis.iters': 0,
    },
    'random weights': {},
    'random weights, control: untrained generator': {
        'model.synthesis.iters': 0
    },
    'control: oracle, real scenes, random weights': oracle,
    # As many steps, and the learning rate, of the inherited student.
    'control: oracle, real scenes, inherited': {
        **oracle,
        'epoch_factor': 0.5,
        'custom_hooks': [dict(type='mmrazor_ssdkd.StudentInitHook')],
        'optim_wrapper.optimizer.lr': 0.02,
    },
}
