# Two of scikit-learn's digits side by side, 8x16 gray levels, 00 to 99. The
# test pairs show digits that the training pairs do not.
val_dataloader = dict(
    batch_size=500,
    num_workers=0,
    dataset=dict(
        type='mmrazor_ssdkd.DigitPairs',
        split='test',
        length=2000,
        pipeline=[dict(type='PackInputs')],
    ),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
val_evaluator = dict(type='Accuracy', topk=(1,))
val_cfg = dict()

test_dataloader = val_dataloader
test_evaluator = val_evaluator
test_cfg = dict()
