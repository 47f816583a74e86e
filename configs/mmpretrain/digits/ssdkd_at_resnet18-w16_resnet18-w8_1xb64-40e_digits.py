# SSD-KD with attention transfer (arXiv:1612.03928) after the last stage.
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
        distill_losses=dict(loss_at=dict(type='ATLoss', loss_weight=100.0)),
        loss_forward_mappings=dict(
            loss_at=dict(
                s_feature=dict(
                    from_student=True,
                    recorder='feature',
                ),
                t_feature=dict(from_student=False, recorder='feature'),
            )
        ),
    )
)
