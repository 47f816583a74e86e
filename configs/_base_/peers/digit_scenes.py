# The networks, generator, optimizers and schedule that MMRazor's own data-free
# algorithms get on the digit scenes: those of SSD-KD. A leaf config adds
# `**_base_.peer` to its `model`, and the length of its dataset.
_base_ = ['../models/digit_scenes.py', '../schedules/data_free.py']
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

train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    dataset=dict(type='mmrazor_ssdkd.LatentDataset'),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
# The generator's rate as on the digits, the student's decay as SSD-KD's.
optim_wrapper = dict(
    generator=dict(optimizer=dict(lr=1e-2)),
    architecture=dict(optimizer=dict(weight_decay=5e-3)),
)
train_cfg = dict(by_epoch=True, max_epochs=40, val_interval=10)
cosine = [
    dict(
        type='CosineAnnealingLR',
        begin=0,
        end=40,
        by_epoch=True,
        convert_to_iter_based=True,
    )
]
# One list for each optimizer, stepped once in every iteration.
param_scheduler = dict(generator=cosine, architecture=cosine)
del cosine
