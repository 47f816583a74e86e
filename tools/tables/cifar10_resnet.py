# ResNet-34 to ResNet-18 on CIFAR-10. For a GPU.
folder = 'configs/mmpretrain/cifar10/'
teacher = folder + 'resnet34_1xb128-200e_cifar10.py'
config = folder + 'ssdkd_logits_resnet34_resnet18_1xb256-400e_cifar10.py'
metric = 'accuracy/top1'
epochs = [400]
validations = 8
rows: dict[str, dict] = {'SSD-KD': {}}
