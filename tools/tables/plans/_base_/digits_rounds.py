# 400 steps of the digits' student born from its teacher: rounds between its
# steps, a cosine, and no features, which are not of the paper.
folder = 'configs/mmpretrain/digits/'
teacher = folder + 'resnet18-w16_1xb64-60e_digits.py'
config = (
    folder
    + 'ssdkd_logits_resnet18-w16_resnet18-w8-inherited_1xb64-12e_digits.py'
)
metric = 'accuracy/top1'
epochs = [10]
cfg_options = {
    'model.distillation.feature_weight': 0.0,
    'model.synthesis.warmup_rounds': 3,
    'model.synthesis.interval': 80,
    'model.synthesis.until': None,
    'param_scheduler.architecture': [
        dict(
            type='CosineAnnealingLR',
            begin=0,
            end=12,
            by_epoch=True,
            convert_to_iter_based=True,
        )
    ],
}
