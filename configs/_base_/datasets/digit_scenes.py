# Scenes of scikit-learn's digits, 64x64, made on the fly; the test scenes show
# digits that the training scenes do not.
val_dataloader = dict(
    batch_size=1,
    num_workers=0,
    dataset=dict(
        type='mmrazor_ssdkd.DigitScenes',
        split='test',
        length=200,
        pipeline=[dict(type='PackSegInputs')],
    ),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
val_evaluator = dict(type='IoUMetric', iou_metrics=['mIoU'])
val_cfg = dict()

test_dataloader = val_dataloader
test_evaluator = val_evaluator
test_cfg = dict()
