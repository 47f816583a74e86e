# SSD-KD with relational distillation (arXiv:1904.05068).
_base_ = './ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'

model = dict(
    distiller=dict(
        type='ConfigurableDistiller',
        student_recorders=dict(
            feature=dict(type='ModuleOutputs', source='neck.gap')
        ),
        teacher_recorders=dict(
            feature=dict(type='ModuleOutputs', source='neck.gap')
        ),
        distill_losses=dict(
            loss_distance=dict(
                type='DistanceWiseRKD', with_l2_norm=True, loss_weight=25
            ),
            loss_angle=dict(
                type='AngleWiseRKD', with_l2_norm=True, loss_weight=50
            ),
        ),
        loss_forward_mappings=dict(
            loss_distance=dict(
                preds_S=dict(from_student=True, recorder='feature'),
                preds_T=dict(from_student=False, recorder='feature'),
            ),
            loss_angle=dict(
                preds_S=dict(from_student=True, recorder='feature'),
                preds_T=dict(from_student=False, recorder='feature'),
            ),
        ),
    )
)
