# The paper's Figure 1 on the digits: a student of N synthetic images beside
# one of N real images, born from the teacher and from random weights. N are 1,
# 10, 20 and 100% of the 1,257 training images. All synthetic images are made
# before the first step, and the last N stay, so that every N comes from the
# same generator; of its last round the best, where N is less.
folder = 'configs/mmpretrain/digits/'
pair = '_logits_resnet18-w16_resnet18-w8'
teacher = folder + 'resnet18-w16_1xb64-60e_digits.py'
config = folder + 'ssdkd' + pair + '_1xb64-40e_digits.py'
metric = 'accuracy/top1'
# 800 steps from random weights, 400 of an inherited student.
epochs = [20]
numbers = [13, 126, 251, 1257]
# As these were run: norms as they were copied, and no features.
as_copied = dict(type='mmrazor_ssdkd.TeacherWeights', fit='layers')
oracle = folder + 'kd' + pair + '_1xb64-40e_digits.py'
synthetic: dict[str, dict] = {
    'inherited': {
        'config': folder + f'ssdkd{pair}-inherited_1xb64-12e_digits.py',
        'epoch_factor': 0.5,
        'model.student_init': as_copied,
        'model.distillation.feature_weight': 0.0,
        # As the config of the real images has it.
        'param_scheduler.architecture': [
            dict(
                type='CosineAnnealingLR',
                begin=0,
                end=12,
                by_epoch=True,
                convert_to_iter_based=True,
            )
        ],
    },
    'random weights': {},
}
real: dict[str, dict] = {
    'inherited': {
        'config': oracle,
        'epoch_factor': 0.5,
        'custom_hooks': [
            dict(type='mmrazor_ssdkd.StudentInitHook', student_init=as_copied)
        ],
        # As the config of the synthetic images has it.
        'optim_wrapper.optimizer.lr': 0.02,
    },
    'random weights': {'config': oracle},
}
rows = {
    **{
        f'{n} synthetic images, {kind}': {
            **start,
            'model.synthesis.warmup_rounds': 19,
            'model.synthesis.until': 0,
            'model.synthesis.admit': min(n, 128),
            'model.replay_buffer.max_size': n,
        }
        for kind, start in synthetic.items()
        for n in numbers
    },
    **{
        f'{n} real images, {kind}': {
            **start,
            'train_dataloader.dataset.dataset.indices': [
                i * 1257 // n for i in range(n)
            ],
            # As many steps in an epoch.
            'train_dataloader.dataset.times': 2560 // n,
        }
        for kind, start in real.items()
        for n in numbers
    },
}
