# SSD-KD with activation boundaries (arXiv:1811.03233), before the last ReLU.
_base_ = './ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'

model = dict(
    distiller=dict(
        type='ConfigurableDistiller',
        student_recorders=dict(
            feature=dict(type='ModuleOutputs', source='backbone.layer4.1.bn2')
        ),
        teacher_recorders=dict(
            feature=dict(type='ModuleOutputs', source='backbone.layer4.1.bn2')
        ),
        connectors=dict(
            student=dict(
                type='ConvModuleConnector',
                in_channel=64,
                out_channel=128,
                norm_cfg=dict(type='BN'),
                act_cfg=None,
            )
        ),
        distill_losses=dict(loss_ab=dict(type='ABLoss')),
        loss_forward_mappings=dict(
            loss_ab=dict(
                s_feature=dict(
                    from_student=True,
                    recorder='feature',
                    connector='student',
                ),
                t_feature=dict(from_student=False, recorder='feature'),
            )
        ),
    )
)
# The connectors learn with the student.
optim_wrapper = dict(
    distiller=dict(
        type='OptimWrapper',
        optimizer=dict(type='SGD', lr=0.1, momentum=0.9, weight_decay=5e-4),
    )
)
param_scheduler = dict(
    distiller=[
        dict(
            type='CosineAnnealingLR',
            begin=0,
            end=40,
            by_epoch=True,
            convert_to_iter_based=True,
        )
    ]
)
