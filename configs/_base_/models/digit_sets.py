# The digits' networks for several labels: CIFAR's ResNet-18, 16 channels wide
# at its stem (0.70M parameters) and 8 (0.18M), with a sigmoid for each digit.
resnet18_w16 = dict(
    _scope_='mmpretrain',
    type='ImageClassifier',
    data_preprocessor=dict(
        type='ClsDataPreprocessor', mean=[39.0], std=[78.0]
    ),
    backbone=dict(
        type='ResNet_CIFAR',
        depth=18,
        in_channels=1,
        stem_channels=16,
        base_channels=16,
    ),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='MultiLabelLinearClsHead',
        num_classes=10,
        in_channels=128,
        loss=dict(type='CrossEntropyLoss', use_sigmoid=True),
    ),
)
resnet18_w8 = dict(
    resnet18_w16,
    backbone=dict(resnet18_w16['backbone'], stem_channels=8, base_channels=8),
    head=dict(resnet18_w16['head'], in_channels=64),
)
