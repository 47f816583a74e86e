# SSD-KD with DIST (arXiv:2205.10536).
_base_ = './ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'

model = dict(
    distiller=dict(
        type='ConfigurableDistiller',
        student_recorders=dict(
            logits=dict(type='ModuleOutputs', source='head.fc')
        ),
        teacher_recorders=dict(
            logits=dict(type='ModuleOutputs', source='head.fc')
        ),
        distill_losses=dict(loss_dist=dict(type='DISTLoss', tau=4)),
        loss_forward_mappings=dict(
            loss_dist=dict(
                logits_S=dict(from_student=True, recorder='logits'),
                logits_T=dict(from_student=False, recorder='logits'),
            )
        ),
    )
)
# A new student hardly tells samples apart, so that the gradient of a
# correlation is huge at first: without the bound one of three seeds dies in
# the first steps.
optim_wrapper = dict(architecture=dict(clip_grad=dict(max_norm=2.0)))
