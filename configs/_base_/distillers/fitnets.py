# FitNets' hints (arXiv:1412.6550) after the last stage of a ResNet. A leaf
# config adds the channels of `hint_connector` and the end of the schedule.
hint_connector = dict(
    type='ConvModuleConnector', norm_cfg=dict(type='BN'), act_cfg=None
)
fitnets = dict(
    type='ConfigurableDistiller',
    student_recorders=dict(
        feature=dict(type='ModuleOutputs', source='backbone.layer4')
    ),
    teacher_recorders=dict(
        feature=dict(type='ModuleOutputs', source='backbone.layer4')
    ),
    distill_losses=dict(loss_hint=dict(type='L2Loss')),
    loss_forward_mappings=dict(
        loss_hint=dict(
            s_feature=dict(
                from_student=True, recorder='feature', connector='student'
            ),
            t_feature=dict(from_student=False, recorder='feature'),
        )
    ),
)
# The connectors learn with the student.
connector_optimizer = dict(type='SGD', lr=0.1, momentum=0.9, weight_decay=5e-4)
connector_schedule = dict(
    type='CosineAnnealingLR',
    begin=0,
    by_epoch=True,
    convert_to_iter_based=True,
)
