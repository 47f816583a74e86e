# The networks, generator, optimizers and schedule that MMRazor's own data-free
# algorithms get on the digits: those of SSD-KD. A leaf config adds
# `**_base_.peer` to its `model`, and the length of its dataset.
_base_ = ['../models/digits.py', '../schedules/data_free.py']
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

train_dataloader = dict(
    batch_size=64,
    num_workers=0,
    dataset=dict(type='mmrazor_ssdkd.LatentDataset'),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
# Ten times MMRazor's, for a twentieth (DAFL) or an eightieth (DFAD) of its
# generator steps: 90.2% where 1e-3 gave 68.1%, and 96.7% where 1e-3 with a
# constant rate gave 31.1%.
optim_wrapper = dict(generator=dict(optimizer=dict(lr=1e-2)))
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
