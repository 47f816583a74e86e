# The oracle of the SSD-KD config: its student, batch, loss and steps,
# distilled on the images that the teacher was trained on, by MMRazor's own
# algorithm.
_base_ = [
    '../../_base_/models/kd_deeplabv3_r50-d8_m-v2-d8.py',
    '../../_base_/datasets/camvid.py',
    '../../_base_/schedules/sgd.py',
    '../../_base_/default_runtime.py',
]
default_scope = 'mmseg'

model = dict(
    # Trained by deeplabv3_r50-d8_1xb8-200e_camvid.py.
    teacher_ckpt='work_dirs/deeplabv3_r50-d8_1xb8-200e_camvid/epoch_200.pth',
    teacher=dict(decode_head=dict(num_classes=11)),
    architecture=dict(
        data_preprocessor=dict(size=(192, 256)),
        decode_head=dict(num_classes=11),
    ),
    # One over 24x32 pixels.
    distiller=dict(distill_losses=dict(loss_kd=dict(loss_weight=1 / 768))),
)

train_dataloader = dict(
    batch_size=16,
    num_workers=4,
    dataset=_base_.camvid_train,
    sampler=dict(type='DefaultSampler', shuffle=True),
)
# 23 steps in an epoch.
train_cfg = dict(by_epoch=True, max_epochs=417, val_interval=60)
param_scheduler = dict(end=417)
