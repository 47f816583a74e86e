# The networks and the generator that MMRazor's own data-free algorithms get on
# the digits: those of SSD-KD. A leaf config adds
# `**_base_.peer` to its `model`.
_base_ = '../models/digits.py'
peer = dict(
    teachers=dict(
        teacher=dict(
            build_cfg=_base_.resnet18_w16,
            # Trained by resnet18-w16_1xb64-60e_digits.py.
            ckpt_path='work_dirs/resnet18-w16_1xb64-60e_digits/epoch_60.pth',
        )
    ),
    architecture=_base_.resnet18_w8,
    # MMRazor's own generators make images of three channels.
    generator=dict(
        type='mmrazor_ssdkd.NormalizedGenerator',
        generator=dict(
            type='mmrazor_ssdkd.SSDKDGenerator',
            image_size=16,
            channels=1,
            latent_dim=64,
            base_channels=32,
        ),
        mean=[78.0],
        std=[96.0],
    ),
)
