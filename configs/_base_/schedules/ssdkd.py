# The optimizers of SSD-KD; a leaf config adds `train_cfg` and
# `param_scheduler`.
optim_wrapper = dict(
    constructor='mmrazor.SeparateOptimWrapperConstructor',
    # Adam as in Fast-Datafree (arXiv:2112.06253); the noise of a round is a
    # parameter of the generator.
    generator=dict(
        type='OptimWrapper',
        optimizer=dict(type='Adam', lr=5e-3, betas=(0.5, 0.999)),
    ),
    architecture=dict(
        type='OptimWrapper',
        optimizer=dict(
            type='SGD', lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True
        ),
    ),
)
