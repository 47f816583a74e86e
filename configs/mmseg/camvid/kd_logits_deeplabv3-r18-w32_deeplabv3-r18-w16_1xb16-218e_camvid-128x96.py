# The oracle of CamVid's slim pair: the student, loss and batch of the SSD-KD
# config, distilled for as many steps on the images that the teacher was
# trained on, by MMRazor's own algorithm.
_base_ = [
    '../../_base_/models/camvid_slim.py',
    '../../_base_/algorithms/kd_seg.py',
    '../../_base_/schedules/camvid_slim_real.py',
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
