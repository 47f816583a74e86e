# SSD-KD with FitNets' hints after the last stage.
_base_ = [
    './ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py',
    '../../_base_/distillers/fitnets.py',
]

model = dict(
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
param_scheduler = dict(distiller=[dict(_base_.connector_schedule, end=40)])
