# The oracle of the digit scenes: the student, steps, batch and loss of the
# SSD-KD config, distilled on the scenes that the teacher was trained on, by
# MMRazor's own algorithm.
_base_ = [
    '../../_base_/models/digit_scenes.py',
    '../../_base_/algorithms/kd_seg.py',
    '../../_base_/datasets/digit_scenes.py',
    '../../_base_/schedules/sgd.py',
    '../../_base_/default_runtime.py',
]
default_scope = 'mmseg'

model = dict(
    # Trained by deeplabv3plus_r18-w16_1xb16-20e_digit-scenes.py.
    teacher_ckpt=(
        'work_dirs/deeplabv3plus_r18-w16_1xb16-20e_digit-scenes/epoch_20.pth'
    ),
    teacher=_base_.deeplabv3plus_r18_w16,
    architecture=_base_.deeplabv3plus_m_v2_w25,
    # One over 16x16 pixels.
    distiller=dict(distill_losses=dict(loss_kd=dict(loss_weight=1 / 256))),
)

train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    dataset=dict(
        type='mmrazor_ssdkd.DigitScenes',
        split='train',
        length=1600,
        pipeline=[dict(type='PackSegInputs')],
    ),
    sampler=dict(type='DefaultSampler', shuffle=True),
)
train_cfg = dict(by_epoch=True, max_epochs=40, val_interval=10)
param_scheduler = dict(end=40)
optim_wrapper = dict(optimizer=dict(weight_decay=5e-3))
