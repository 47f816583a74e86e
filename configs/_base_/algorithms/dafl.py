# DAFL (arXiv:1904.01186) by MMRazor, with the losses and weights of its
# dafl_logits_resnet34_resnet18_8xb256_cifar10.py. A leaf config adds
# `teachers.teacher`, `architecture` and `generator`.
model = dict(
    _scope_='mmrazor',
    type='DAFLDataFreeDistillation',
    distiller=dict(
        type='ConfigurableDistiller',
        student_recorders=dict(
            logits=dict(type='ModuleOutputs', source='head.fc')
        ),
        teacher_recorders=dict(
            logits=dict(type='ModuleOutputs', source='teacher.head.fc')
        ),
        distill_losses=dict(loss_kl=dict(type='KLDivergence', tau=6)),
        loss_forward_mappings=dict(
            loss_kl=dict(
                preds_S=dict(from_student=True, recorder='logits'),
                preds_T=dict(from_student=False, recorder='logits'),
            )
        ),
    ),
    generator_distiller=dict(
        type='ConfigurableDistiller',
        teacher_recorders=dict(
            features=dict(type='ModuleOutputs', source='teacher.neck.gap'),
            logits=dict(type='ModuleOutputs', source='teacher.head.fc'),
        ),
        distill_losses=dict(
            loss_one_hot=dict(type='OnehotLikeLoss', loss_weight=0.05),
            loss_entropy=dict(type='InformationEntropyLoss', loss_weight=5),
            loss_activation=dict(type='ActivationLoss', loss_weight=0.01),
        ),
        loss_forward_mappings=dict(
            loss_one_hot=dict(
                preds_T=dict(from_student=False, recorder='logits')
            ),
            loss_entropy=dict(
                preds_T=dict(from_student=False, recorder='logits')
            ),
            loss_activation=dict(
                feat_T=dict(from_student=False, recorder='features')
            ),
        ),
    ),
)
