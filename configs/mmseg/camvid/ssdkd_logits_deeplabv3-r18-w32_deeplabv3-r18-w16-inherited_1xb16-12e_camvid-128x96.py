# SSD-KD on CamVid at half its size, the student born from its teacher: 12
# epochs of 1,072 draws.
_base_ = (
    './ssdkd_logits_deeplabv3-r18-w32_deeplabv3-r18-w16_'
    '1xb16-75e_camvid-128x96.py'
)

model = dict(
    student_init=dict(type='mmrazor_ssdkd.TeacherWeights'),
    # Rounds end with the steps: there is no last phase.
    synthesis=dict(warmup_rounds=4, interval=40, until=None),
)
# What was copied is forgotten at 0.1.
optim_wrapper = dict(architecture=dict(optimizer=dict(lr=0.02)))
train_cfg = dict(max_epochs=12, val_interval=2)
param_scheduler = dict(
    architecture=[
        dict(
            type='CosineAnnealingLR',
            begin=0,
            end=12,
            by_epoch=True,
            convert_to_iter_based=True,
        )
    ],
)
