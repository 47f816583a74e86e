# DFAD (arXiv:1912.11006) by MMRazor, with the losses and student steps of its
# dfad_logits_resnet34_resnet18_8xb32_cifar10.py. A leaf config adds
# `teachers.teacher`, `architecture` and `generator`.
logits = dict(
    student_recorders=dict(
        logits=dict(type='ModuleOutputs', source='head.fc')
    ),
    teacher_recorders=dict(
        logits=dict(type='ModuleOutputs', source='teacher.head.fc')
    ),
    loss_forward_mappings=dict(
        loss_l1=dict(
            s_feature=dict(from_student=True, recorder='logits'),
            t_feature=dict(from_student=False, recorder='logits'),
        )
    ),
)
model = dict(
    _scope_='mmrazor',
    type='DataFreeDistillation',
    distiller=dict(
        type='ConfigurableDistiller',
        distill_losses=dict(loss_l1=dict(type='L1Loss')),
        **logits,
    ),
    generator_distiller=dict(
        type='ConfigurableDistiller',
        distill_losses=dict(loss_l1=dict(type='L1Loss', loss_weight=-1.0)),
        **logits,
    ),
    student_iter=5,
    student_train_first=True,
)
del logits
