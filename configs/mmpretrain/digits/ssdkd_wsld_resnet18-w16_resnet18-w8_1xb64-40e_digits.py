# SSD-KD with weighted soft labels (arXiv:2102.00650).
_base_ = './ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'

model = dict(
    distiller=dict(
        type='ConfigurableDistiller',
        student_recorders=dict(
            logits=dict(type='ModuleOutputs', source='head.fc'),
            # The teacher's classes: there are no others.
            gt_labels=dict(type='ModuleInputs', source='head.loss_module'),
        ),
        teacher_recorders=dict(
            logits=dict(type='ModuleOutputs', source='head.fc')
        ),
        distill_losses=dict(
            loss_wsld=dict(type='WSLD', tau=4, num_classes=10)
        ),
        loss_forward_mappings=dict(
            loss_wsld=dict(
                student=dict(from_student=True, recorder='logits'),
                teacher=dict(from_student=False, recorder='logits'),
                gt_labels=dict(
                    from_student=True, recorder='gt_labels', data_idx=1
                ),
            )
        ),
    )
)
