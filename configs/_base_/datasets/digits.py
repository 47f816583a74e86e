# scikit-learn's digits: 8x8 gray levels, enlarged to 16x16.
val_dataloader = dict(
    batch_size=270,
    num_workers=0,
    dataset=dict(
        type='mmrazor_ssdkd.Digits',
        split='test',
        pipeline=[dict(type='PackInputs')],
    ),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
val_evaluator = dict(type='Accuracy', topk=(1,))
val_cfg = dict()

test_dataloader = val_dataloader
test_evaluator = val_evaluator
test_cfg = dict()

# A replay buffer of the digits as tools/export_synthetic.py writes it, for the
# leaf configs that train on one.
synthetic_digits = dict(
    type='CustomDataset',
    data_root='data/synthetic_digits/images',
    pipeline=[
        dict(type='LoadImageFromFile', color_type='grayscale'),
        dict(type='PackInputs'),
    ],
)
