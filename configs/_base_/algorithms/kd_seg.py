# The oracle of SSD-KD on segmentors: its student, batch and loss, distilled on
# the images that the teacher was trained on, by MMRazor's own algorithm. A
# leaf config adds teacher, student, length, data and `loss_weight`, one over
# the logits' pixels, which 'batchmean' sums over.
model = dict(
    _scope_='mmrazor',
    type='SingleTeacherDistill',
    # The student learns from the teacher alone, as in SSD-KD.
    calculate_student_loss=False,
    distiller=dict(
        type='ConfigurableDistiller',
        student_recorders=dict(
            logits=dict(type='ModuleOutputs', source='decode_head.conv_seg')
        ),
        teacher_recorders=dict(
            logits=dict(type='ModuleOutputs', source='decode_head.conv_seg')
        ),
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
