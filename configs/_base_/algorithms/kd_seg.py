# The oracle of SSD-KD on segmentors. A leaf config adds `loss_weight`, one
# over the logits' pixels, which 'batchmean' sums over.
_base_ = './kd.py'
recorders = dict(
    logits=dict(type='ModuleOutputs', source='decode_head.conv_seg')
)
model = dict(
    distiller=dict(student_recorders=recorders, teacher_recorders=recorders)
)
