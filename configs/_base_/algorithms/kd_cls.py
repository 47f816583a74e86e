# The oracle of SSD-KD on classifiers.
_base_ = './kd.py'
recorders = dict(logits=dict(type='ModuleOutputs', source='head.fc'))
model = dict(
    distiller=dict(student_recorders=recorders, teacher_recorders=recorders)
)
