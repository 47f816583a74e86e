# ZSKT on CIFAR-10 with the generator of MMRazor's own config, and 8,000
# student steps of 256 as in SSD-KD's configs.
_base_ = [
    '../../_base_/algorithms/zskt.py',
    '../../_base_/datasets/cifar10.py',
    '../../_base_/schedules/data_free.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    teachers=dict(
        teacher=dict(
            build_cfg=dict(
                cfg_path='mmpretrain::resnet/resnet34_8xb16_cifar10.py'
            ),
            # The model zoo's, as in MMRazor.
            ckpt_path='https://download.openmmlab.com/mmclassification/v0/'
            'resnet/resnet34_b16x8_cifar10_20210528-a8aa36a6.pth',
        )
    ),
    architecture=dict(cfg_path='mmpretrain::resnet/resnet18_8xb16_cifar10.py'),
    # Normalised as the networks' inputs are: it ends in a BatchNorm.
    generator=dict(
        type='ZSKTGenerator', img_size=32, latent_dim=256, hidden_channels=128
    ),
    # ResNet-34's stages have 3, 4, 6 and 3 blocks.
    distiller=dict(
        teacher_recorders=dict(
            stage1=dict(source='teacher.backbone.layer1.2.relu'),
            stage2=dict(source='teacher.backbone.layer2.3.relu'),
            stage3=dict(source='teacher.backbone.layer3.5.relu'),
            stage4=dict(source='teacher.backbone.layer4.2.relu'),
        )
    ),
)

train_dataloader = dict(
    batch_size=256,
    num_workers=0,
    # 2 iterations of 10 student steps in an epoch.
    dataset=dict(type='mmrazor_ssdkd.LatentDataset', length=512),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
# As SSD-KD's.
optim_wrapper = dict(architecture=dict(optimizer=dict(lr=0.2)))
train_cfg = dict(by_epoch=True, max_epochs=400, val_interval=50)
# One list for each optimizer, stepped once in every iteration.
param_scheduler = dict(
    generator=[
        dict(
            type='CosineAnnealingLR',
            begin=0,
            end=400,
            by_epoch=True,
            convert_to_iter_based=True,
        )
    ],
    architecture=[
        dict(
            type='CosineAnnealingLR',
            begin=0,
            end=400,
            by_epoch=True,
            convert_to_iter_based=True,
        )
    ],
)
