# The digits' teacher, ResNet-18 for CIFAR at 16 channels (0.70M parameters),
# trained on 1,257 real images.
_base_ = [
    '../../_base_/datasets/digits.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    type='ImageClassifier',
    data_preprocessor=dict(
        type='ClsDataPreprocessor', mean=[78.0], std=[96.0]
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
        type='LinearClsHead',
        num_classes=10,
        in_channels=128,
        loss=dict(type='CrossEntropyLoss'),
    ),
)

train_dataloader = dict(
    batch_size=64,
    num_workers=0,
    dataset=dict(
        type='mmrazor_ssdkd.Digits',
        split='train',
        pipeline=[
            dict(type='RandomCrop', crop_size=16, padding=2),
            dict(type='PackInputs'),
        ],
    ),
    sampler=dict(type='DefaultSampler', shuffle=True),
)
train_cfg = dict(by_epoch=True, max_epochs=60, val_interval=60)
optim_wrapper = dict(
    optimizer=dict(
        type='SGD', lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True
    )
)
param_scheduler = dict(
    type='CosineAnnealingLR',
    begin=0,
    end=60,
    by_epoch=True,
    convert_to_iter_based=True,
)
default_hooks = dict(checkpoint=dict(interval=60))
