# The paper's modules on the slim CIFAR-10 student born from its teacher: 100
# steps.
_base_ = '../_base_/modules.py'
folder = 'configs/mmpretrain/cifar10/'
teacher = folder + 'resnet18-w16_1xb128-30e_cifar10.py'
config = (
    folder
    + 'ssdkd_logits_resnet18-w16_resnet18-w8-inherited_1xb256-20e_cifar10.py'
)
metric = 'accuracy/top1'
epochs = [5]
