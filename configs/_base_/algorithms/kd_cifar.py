# The oracle of SSD-KD on CIFAR: its student, batch and loss, distilled on the
# images that the teacher was trained on, by MMRazor's own algorithm. A leaf
# config adds teacher, student, length and data.
model = dict(
    _scope_='mmrazor',
    type='SingleTeacherDistill',
    # The student learns from the teacher alone, as in SSD-KD.
    calculate_student_loss=False,
    distiller=dict(
        type='ConfigurableDistiller',
        student_recorders=dict(
            fc=dict(type='ModuleOutputs', source='head.fc')
        ),
        teacher_recorders=dict(
            fc=dict(type='ModuleOutputs', source='head.fc')
        ),
        distill_losses=dict(
            loss_kd=dict(type='KLDivergence', tau=20, reduction='batchmean')
        ),
        loss_forward_mappings=dict(
            loss_kd=dict(
                preds_S=dict(from_student=True, recorder='fc'),
                preds_T=dict(from_student=False, recorder='fc'),
            )
        ),
    ),
)
