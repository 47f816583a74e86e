# The oracle of the SSD-KD config: its student, batch, loss and steps,
# distilled on the images that the teacher was trained on, by MMRazor's own
# algorithm.
_base_ = [
    '../../_base_/models/kd_deeplabv3_r50-d8_m-v2-d8.py',
    '../../_base_/datasets/nyuv2.py',
    '../../_base_/schedules/sgd.py',
    '../../_base_/default_runtime.py',
]
default_scope = 'mmseg'

model = dict(
    # Trained by deeplabv3_r50-d8_1xb8-200e_nyuv2.py.
    teacher_ckpt='work_dirs/deeplabv3_r50-d8_1xb8-200e_nyuv2/epoch_200.pth',
    teacher=dict(decode_head=dict(num_classes=13)),
    architecture=dict(
        data_preprocessor=dict(size=(240, 320)),
        decode_head=dict(num_classes=13),
    ),
    # One over 30x40 pixels.
    distiller=dict(distill_losses=dict(loss_kd=dict(loss_weight=1 / 1200))),
)

train_dataloader = dict(
    batch_size=16,
    num_workers=4,
    dataset=_base_.nyuv2_train,
    sampler=dict(type='DefaultSampler', shuffle=True),
)
# 50 steps in an epoch.
train_cfg = dict(by_epoch=True, max_epochs=192, val_interval=32)
param_scheduler = dict(end=192)
