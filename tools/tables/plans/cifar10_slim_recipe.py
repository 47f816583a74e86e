# What pays on CIFAR-10's slim student born from its teacher: the features that
# it was born with, views that are stored, and what of a faster peer's recipe
# (Fast-Datafree, arXiv:2112.06253). 100 steps.
folder = 'configs/mmpretrain/cifar10/'
pair = '_logits_resnet18-w16_resnet18-w8'
teacher = folder + 'resnet18-w16_1xb128-30e_cifar10.py'
config = folder + 'ssdkd' + pair + '-inherited_1xb256-20e_cifar10.py'
metric = 'accuracy/top1'
epochs = [5]
smoothed = {
    'model.bn_loss.type': 'mmrazor_ssdkd.SmoothedBNLoss',
    'model.bn_loss.loss_weight': 10.0,
}
start = {'model.synthesis.type': 'mmrazor_ssdkd.ReptileInversion'}
agree = {
    'model.synthesis.adversarial_weight': 1.33,
    'model.synthesis.adversarial_where': 'agree',
}
uniform = {
    'model.synthesis.labels': 'uniform',
    'model.task_loss.diversity': False,
    'model.task_loss.gamma': 0.0,
    'model.task_loss.loss_weight': 0.5,
}
cfg_options = {'model.distillation.feature_weight': 0.0}
rows = {
    'SSD-KD, features off': {},
    'features of the teacher': {'model.distillation.feature_weight': 10.0},
    '8 stored views': {
        'model.distillation.stored_views': 8,
        'model.replay_buffer.store_logits': True,
    },
    'smoothed statistics': smoothed,
    'meta-learnt start': start,
    'adversarial where they agree': agree,
    'labels drawn evenly': uniform,
    'all of them, even draws': {
        **smoothed,
        **start,
        **agree,
        **uniform,
        'model.replay_buffer.alpha': 0.0,
        'model.replay_buffer.beta': 0.0,
    },
    '5 steps a round': {'model.synthesis.iters': 5},
}
