# CIFAR-10's slim student against time: born from its teacher, from random
# weights, and by the recipe of a faster peer.
folder = 'configs/mmpretrain/cifar10/'
pair = '_logits_resnet18-w16_resnet18-w8'
end = '_1xb256-200e_cifar10'
teacher = folder + 'resnet18-w16_1xb128-30e_cifar10.py'
config = folder + 'ssdkd' + pair + end + '.py'
metric = 'accuracy/top1'
epochs = [30]
validations = 15
rows = {
    'inherited': {
        'config': folder + f'ssdkd{pair}-inherited_1xb256-20e_cifar10.py',
        'epoch_factor': 2 / 3,
    },
    'random weights': {},
    'random weights, 5 steps a round': {'model.synthesis.iters': 5},
    "peer's recipe, 5 steps, random weights": {
        'config': folder + f'ssdkd{pair}{end}-fast-datafree.py'
    },
    "peer's recipe, 10 steps, random weights": {
        'config': folder + f'ssdkd{pair}{end}-fast-datafree.py',
        'model.synthesis.iters': 10,
    },
}
