# SSD-KD from a network of torchvision to one of half its width, without a
# digit: 20 epochs of 2,560 draws, the student born from its teacher.
_base_ = [
    '../../_base_/models/torchvision_digits.py',
    './ssdkd_logits_resnet18-w16_resnet18-w8-inherited_1xb64-20e_digits.py',
]

model = dict(
    # Trained by torchvision-mobilenet-v2_1xb64-30e_digits.py; a file that
    # torchvision's own training leaves does as well.
    teacher_ckpt='work_dirs/torchvision-mobilenet-v2_1xb64-30e_digits/epoch_30.pth',
    teacher=dict(_delete_=True, **_base_.mobilenet_v2),
    architecture=dict(_delete_=True, **_base_.mobilenet_v2_w50),
    generator=dict(channels=3),
)
val_dataloader = dict(dataset=dict(channels=3))
test_dataloader = dict(dataset=dict(channels=3))
