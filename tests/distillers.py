"""Distillers of MMRazor for the toy models, one of each kind."""

from typing import Any


def recorder(source: str, kind: str = 'ModuleOutputs') -> dict[str, Any]:
    """Config of a recorder."""
    return dict(type=kind, source=source)


def mapping(**arguments: tuple) -> dict[str, Any]:
    """Config of a loss's inputs: (from_student, recorder, further keys)."""
    return {
        key: dict(from_student=student, recorder=name, **dict(*more))
        for key, (student, name, *more) in arguments.items()
    }


def distiller(
    losses: dict[str, Any],
    mappings: dict[str, Any],
    student: dict[str, Any],
    teacher: dict[str, Any],
    connectors: Any = None,
) -> dict[str, Any]:
    """Config of a ConfigurableDistiller."""
    return dict(
        type='ConfigurableDistiller',
        student_recorders=student,
        teacher_recorders=teacher,
        distill_losses=losses,
        loss_forward_mappings=mappings,
        connectors=connectors,
    )


def logits(source: str = 'head.fc', **loss: Any) -> dict[str, Any]:
    """Config of a distiller that compares logits."""
    names = ('preds_S', 'preds_T')
    if loss['type'] == 'DISTLoss':
        names = ('logits_S', 'logits_T')
    pair = dict(zip(names, [(True, 'out'), (False, 'out')]))
    return distiller(
        dict(loss_out=loss),
        dict(loss_out=mapping(**pair)),
        dict(out=recorder(source)),
        dict(out=recorder(source)),
    )


def labelled(**loss: Any) -> dict[str, Any]:
    """Config of a distiller whose loss asks for labels."""
    names = dict(DKDLoss=('preds_S', 'preds_T'), WSLD=('student', 'teacher'))
    left, right = names[loss['type']]
    config = logits(type='KLDivergence')
    config['distill_losses'] = dict(loss_out=loss)
    config['student_recorders']['gt_labels'] = recorder(
        'head.loss_module', 'ModuleInputs'
    )
    config['loss_forward_mappings']['loss_out'] = mapping(
        **{
            left: (True, 'out'),
            right: (False, 'out'),
            'gt_labels': (True, 'gt_labels', dict(data_idx=1)),
        }
    )
    return config


def features(
    channels: Any, source: str = 'backbone.layer2', **loss: Any
) -> dict[str, Any]:
    """Config of a distiller that compares features.

    With a connector from and to as many channels as ``channels`` says, if it
    says any.
    """
    more = [dict(connector='fit')] if channels else []
    connectors = None
    if channels:
        connectors = dict(
            fit=dict(
                type='ConvModuleConnector',
                in_channel=channels[0],
                out_channel=channels[1],
                norm_cfg=dict(type='BN'),
                act_cfg=None,
            )
        )
    return distiller(
        dict(loss_feat=loss),
        dict(
            loss_feat=mapping(
                s_feature=(True, 'feat', *more), t_feature=(False, 'feat')
            )
        ),
        dict(feat=recorder(source)),
        dict(feat=recorder(source)),
        connectors,
    )
