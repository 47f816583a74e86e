"""Builds MMRazor's distillers and initialises their recorders."""

from mmrazor.models.distillers import ConfigurableDistiller
from mmrazor.registry import MODELS as MMRAZOR_MODELS
from torch import nn

from mmrazor_ssdkd.blame import check_config

# What MMRazor's distillers raise for a mistake in a config.
MISTAKES = (
    AssertionError,
    AttributeError,
    ImportError,
    IndexError,
    KeyError,
    RuntimeError,
    TypeError,
    ValueError,
)
# Names that the algorithm's own losses have in the log.
_RESERVED = ('loss', 'loss_features', 'loss_kd', 'loss_task')


def build_distiller(cfg: dict) -> ConfigurableDistiller:
    """Builds a distiller that ignores nothing.

    Args:
        cfg (dict): Config of a ``ConfigurableDistiller``.

    Returns:
        ConfigurableDistiller: Its recorders are not hooked yet.

    Raises:
        TypeError: It is of another kind.
        ValueError: Its own checks fail, or a loss has no mapping or a name
            that is taken.
    """
    check_config('distiller', cfg)
    try:
        distiller = MMRAZOR_MODELS.build(cfg)
    except MISTAKES as error:
        raise ValueError(
            '`distiller` must be the config of a ConfigurableDistiller, but '
            f'building it fails: {error}'
        ) from error
    if not isinstance(distiller, ConfigurableDistiller):
        raise TypeError(
            '`distiller` must be a ConfigurableDistiller, but got '
            f'{type(distiller).__name__}'
        )
    if not any('loss' in name for name in distiller.loss_forward_mappings):
        raise ValueError(
            '`distiller.loss_forward_mappings` must map a loss, with "loss" '
            f'in its name, but got {list(distiller.loss_forward_mappings)}'
        )
    for name in distiller.distill_losses:
        if name in _RESERVED:
            raise ValueError(
                '`distiller.distill_losses` must not have the names '
                f'{_RESERVED}, which are taken, but got {name!r}'
            )
        if name not in distiller.loss_forward_mappings:
            raise ValueError(
                '`distiller.loss_forward_mappings` must have an entry for '
                f'each of `distiller.distill_losses`, but {name!r} has none'
            )
    return distiller


def initialize(recorders: dict, model: nn.Module, name: str) -> None:
    """Hooks recorders into a model.

    Args:
        recorders (dict): By name.
        model (nn.Module): The model.
        name (str): The argument that they were given as, for messages.

    Raises:
        ValueError: A source names no part of the model.
    """
    for key, recorder in recorders.items():
        try:
            recorder.initialize(model)
        except AssertionError as error:
            raise ValueError(
                f'`{name}.{key}.source` must name a part of '
                f'{type(model).__name__}, but got {recorder.source!r}'
            ) from error
