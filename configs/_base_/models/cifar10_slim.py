# CIFAR's ResNet-18, 16 channels wide at its stem (0.70M parameters) and 8
# (0.18M).
_base_ = './cifar10.py'
resnet18_w16 = dict(
    _scope_='mmpretrain',
    type='ImageClassifier',
    data_preprocessor=_base_.cifar_preprocessor,
    backbone=dict(
        type='ResNet_CIFAR', depth=18, stem_channels=16, base_channels=16
    ),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=10,
        in_channels=128,
        loss=dict(type='CrossEntropyLoss'),
    ),
)
resnet18_w8 = dict(
    _scope_='mmpretrain',
    type='ImageClassifier',
    data_preprocessor=_base_.cifar_preprocessor,
    backbone=dict(
        type='ResNet_CIFAR', depth=18, stem_channels=8, base_channels=8
    ),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=10,
        in_channels=64,
        loss=dict(type='CrossEntropyLoss'),
    ),
)
