# SSD-KD on CamVid's slim pair with FitNets' hints after the backbone.
_base_ = [
    './ssdkd_logits_deeplabv3-r18-w32_deeplabv3-r18-w16_'
    '1xb16-75e_camvid-128x96.py',
    '../../_base_/distillers/fitnets.py',
]

model = dict(
    # The teacher runs in the student's step, recorded.
    replay_buffer=dict(store_logits=False),
    distiller=dict(
        _base_.fitnets,
        connectors=dict(
            student=dict(
                _base_.hint_connector, in_channel=128, out_channel=256
            )
        ),
    ),
)
optim_wrapper = dict(
    distiller=dict(
        type='mmrazor_ssdkd.Bf16OptimWrapper',
        optimizer=_base_.connector_optimizer,
    )
)
param_scheduler = dict(distiller=[_base_.student_schedule])
