# DAFL on CIFAR-10, ResNet-34 to ResNet-18, with the generator of MMRazor's own
# config.
_base_ = [
    '../../_base_/algorithms/dafl.py',
    '../../_base_/peers/cifar10_resnet34.py',
    '../../_base_/datasets/cifar10.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    **_base_.peer,
    # Normalised as the networks' inputs are: it ends in a BatchNorm.
    generator=dict(
        type='DAFLGenerator', img_size=32, latent_dim=1000, hidden_channels=128
    ),
)

# 20 iterations of one student step in an epoch.
train_dataloader = dict(dataset=dict(length=5120))
# The generator keeps its learning rate, as in the paper.
param_scheduler = dict(generator=[])
