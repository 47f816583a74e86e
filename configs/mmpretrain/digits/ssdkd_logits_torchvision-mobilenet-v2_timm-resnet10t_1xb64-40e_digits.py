# SSD-KD from a network of torchvision to one of timm (pip install timm), from
# random weights and without a digit: 40 epochs of 2,560 draws.
_base_ = [
    '../../_base_/models/torchvision_digits.py',
    './ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py',
]

model = dict(
    # Trained by torchvision-mobilenet-v2_1xb64-30e_digits.py.
    teacher_ckpt='work_dirs/torchvision-mobilenet-v2_1xb64-30e_digits/epoch_30.pth',
    teacher=dict(_delete_=True, **_base_.mobilenet_v2),
    architecture=dict(_delete_=True, **_base_.timm_resnet10t),
    generator=dict(channels=3),
)
val_dataloader = dict(dataset=dict(channels=3))
test_dataloader = dict(dataset=dict(channels=3))
