# SSD-KD on the digits from a teacher without BatchNorm: a prior on the images
# takes the place of L_BN.
_base_ = './ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'

model = dict(
    # Trained by resnet18-w16-gn_1xb64-30e_digits.py.
    teacher_ckpt='work_dirs/resnet18-w16-gn_1xb64-30e_digits/epoch_30.pth',
    teacher=dict(backbone=dict(norm_cfg=dict(type='GN', num_groups=4))),
    bn_loss=dict(loss_weight=0.0),
    synthesis=dict(image_prior=dict(type='mmrazor_ssdkd.ImagePrior')),
)
