# CIFAR-100 in its authors' files, which mmpretrain downloads where they are
# missing: 50,000 training and 10,000 test images of 32x32, uint8 RGB.
cifar100_train = dict(
    type='CIFAR100',
    data_root='data/cifar100',
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
        type='CIFAR100',
        data_root='data/cifar100',
        split='test',
        pipeline=[dict(type='PackInputs')],
    ),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
val_evaluator = dict(type='Accuracy', topk=(1, 5))
val_cfg = dict()

test_dataloader = val_dataloader
test_evaluator = val_evaluator
test_cfg = dict()
