# The oracle of CamVid's slim pair: the student, loss and batch of the SSD-KD
# config, distilled for as many steps on the images that the teacher was
# trained on, by MMRazor's own algorithm.
_base_ = [
    '../../_base_/models/camvid_slim.py',
    '../../_base_/algorithms/kd_seg.py',
    '../../_base_/datasets/camvid_128x96.py',
    '../../_base_/schedules/sgd.py',
    '../../_base_/default_runtime.py',
]
default_scope = 'mmseg'

model = dict(
    # Trained by deeplabv3_r18-w32_1xb8-80e_camvid-128x96.py.
    teacher_ckpt=(
        'work_dirs/deeplabv3_r18-w32_1xb8-80e_camvid-128x96/epoch_80.pth'
    ),
    teacher=_base_.deeplabv3_r18_w32,
    architecture=_base_.deeplabv3_r18_w16,
    # One over 12x16 pixels.
    distiller=dict(distill_losses=dict(loss_kd=dict(loss_weight=1 / 192))),
)

train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    dataset=_base_.camvid_train,
    sampler=dict(type='DefaultSampler', shuffle=True),
)
# 23 steps in an epoch.
train_cfg = dict(by_epoch=True, max_epochs=218, val_interval=36)
param_scheduler = dict(end=218)
# As in the SSD-KD config.
optim_wrapper = dict(
    type='mmrazor_ssdkd.Bf16OptimWrapper',
    optimizer=dict(weight_decay=5e-3),
)
