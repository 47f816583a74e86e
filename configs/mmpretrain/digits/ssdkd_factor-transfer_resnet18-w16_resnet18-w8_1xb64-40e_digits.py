# SSD-KD with factor transfer (arXiv:1802.04977). The paraphraser is untrained:
# the factors of the teacher are a random projection of its features.
_base_ = './ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'

model = dict(
    distiller=dict(
        type='ConfigurableDistiller',
        student_recorders=dict(
            feature=dict(type='ModuleOutputs', source='backbone.layer4')
        ),
        teacher_recorders=dict(
            feature=dict(type='ModuleOutputs', source='backbone.layer4')
        ),
        connectors=dict(
            student=dict(type='Translator', in_channel=64, out_channel=64),
            teacher=dict(
                type='Paraphraser',
                phase='train',
                in_channel=128,
                out_channel=64,
            ),
        ),
        distill_losses=dict(loss_factor=dict(type='FTLoss')),
        loss_forward_mappings=dict(
            loss_factor=dict(
                s_feature=dict(
                    from_student=True,
                    recorder='feature',
                    connector='student',
                ),
                t_feature=dict(
                    from_student=False, recorder='feature', connector='teacher'
                ),
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
