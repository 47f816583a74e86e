# SSD-KD on CamVid's slim pair with FitNets' hints (arXiv:1412.6550) after the
# backbone.
_base_ = (
    './ssdkd_logits_deeplabv3-r18-w32_deeplabv3-r18-w16_'
    '1xb16-24e_camvid-128x96.py'
)

model = dict(
    # The teacher runs in the student's step, recorded.
    replay_buffer=dict(store_logits=False),
    distiller=dict(
        type='ConfigurableDistiller',
        student_recorders=dict(
            feature=dict(type='ModuleOutputs', source='backbone.layer4')
        ),
        teacher_recorders=dict(
            feature=dict(type='ModuleOutputs', source='backbone.layer4')
        ),
        connectors=dict(
            student=dict(
                type='ConvModuleConnector',
                in_channel=128,
                out_channel=256,
                norm_cfg=dict(type='BN'),
                act_cfg=None,
            )
        ),
        distill_losses=dict(loss_hint=dict(type='L2Loss')),
        loss_forward_mappings=dict(
            loss_hint=dict(
                s_feature=dict(
                    from_student=True,
                    recorder='feature',
                    connector='student',
                ),
                t_feature=dict(from_student=False, recorder='feature'),
            )
        ),
    ),
)
# The connectors learn with the student.
optim_wrapper = dict(
    distiller=dict(
        type='mmrazor_ssdkd.Bf16OptimWrapper',
        optimizer=dict(type='SGD', lr=0.1, momentum=0.9, weight_decay=5e-4),
    )
)
param_scheduler = dict(
    distiller=[
        dict(
            type='CosineAnnealingLR',
            begin=0,
            end=24,
            by_epoch=True,
            convert_to_iter_based=True,
        )
    ]
)
