# SSD-KD with FitNets' hints after the backbone, the student born from its
# teacher.
_base_ = [
    './ssdkd_logits_deeplabv3plus-r18-w16_deeplabv3plus-r18-w8-inherited_'
    '1xb16-10e_digit-scenes.py',
    '../../_base_/distillers/fitnets.py',
]

model = dict(
    # The teacher runs in the student's step, recorded.
    replay_buffer=dict(store_logits=False),
    synthesis=dict(warmup_rounds=3),
    distiller=dict(
        _base_.fitnets,
        connectors=dict(
            student=dict(_base_.hint_connector, in_channel=64, out_channel=128)
        ),
    ),
)
optim_wrapper = dict(
    distiller=dict(type='OptimWrapper', optimizer=_base_.connector_optimizer)
)
param_scheduler = dict(distiller=[dict(_base_.connector_schedule, end=10)])
