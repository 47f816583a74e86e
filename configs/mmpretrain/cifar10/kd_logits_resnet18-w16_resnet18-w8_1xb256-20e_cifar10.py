# The oracle of the slim pair: the student, batch, loss and 1,000,000 draws of
# the SSD-KD config (3,920 steps, there 4,000), distilled on the images that
# the teacher was trained on, by MMRazor's own algorithm.
_base_ = [
    '../../_base_/models/cifar10_slim.py',
    '../../_base_/datasets/cifar10.py',
    '../../_base_/schedules/sgd.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    _scope_='mmrazor',
    type='SingleTeacherDistill',
    # Trained by resnet18-w16_1xb128-30e_cifar10.py.
    teacher_ckpt='work_dirs/resnet18-w16_1xb128-30e_cifar10/epoch_30.pth',
    teacher=_base_.resnet18_w16,
    architecture=_base_.resnet18_w8,
    # The student learns from the teacher alone, as in SSD-KD.
    calculate_student_loss=False,
    distiller=dict(
        type='ConfigurableDistiller',
        student_recorders=dict(
            fc=dict(type='ModuleOutputs', source='head.fc')
        ),
        teacher_recorders=dict(
            fc=dict(type='ModuleOutputs', source='head.fc')
        ),
        distill_losses=dict(
            loss_kd=dict(type='KLDivergence', tau=20, reduction='batchmean')
        ),
        loss_forward_mappings=dict(
            loss_kd=dict(
                preds_S=dict(from_student=True, recorder='fc'),
                preds_T=dict(from_student=False, recorder='fc'),
            )
        ),
    ),
)

train_dataloader = dict(
    batch_size=256,
    num_workers=2,
    dataset=_base_.cifar10_train,
    sampler=dict(type='DefaultSampler', shuffle=True),
)
train_cfg = dict(by_epoch=True, max_epochs=20, val_interval=5)
param_scheduler = dict(end=20)
optim_wrapper = dict(
    type='mmrazor_ssdkd.Bf16OptimWrapper', optimizer=dict(lr=0.2)
)
