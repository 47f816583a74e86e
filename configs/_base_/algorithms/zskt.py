# ZSKT (arXiv:1905.09768) by MMRazor, with the losses and student steps of its
# zskt_backbone_logits_resnet34_resnet18_8xb16_cifar10.py, for a teacher and a
# student of ResNet-18's depth. A leaf config adds `teachers.teacher`,
# `architecture` and `generator`.
model = dict(
    _scope_='mmrazor',
    type='DataFreeDistillation',
    distiller=dict(
        type='ConfigurableDistiller',
        student_recorders=dict(
            stage1=dict(type='ModuleOutputs', source='backbone.layer1.1.relu'),
            stage2=dict(type='ModuleOutputs', source='backbone.layer2.1.relu'),
            stage3=dict(type='ModuleOutputs', source='backbone.layer3.1.relu'),
            stage4=dict(type='ModuleOutputs', source='backbone.layer4.1.relu'),
            logits=dict(type='ModuleOutputs', source='head.fc'),
        ),
        teacher_recorders=dict(
            stage1=dict(
                type='ModuleOutputs', source='teacher.backbone.layer1.1.relu'
            ),
            stage2=dict(
                type='ModuleOutputs', source='teacher.backbone.layer2.1.relu'
            ),
            stage3=dict(
                type='ModuleOutputs', source='teacher.backbone.layer3.1.relu'
            ),
            stage4=dict(
                type='ModuleOutputs', source='teacher.backbone.layer4.1.relu'
            ),
            logits=dict(type='ModuleOutputs', source='teacher.head.fc'),
        ),
        distill_losses=dict(
            loss_at1=dict(type='ATLoss', loss_weight=250.0),
            loss_at2=dict(type='ATLoss', loss_weight=250.0),
            loss_at3=dict(type='ATLoss', loss_weight=250.0),
            loss_at4=dict(type='ATLoss', loss_weight=250.0),
            loss_kl=dict(
                type='KLDivergence', loss_weight=2.0, reduction='mean'
            ),
        ),
        # A block calls its `relu` twice; the second is its output.
        loss_forward_mappings=dict(
            loss_at1=dict(
                s_feature=dict(
                    from_student=True, recorder='stage1', record_idx=1
                ),
                t_feature=dict(
                    from_student=False, recorder='stage1', record_idx=1
                ),
            ),
            loss_at2=dict(
                s_feature=dict(
                    from_student=True, recorder='stage2', record_idx=1
                ),
                t_feature=dict(
                    from_student=False, recorder='stage2', record_idx=1
                ),
            ),
            loss_at3=dict(
                s_feature=dict(
                    from_student=True, recorder='stage3', record_idx=1
                ),
                t_feature=dict(
                    from_student=False, recorder='stage3', record_idx=1
                ),
            ),
            loss_at4=dict(
                s_feature=dict(
                    from_student=True, recorder='stage4', record_idx=1
                ),
                t_feature=dict(
                    from_student=False, recorder='stage4', record_idx=1
                ),
            ),
            loss_kl=dict(
                preds_S=dict(from_student=True, recorder='logits'),
                preds_T=dict(from_student=False, recorder='logits'),
            ),
        ),
    ),
    generator_distiller=dict(
        type='ConfigurableDistiller',
        student_recorders=dict(
            logits=dict(type='ModuleOutputs', source='head.fc')
        ),
        teacher_recorders=dict(
            logits=dict(type='ModuleOutputs', source='teacher.head.fc')
        ),
        distill_losses=dict(
            loss_kl=dict(
                type='KLDivergence',
                loss_weight=-2.0,
                reduction='mean',
                teacher_detach=False,
            )
        ),
        loss_forward_mappings=dict(
            loss_kl=dict(
                preds_S=dict(from_student=True, recorder='logits'),
                preds_T=dict(from_student=False, recorder='logits'),
            )
        ),
    ),
    student_iter=10,
)
