# The networks and the generator that MMRazor's own data-free algorithms get on
# the digit scenes: those of SSD-KD. A leaf config adds
# `**_base_.peer` to its `model`.
_base_ = '../models/digit_scenes.py'
peer = dict(
    teachers=dict(
        teacher=dict(
            build_cfg=_base_.deeplabv3plus_r18_w16,
            # Trained by deeplabv3plus_r18-w16_1xb16-20e_digit-scenes.py.
            ckpt_path=(
                'work_dirs/deeplabv3plus_r18-w16_1xb16-20e_digit-scenes/'
                'epoch_20.pth'
            ),
        )
    ),
    architecture=_base_.deeplabv3plus_m_v2_w25,
    generator=dict(
        type='mmrazor_ssdkd.NormalizedGenerator',
        generator=dict(
            type='mmrazor_ssdkd.SSDKDGenerator',
            image_size=64,
            latent_dim=128,
            base_channels=32,
            num_upsamples=3,
        ),
        mean=[42.0] * 3,
        std=[69.0] * 3,
    ),
)
