# SSD-KD on the digit pairs, without the digits: 40 epochs of 5,120 draws.
_base_ = [
    '../../_base_/models/digit_pairs.py',
    '../../_base_/models/ssdkd_digits.py',
    '../../_base_/datasets/digit_pairs.py',
    '../../_base_/schedules/ssdkd_40e.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    # Trained by resnet18-w16_1xb128-6e_digit-pairs.py.
    teacher_ckpt=('work_dirs/resnet18-w16_1xb128-6e_digit-pairs/epoch_6.pth'),
    teacher=_base_.resnet18_w16,
    architecture=_base_.resnet18_w8,
    generator=dict(image_size=(8, 16)),
    replay_buffer=dict(
        # All images that a run makes, 3 MB.
        max_size=20480,
        # Those of the images as stored are not those of views.
        store_logits=False,
    ),
    task_loss=dict(loss_weight=3.0),
    synthesis=dict(batch_size=256),
    distillation=dict(
        # Moved by a pixel, as the teacher's own images were, half of them
        # with a part of another: 93.1% on an inherited student, where moves
        # alone gave 88.3 (seed 0, 800 steps, a round every 80).
        augmentation=dict(type='mmrazor_ssdkd.MixedView', flip=0.0),
    ),
)

train_dataloader = dict(batch_size=128, dataset=dict(length=5120))
# Twice the base's: the noise of a round has ten steps to become images.
optim_wrapper = dict(generator=dict(optimizer=dict(lr=1e-2)))
default_hooks = dict(checkpoint=dict(interval=20))
