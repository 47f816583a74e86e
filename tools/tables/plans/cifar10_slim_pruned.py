# CIFAR-10's slim student pruned from its teacher by MMRazor's L1 units, then
# distilled, beside one of the same layers born from its teacher. At a learning
# rate of 0 it stays what it was before its first step.
folder = 'configs/mmpretrain/cifar10/'
pair = folder + 'ssdkd_logits_resnet18-w16_resnet18-w8'
teacher = folder + 'resnet18-w16_1xb128-30e_cifar10.py'
config = pair + '_1xb256-200e_cifar10.py'
length = {'epoch_factor': 0.1}
inherited = {'config': pair + '-inherited_1xb256-20e_cifar10.py', **length}
pruned = {'config': pair + '-pruned_1xb256-20e_cifar10.py', **length}
before = {
    'epoch_factor': 0.005,
    'optim_wrapper.architecture.optimizer.lr': 0.0,
}
metric = 'accuracy/top1'
epochs = [200]
validations = 10
rows = {
    'pruned (L1)': pruned,
    'pruned (L1), features off': {
        **pruned,
        'model.distillation.feature_weight': 0.0,
    },
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
