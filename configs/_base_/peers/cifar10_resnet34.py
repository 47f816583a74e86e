# What MMRazor's own data-free algorithms get on CIFAR-10's ResNet-34 to
# ResNet-18: the teacher and student of SSD-KD, its optimizer and 8,000 student
# steps of 256, but the generator of MMRazor's own config. A leaf config adds
# `**_base_.peer` and a generator to its `model`, and its dataset's length.
_base_ = ['../models/cifar10.py', '../schedules/data_free.py']
peer = dict(
    teachers=dict(
        teacher=dict(
            build_cfg=_base_.resnet34,
            # Trained by resnet34_1xb128-200e_cifar10.py.
            ckpt_path='work_dirs/resnet34_1xb128-200e_cifar10/epoch_200.pth',
        )
    ),
    architecture=_base_.resnet18,
)

train_dataloader = dict(
    batch_size=256,
    num_workers=0,
    dataset=dict(type='mmrazor_ssdkd.LatentDataset'),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
optim_wrapper = dict(architecture=dict(optimizer=dict(lr=0.2)))
train_cfg = dict(by_epoch=True, max_epochs=400, val_interval=50)
cosine = [
    dict(
        type='CosineAnnealingLR',
        begin=0,
        end=400,
        by_epoch=True,
        convert_to_iter_based=True,
    )
]
# One list for each optimizer, stepped once in every iteration.
param_scheduler = dict(generator=cosine, architecture=cosine)
del cosine
