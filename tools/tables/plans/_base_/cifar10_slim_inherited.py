# 100 steps of CIFAR-10's slim student born from its teacher, without features,
# which are not of the paper.
folder = 'configs/mmpretrain/cifar10/'
teacher = folder + 'resnet18-w16_1xb128-30e_cifar10.py'
config = (
    folder
    + 'ssdkd_logits_resnet18-w16_resnet18-w8-inherited_1xb256-20e_cifar10.py'
)
metric = 'accuracy/top1'
epochs = [5]
# The paper's adversarial term is always on.
cfg_options = {
    'model.distillation.feature_weight': 0.0,
    'model.synthesis.adversarial_from': 0,
}
