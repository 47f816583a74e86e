# CamVid's slim student without a teacher: on the real images and labels, for
# as many steps of as many images as the distilled one.
_base_ = [
    '../../_base_/models/camvid_slim.py',
    '../../_base_/schedules/camvid_slim_real.py',
    '../../_base_/default_runtime.py',
]
default_scope = 'mmseg'

model = _base_.deeplabv3_r18_w16
