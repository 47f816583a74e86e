# SSD-KD on the digit pairs, the student born from its teacher.
_base_ = './ssdkd_logits_resnet18-w16_resnet18-w8_1xb128-40e_digit-pairs.py'

model = dict(
    student_init=dict(type='mmrazor_ssdkd.TeacherWeights'),
    synthesis=dict(warmup_rounds=3, interval=40),
)
optim_wrapper = dict(architecture=dict(optimizer=dict(lr=0.05)))
train_cfg = dict(max_epochs=20, val_interval=5)
param_scheduler = dict(
    architecture=[
        dict(
            type='CosineAnnealingLR',
            begin=0,
            end=20,
            by_epoch=True,
            convert_to_iter_based=True,
        )
    ],
)
