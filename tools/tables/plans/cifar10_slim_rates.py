# The learning rate of slim CIFAR-10's inherited student, picked blind: 80
# steps, with the fidelity of each row beside its accuracy.
folder = 'configs/mmpretrain/cifar10/'
pair = '_logits_resnet18-w16_resnet18-w8'
teacher = folder + 'resnet18-w16_1xb128-30e_cifar10.py'
config = folder + 'ssdkd' + pair + '-inherited_1xb256-20e_cifar10.py'
metric = 'accuracy/top1'
epochs = [4]
fidelity = True
rate = 'optim_wrapper.architecture.optimizer.lr'
cfg_options = {'model.distillation.feature_weight': 0.0}
rows = {
    'rate 0.005': {rate: 0.005},
    'rate 0.02': {rate: 0.02},
    'rate 0.05': {rate: 0.05},
    'rate 0.1': {rate: 0.1},
    'rate 0.3': {rate: 0.3},
}
