# SSD-KD from a network of torchvision to one of half its width, without a
# digit: 20 epochs of 2,560 draws, the student born from its teacher.
_base_ = [
    '../../_base_/models/torchvision_digits.py',
    './ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py',
    '../../_base_/schedules/inherited_20e.py',
]

model = dict(
    # Trained by torchvision-mobilenet-v2_1xb64-30e_digits.py; a file that
    # torchvision's own training leaves does as well.
    teacher_ckpt='work_dirs/torchvision-mobilenet-v2_1xb64-30e_digits/epoch_30.pth',
    teacher=dict(_delete_=True, **_base_.mobilenet_v2),
    architecture=dict(_delete_=True, **_base_.mobilenet_v2_w50),
    generator=dict(channels=3),
    student_init=dict(type='mmrazor_ssdkd.TeacherWeights'),
    synthesis=dict(warmup_rounds=3, interval=80),
)
optim_wrapper = dict(architecture=dict(optimizer=dict(lr=0.02)))
train_cfg = dict(max_epochs=20, val_interval=5)
param_scheduler = dict(architecture=_base_.inherited_20e)
val_dataloader = dict(dataset=dict(channels=3))
test_dataloader = dict(dataset=dict(channels=3))
