"""Makes a model's config out of a name."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional

import torch

from mmrazor_ssdkd.models.adapters.networks import build_network
from mmrazor_ssdkd.models.forward import swaps_channels

from .classes import classes_key, parameters, trained_classes, with_classes

__all__ = ['Colours', 'network_config', 'student_config']

# What torchvision's weights say, for those networks that have none.
_IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_OUTPUTS = ('logits', 'out')


class Colours(NamedTuple):
    """How a network wants its images, in 0 to 255.

    Without mean and standard deviation those that are known of the network;
    without an order BGR, as OpenMMLab loads files.
    """

    mean: Optional[Sequence[float]] = None
    std: Optional[Sequence[float]] = None
    image_order: Optional[str] = None


def network_config(
    address: str,
    options: Mapping[str, Any],
    colours: Colours,
    image_size: tuple[int, int],
    checkpoint: Optional[str] = None,
) -> dict[str, Any]:
    """Returns a model's config, without weights of its own.

    Args:
        address (str): A config of mmpretrain or mmseg, as its path or as
            ``'mmpretrain::resnet/...'``; or what an adapter takes:
            ``'torchvision.models:resnet18'``, ``'timm:resnet18'`` or
            ``'path/to/file.py:build_model'``, whose code runs.
        options (Mapping): Arguments of the builder.
        colours (Colours): Of a network that is not OpenMMLab's; a config has
            its own. Without them those that timm or torchvision know.
        image_size (tuple[int, int]): Height and width of its images.
        checkpoint (str, optional): Its weights, which tell the number of
            classes. Defaults to None.

    Returns:
        dict: Of a model that can be built.

    Raises:
        ValueError: There is no such network, it does not run, or its colours
            are not known or would be ignored.
    """
    if is_config(address):
        _check_no_colours(address, colours)
        if options:
            raise ValueError(
                '`options` must be none for a config, which has its own, but '
                f'got {dict(options)}'
            )
        own = '::' in address
        path = address if own else str(Path(address).resolve())
        return dict(cfg_path=path)
    module = _module(address, options)
    network = build_network(module)
    key = classes_key(address)
    if checkpoint and key and key not in module:
        number = trained_classes(network, checkpoint)
        if number is not None:
            module[key] = number
            network = build_network(module)
    mean, std = _colours(address, network, colours)
    outputs = _run(network, len(mean), image_size)
    output, maps = _logits(outputs)
    kind = 'TorchSegmentor' if maps else 'TorchClassifier'
    named = {} if output is None else dict(output=output)
    return dict(
        type=f'mmrazor_ssdkd.{kind}',
        module=module,
        mean=mean,
        std=std,
        image_order=colours.image_order or 'BGR',
        **named,
    )


def student_config(
    address: str,
    options: Mapping[str, Any],
    teacher: Any,
    num_classes: int,
    image_size: tuple[int, int],
) -> dict[str, Any]:
    """Returns a student's config, for its teacher's classes and images.

    Args:
        address (str): As for :func:`network_config`.
        options (Mapping): As there.
        teacher (nn.Module): Whose images the student takes.
        num_classes (int): How many classes the student needs.
        image_size (tuple[int, int]): Height and width of the images.

    Returns:
        dict: Of a model that can be built.

    Raises:
        ValueError: As in :func:`network_config`.
    """
    if is_config(address):
        config = network_config(address, options, Colours(), image_size)
        return with_classes(config, num_classes)
    options = dict(options)
    key = classes_key(address)
    if key:
        options.setdefault(key, num_classes)
    preprocessor = teacher.data_preprocessor
    colours = Colours()
    if getattr(preprocessor, '_enable_normalize', False):
        mean, std = (
            [round(value, 3) for value in values.flatten().tolist()]
            for values in (preprocessor.mean, preprocessor.std)
        )
        # What the teacher is given, and turns into RGB or leaves.
        order = 'BGR' if swaps_channels(preprocessor) else 'RGB'
        colours = Colours(mean, std, order)
    return network_config(address, options, colours, image_size)


def is_config(address: str) -> bool:
    """Returns whether an address is that of a config."""
    return '::' in address or address.endswith('.py')


def _module(address: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Returns an adapter's `module`, which loads nothing."""
    module = dict(type=_absolute(address), **options)
    # torchvision's segmentors load a backbone unless they are told not to.
    if 'weights_backbone' in parameters(address):
        module.setdefault('weights_backbone', None)
    return module


def _absolute(address: str) -> str:
    """Returns an address that holds in other folders, too."""
    source, mark, name = address.rpartition('.py:')
    if not mark:
        return address
    return f'{Path(f"{source}.py").resolve()}:{name}'


def _check_no_colours(address: str, colours: Colours) -> None:
    """Raises a ValueError for colours that a config would ignore."""
    for name, value in colours._asdict().items():
        if value is not None:
            raise ValueError(
                f'`{name}` must not be given for a config, whose data '
                f'preprocessor says it, but got {value!r} with {address!r}'
            )


def _colours(
    address: str, network: Any, colours: Colours
) -> tuple[list[float], list[float]]:
    """Returns mean and standard deviation, in 0 to 255."""
    if (colours.mean is None) != (colours.std is None):
        raise ValueError(
            '`mean` and `std` must be given both or neither, but got '
            f'{colours.mean} and {colours.std}'
        )
    if colours.mean is not None and colours.std is not None:
        return list(colours.mean), list(colours.std)
    known = getattr(network, 'pretrained_cfg', None)
    found = None
    if isinstance(known, Mapping) and known.get('mean') and known.get('std'):
        found = (known['mean'], known['std'])
    elif address.startswith('torchvision'):
        found = _IMAGENET
    if found is None:
        raise ValueError(
            '`mean` and `std` must be those that the network was trained '
            'with, for images in 0 to 255 (--mean, --std), but got none for '
            f'{address!r}'
        )
    mean, std = ([round(255 * v, 3) for v in values] for values in found)
    return mean, std


@torch.no_grad()
def _run(network: Any, channels: int, image_size: tuple[int, int]) -> Any:
    """Returns what a bare network gives."""
    try:
        return network.eval()(torch.zeros(2, channels, *image_size))
    except Exception as error:
        raise ValueError(
            '`image_size` must be one that the network takes, with as many '
            f'channels as `mean`, but for {(channels, *image_size)} it '
            f'fails: {error}'
        ) from error


def _logits(outputs: Any) -> tuple[Any, bool]:
    """Returns which part of outputs are the logits, and whether maps."""
    candidates: list[tuple[Any, Any]] = [(None, outputs)]
    if isinstance(outputs, Mapping):
        candidates = [(k, outputs[k]) for k in _OUTPUTS if k in outputs]
    elif hasattr(outputs, 'logits'):
        candidates = [('logits', outputs.logits)]
    elif isinstance(outputs, (tuple, list)):
        candidates = list(enumerate(outputs))
    for output, value in candidates:
        if isinstance(value, torch.Tensor) and value.dim() in (2, 4):
            return output, value.dim() == 4
    raise ValueError(
        '`network` must give logits, alone, in a tuple, or as `logits` or '
        f'`out`, but got a {type(outputs).__name__}'
    )
