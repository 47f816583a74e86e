# CIFAR-10's networks with 100 classes and CIFAR-100's normalisation.
_base_ = './cifar10.py'
to_cifar100 = dict(
    data_preprocessor=dict(
        mean=[129.304, 124.070, 112.434], std=[68.170, 65.392, 70.418]
    ),
    head=dict(num_classes=100),
)
resnet34 = to_cifar100
resnet18 = to_cifar100
vgg11 = to_cifar100
wrn40_2 = to_cifar100
wrn16_1 = to_cifar100
wrn40_1 = to_cifar100
wrn16_2 = to_cifar100
