# As long_tailed_digits_ten_rounds.py, on a student from random weights: 800
# steps. The last rows change how much priorities and importance weights count
# where they were seen to pay, beside no phi; `phi off` has 0.6 and 0.4.
_base_ = './long_tailed_digits_ten_rounds.py'
config = (
    'configs/mmpretrain/digits/'
    'ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'
)
epochs = [20]
cfg_options = {
    'model.student_init': 'random',
    'model.synthesis.warmup_rounds': 20,
    'param_scheduler.architecture': [
        dict(
            type='CosineAnnealingLR',
            begin=0,
            end=40,
            by_epoch=True,
            convert_to_iter_based=True,
        )
    ],
}
rows = {
    # The student's temperature, in place of 1.
    'phi off, priorities at tau': {
        'model.task_loss.diversity': False,
        'model.task_loss.gamma': 0.0,
        'model.distillation.priority_tau': 4.0,
    },
    **{
        f'phi off, alpha = {alpha}, beta = {beta}': {
            'model.task_loss.diversity': False,
            'model.task_loss.gamma': 0.0,
            'model.replay_buffer.alpha': alpha,
            'model.replay_buffer.beta': beta,
        }
        for alpha, beta in [(0.6, 0.0), (0.6, 1.0), (1.0, 0.4), (1.0, 1.0)]
    },
}
