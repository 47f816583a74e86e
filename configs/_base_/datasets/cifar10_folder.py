# CIFAR-10 in folders, data/cifar10/{train,test}/CLASS/*.png.
cifar10 = dict(
    type='CustomDataset',
    data_root='data/cifar10',
    metainfo=dict(
        classes=(
            'airplane',
            'automobile',
            'bird',
            'cat',
            'deer',
            'dog',
            'frog',
            'horse',
            'ship',
            'truck',
        )
    ),
)
cifar10_train = dict(
    **cifar10,
    data_prefix='train',
    pipeline=[
        dict(type='LoadImageFromFile'),
        # From BGR to the RGB that mmpretrain's CIFAR10 gives.
        dict(type='NumpyToPIL', to_rgb=True),
        dict(type='PILToNumpy'),
        dict(type='RandomCrop', crop_size=32, padding=4),
        dict(type='RandomFlip', prob=0.5),
        dict(type='PackInputs'),
    ],
)
val_dataloader = dict(
    batch_size=500,
    num_workers=2,
    dataset=dict(
        **cifar10,
        data_prefix='test',
        pipeline=[
            dict(type='LoadImageFromFile'),
            dict(type='NumpyToPIL', to_rgb=True),
            dict(type='PILToNumpy'),
            dict(type='PackInputs'),
        ],
    ),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
test_dataloader = val_dataloader
