# SSD-KD with channel-wise distillation (arXiv:2011.13256) of the logits.
_base_ = (
    './ssdkd_logits_deeplabv3plus-r18-w16_deeplabv3plus-m-v2-w25_'
    '1xb16-40e_digit-scenes.py'
)

model = dict(
    # The teacher runs in the student's step, recorded.
    replay_buffer=dict(store_logits=False),
    distiller=dict(
        type='ConfigurableDistiller',
        student_recorders=dict(
            logits=dict(type='ModuleOutputs', source='decode_head.conv_seg')
        ),
        teacher_recorders=dict(
            logits=dict(type='ModuleOutputs', source='decode_head.conv_seg')
        ),
        distill_losses=dict(
            loss_cwd=dict(type='ChannelWiseDivergence', tau=1, loss_weight=5)
        ),
        loss_forward_mappings=dict(
            loss_cwd=dict(
                preds_S=dict(from_student=True, recorder='logits'),
                preds_T=dict(from_student=False, recorder='logits'),
            )
        ),
    ),
)
