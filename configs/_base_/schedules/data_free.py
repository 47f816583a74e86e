# The optimizers of MMRazor's data-free algorithms: the generator's Adam of
# DFAD and ZSKT, and the student's SGD of SSD-KD's configs. A leaf config adds
# `train_cfg` and `param_scheduler`.
optim_wrapper = dict(
    constructor='mmrazor.SeparateOptimWrapperConstructor',
    generator=dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-3)),
    architecture=dict(
        type='OptimWrapper',
        optimizer=dict(
            type='SGD', lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True
        ),
    ),
)
