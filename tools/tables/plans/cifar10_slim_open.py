# What the paper leaves open, one choice at a time, on CIFAR-10's slim pair at
# a tenth of its steps. Nothing is evicted there.
_base_ = './_base_/open.py'
folder = 'configs/mmpretrain/cifar10/'
pair = '_logits_resnet18-w16_resnet18-w8_1xb256-200e_cifar10.py'
teacher = folder + 'resnet18-w16_1xb128-30e_cifar10.py'
config = folder + 'ssdkd' + pair
metric = 'accuracy/top1'
epochs = [20]
validations = 5
rows = {
    'admit: the better half': {'model.synthesis.admit': 128},
    'gamma = 1': {'model.task_loss.gamma': 1.0},
    'beta = 1': {'model.replay_buffer.beta': 1.0},
    'adversarial weight 1': {'model.synthesis.adversarial_weight': 1.0},
}
