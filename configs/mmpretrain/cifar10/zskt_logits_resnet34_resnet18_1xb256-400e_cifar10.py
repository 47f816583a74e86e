# ZSKT on CIFAR-10, ResNet-34 to ResNet-18, with the generator of MMRazor's own
# config.
_base_ = [
    '../../_base_/algorithms/zskt.py',
    '../../_base_/peers/cifar10_resnet34.py',
    '../../_base_/datasets/cifar10.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    **_base_.peer,
    # Normalised as the networks' inputs are: it ends in a BatchNorm.
    generator=dict(
        type='ZSKTGenerator', img_size=32, latent_dim=256, hidden_channels=128
    ),
    # ResNet-34's stages have 3, 4, 6 and 3 blocks.
    distiller=dict(
        teacher_recorders=dict(
            stage1=dict(source='teacher.backbone.layer1.2.relu'),
            stage2=dict(source='teacher.backbone.layer2.3.relu'),
            stage3=dict(source='teacher.backbone.layer3.5.relu'),
            stage4=dict(source='teacher.backbone.layer4.2.relu'),
        )
    ),
)

# 2 iterations of 10 student steps in an epoch.
train_dataloader = dict(dataset=dict(length=512))
