# CamVid at half its size, for a CPU; scored on its labels of 256x192.
_base_ = './camvid.py'
camvid_train = dict(
    pipeline=[
        dict(type='LoadImageFromFile'),
        dict(type='LoadAnnotations'),
        dict(
            type='RandomResize',
            scale=(128, 96),
            ratio_range=(0.75, 1.5),
            keep_ratio=True,
        ),
        dict(type='RandomCrop', crop_size=(96, 128), cat_max_ratio=0.9),
        dict(type='RandomFlip', prob=0.5),
        dict(type='PackSegInputs'),
    ],
)
half_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(128, 96), keep_ratio=True),
    # After it, so that the labels keep their size.
    dict(type='LoadAnnotations'),
    dict(type='PackSegInputs'),
]
val_dataloader = dict(dataset=dict(pipeline=half_pipeline))
test_dataloader = dict(dataset=dict(pipeline=half_pipeline))
