# The oracle of SSD-KD: its student, batch and loss, distilled on the images
# that the teacher was trained on, by MMRazor's own algorithm. kd_cls.py and
# kd_seg.py say where the logits are, a leaf config adds teacher, student,
# length and data.
model = dict(
    _scope_='mmrazor',
    type='SingleTeacherDistill',
    # The student learns from the teacher alone, as in SSD-KD.
    calculate_student_loss=False,
    distiller=dict(
        type='ConfigurableDistiller',
        distill_losses=dict(
            loss_kd=dict(type='KLDivergence', tau=4, reduction='batchmean')
        ),
        loss_forward_mappings=dict(
            loss_kd=dict(
                preds_S=dict(from_student=True, recorder='logits'),
                preds_T=dict(from_student=False, recorder='logits'),
            )
        ),
    ),
)
