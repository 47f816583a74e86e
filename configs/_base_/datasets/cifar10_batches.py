# CIFAR-10 in its authors' files, which mmpretrain downloads where they are
# missing: 50,000 training and 10,000 test images of 32x32.
cifar10_train = dict(
    type='CIFAR10',
    data_root='data/cifar10',
    split='train',
    pipeline=[
        dict(type='RandomCrop', crop_size=32, padding=4),
        dict(type='RandomFlip', prob=0.5),
        dict(type='PackInputs'),
    ],
)
val_dataloader = dict(
    batch_size=500,
    num_workers=2,
    dataset=dict(
        type='CIFAR10',
        data_root='data/cifar10',
        split='test',
        pipeline=[dict(type='PackInputs')],
    ),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
test_dataloader = val_dataloader
