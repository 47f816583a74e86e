# The digits' student pruned from its teacher by MMRazor's L1 units, then
# distilled, beside one of the same layers born from its teacher. At a learning
# rate of 0 it stays what it was before its first step.
folder = 'configs/mmpretrain/digits/'
pair = folder + 'ssdkd_logits_resnet18-w16_resnet18-w8'
teacher = folder + 'resnet18-w16_1xb64-60e_digits.py'
config = pair + '_1xb64-40e_digits.py'
length = {'epoch_factor': 0.3}
inherited = {'config': pair + '-inherited_1xb64-12e_digits.py', **length}
pruned = {'config': pair + '-pruned_1xb64-12e_digits.py', **length}
before = {
    'epoch_factor': 0.025,
    'optim_wrapper.architecture.optimizer.lr': 0.0,
    'model.synthesis.until': 0,
}
metric = 'accuracy/top1'
epochs = [40]
validations = 10
rows = {
    'pruned (L1)': pruned,
    'pruned (L1), not refitted': {**pruned, 'model.student_init.fit': False},
    'pruned (L1), as it was cut': {
        **pruned,
        'model.student_init.num_images': 0,
    },
    'pruned (L1), before its first step': {**pruned, **before},
    'pruned (L1), before its first step, as it was cut': {
        **pruned,
        **before,
        'model.student_init.num_images': 0,
    },
    'inherited': inherited,
    'inherited, before its first step': {**inherited, **before},
}
