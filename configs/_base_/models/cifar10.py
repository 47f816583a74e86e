# The networks of the papers' tables on CIFAR-10, from random weights. Those of
# ResNet and VGG are the CIFAR versions: a 3x3 stem without pooling, and one
# linear layer after VGG's convolutions.
cifar_preprocessor = dict(
    type='ClsDataPreprocessor',
    mean=[125.307, 122.961, 113.8575],
    std=[51.5865, 50.847, 51.255],
    # The datasets give RGB.
    to_rgb=False,
)
resnet34 = dict(
    _scope_='mmpretrain',
    type='ImageClassifier',
    data_preprocessor=cifar_preprocessor,
    backbone=dict(type='ResNet_CIFAR', depth=34),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=10,
        in_channels=512,
        loss=dict(type='CrossEntropyLoss'),
    ),
)
resnet18 = dict(
    _scope_='mmpretrain',
    type='ImageClassifier',
    data_preprocessor=cifar_preprocessor,
    backbone=dict(type='ResNet_CIFAR', depth=18),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=10,
        in_channels=512,
        loss=dict(type='CrossEntropyLoss'),
    ),
)
vgg11 = dict(
    _scope_='mmpretrain',
    type='ImageClassifier',
    data_preprocessor=cifar_preprocessor,
    backbone=dict(type='VGG', depth=11, norm_cfg=dict(type='BN')),
    # One pixel is left of an image of 32x32.
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=10,
        in_channels=512,
        loss=dict(type='CrossEntropyLoss'),
    ),
)
wrn40_2 = dict(
    _scope_='mmpretrain',
    type='ImageClassifier',
    data_preprocessor=cifar_preprocessor,
    backbone=dict(type='mmrazor.WideResNet', depth=40, widen_factor=2),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=10,
        in_channels=128,
        loss=dict(type='CrossEntropyLoss'),
    ),
)
wrn16_1 = dict(
    _scope_='mmpretrain',
    type='ImageClassifier',
    data_preprocessor=cifar_preprocessor,
    backbone=dict(type='mmrazor.WideResNet', depth=16, widen_factor=1),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=10,
        in_channels=64,
        loss=dict(type='CrossEntropyLoss'),
    ),
)
wrn40_1 = dict(
    _scope_='mmpretrain',
    type='ImageClassifier',
    data_preprocessor=cifar_preprocessor,
    backbone=dict(type='mmrazor.WideResNet', depth=40, widen_factor=1),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=10,
        in_channels=64,
        loss=dict(type='CrossEntropyLoss'),
    ),
)
wrn16_2 = dict(
    _scope_='mmpretrain',
    type='ImageClassifier',
    data_preprocessor=cifar_preprocessor,
    backbone=dict(type='mmrazor.WideResNet', depth=16, widen_factor=2),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=10,
        in_channels=128,
        loss=dict(type='CrossEntropyLoss'),
    ),
)
