# Images of several labels: the student from random weights and born from its
# teacher, and the controls.
folder = 'configs/mmpretrain/digit_sets/'
pair = folder + 'ssdkd_logits_resnet18-w16_resnet18-w8'
teacher = folder + 'resnet18-w16_1xb64-10e_digit-sets.py'
config = pair + '_1xb64-40e_digit-sets.py'
metric = 'multi-label/mAP'
epochs = [40]
validations = 8
inherited = {
    'config': pair + '-inherited_1xb64-20e_digit-sets.py',
    'epoch_factor': 0.5,
}
rows = {
    'inherited': inherited,
    'inherited, control: untrained generator': {
        **inherited,
        'model.synthesis.iters': 0,
    },
    'random weights': {},
    'random weights, control: untrained generator': {
        'model.synthesis.iters': 0
    },
}
