# Up to four of scikit-learn's digits in 16x16 gray levels; the labels are the
# set of those that are there.
val_dataloader = dict(
    batch_size=250,
    num_workers=0,
    dataset=dict(
        type='mmrazor_ssdkd.DigitSets',
        split='test',
        length=2000,
        pipeline=[dict(type='PackInputs')],
    ),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
# mAP, and the F1 score of the labels at a probability of one half.
val_evaluator = [
    dict(type='AveragePrecision'),
    dict(type='MultiLabelMetric', thr=0.5, items=['f1-score']),
]
val_cfg = dict()

test_dataloader = val_dataloader
test_evaluator = val_evaluator
test_cfg = dict()
