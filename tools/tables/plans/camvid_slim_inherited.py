# CamVid's slim student from random weights and born from its teacher, against
# time. At a learning rate of 0 it stays what it was before its first step,
# but for BatchNorm's statistics.
folder = 'configs/mmseg/camvid/'
pair = 'ssdkd_logits_deeplabv3-r18-w32_deeplabv3-r18-w16'
teacher = folder + 'deeplabv3_r18-w32_1xb8-80e_camvid-128x96.py'
config = folder + pair + '_1xb16-75e_camvid-128x96.py'
inherited = {
    'config': folder + pair + '-inherited_1xb16-8e_camvid-128x96.py',
    'epoch_factor': 8 / 75,
}
before = {
    **inherited,
    'epoch_factor': 1 / 75,
    'optim_wrapper.architecture.optimizer.lr': 0.0,
}
oracle = folder + pair.replace('ssdkd', 'kd') + '_1xb16-218e_camvid-128x96.py'
metric = 'mIoU'
epochs = [75]
validations = 8
rows = {
    'inherited': inherited,
    'inherited, 40 generator steps a round': {
        **inherited,
        'model.synthesis.iters': 40,
    },
    'inherited, before its first step': before,
    'inherited, before its first step, 10 rounds': {
        **before,
        'model.synthesis.warmup_rounds': 9,
    },
    'inherited, before its first step, 15 rounds': {
        **before,
        'model.synthesis.warmup_rounds': 14,
    },
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
    # 5,014 steps of 16, as the random student's 5,025.
    'control: oracle, real images, random weights': {
        'config': oracle,
        'epoch_factor': 218 / 75,
    },
    # 552 steps of 16 of the 367 images, as the inherited student's 536.
    'control: oracle, real images, inherited': {
        'config': oracle,
        'epoch_factor': 24 / 75,
        'custom_hooks': [dict(type='mmrazor_ssdkd.StudentInitHook')],
        'optim_wrapper.optimizer.lr': 0.005,
    },
}
