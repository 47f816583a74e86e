# NYUv2: 795 training and 654 test images of 480x640, 13 classes, 255 is
# ignored. Its folder layout stands in configs/README.md.
nyuv2 = dict(
    type='BaseSegDataset',
    data_root='data/nyuv2',
    metainfo=dict(
        classes=(
            'bed',
            'books',
            'ceiling',
            'chair',
            'floor',
            'furniture',
            'objects',
            'picture',
            'sofa',
            'table',
            'tv',
            'wall',
            'window',
        ),
        palette=[
            [0, 0, 255],
            [233, 89, 48],
            [0, 218, 0],
            [149, 0, 240],
            [222, 241, 24],
            [255, 206, 206],
            [0, 224, 229],
            [106, 136, 204],
            [117, 29, 41],
            [240, 35, 235],
            [0, 167, 156],
            [249, 139, 0],
            [225, 229, 194],
        ],
    ),
    reduce_zero_label=False,
)
nyuv2_train = dict(
    **nyuv2,
    data_prefix=dict(img_path='img_dir/train', seg_map_path='ann_dir/train'),
    pipeline=[
        dict(type='LoadImageFromFile'),
        dict(type='LoadAnnotations'),
        dict(
            type='RandomResize',
            scale=(320, 240),
            ratio_range=(0.75, 1.5),
            keep_ratio=True,
        ),
        dict(type='RandomCrop', crop_size=(240, 320), cat_max_ratio=0.9),
        dict(type='RandomFlip', prob=0.5),
        dict(type='PackSegInputs'),
    ],
)
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    dataset=dict(
        **nyuv2,
        data_prefix=dict(img_path='img_dir/test', seg_map_path='ann_dir/test'),
        pipeline=[
            dict(type='LoadImageFromFile'),
            dict(type='Resize', scale=(320, 240), keep_ratio=True),
            # Not resized with the image: the maps are compared at full size.
            dict(type='LoadAnnotations'),
            dict(type='PackSegInputs'),
        ],
    ),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
val_evaluator = dict(type='IoUMetric', iou_metrics=['mIoU'])
val_cfg = dict()

test_dataloader = val_dataloader
test_evaluator = val_evaluator
test_cfg = dict()
