"""Finds a model's weights in what people save them with and under."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Optional

import torch
from mmengine.logging import print_log

from mmrazor_ssdkd.validation import shown

from .weights import check_unique

__all__ = ['find_weights']

# What trainers and wrappers put before a model's own names. Beside one of
# them other weights may stand: a loss's, an average's count, a generator's.
_WRAPPERS = (
    '_orig_mod',
    'architecture',
    'ema',
    'ema_model',
    'model',
    'model_ema',
    'module',
    'net',
    'network',
    'student',
    'teacher',
)
# PyTorch's key of `get_extra_state`, which may be a dict with tensors.
_EXTRA_STATE = '_extra_state'


class _Found(NamedTuple):
    """Weights that stand under a prefix."""

    place: str
    prefix: str
    state: dict[str, Any]
    hits: int
    whole: bool

    @property
    def address(self) -> str:
        """Where they are, from the file's top."""
        return self.place + self.prefix


def find_weights(
    checkpoint: dict[str, Any],
    own: Mapping[str, torch.Tensor],
    source: str,
    name: str,
) -> dict[str, Any]:
    """Returns weights by the names that they have in the model itself.

    Those of a model may stand in a dict in the file (``model``,
    ``state_dict``, ``ema``) and under a prefix that they have in common
    (``module.``, ``_orig_mod.``, ``teacher.``). Where they are is found out
    by the names and shapes that the model has, and logged.

    Args:
        checkpoint (dict): What a file holds.
        own (Mapping[str, torch.Tensor]): What has to be there, by the model's
            own names.
        source (str): Where it is from, for messages.
        name (str): The argument that ``source`` was given as.

    Returns:
        dict[str, object]: All that stands under the prefix. Where nothing
        has the model's names, what is under ``state_dict``, or all.

    Raises:
        ValueError: There are no weights by name, several of the model, or
            one under two names.
    """
    places = dict(_places(checkpoint))
    found = [f for item in places.items() for f in _candidates(*item, own)]
    fitting = [f for f in found if f.whole]
    if not fitting:
        most = max((f.hits for f in found), default=0)
        fitting = [f for f in found if f.hits == most]
    if len(fitting) > 1:
        addresses = [f.address for f in fitting]
        raise ValueError(
            f'`{name}` must hold the weights of one model, but {source!r} has '
            f'those of {len(fitting)}, under {shown(addresses)}: save the '
            'ones that are meant to a file of their own'
        )
    if not fitting:
        return _default(places, source, name)
    (chosen,) = fitting
    check_unique(chosen.state, source, name)
    _say(chosen, source, name)
    start = len(chosen.prefix)
    return {
        key[start:]: value
        for key, value in chosen.state.items()
        if key.startswith(chosen.prefix)
    }


def _places(checkpoint: dict[str, Any]) -> Iterator[tuple[str, dict]]:
    """Yields each dict that holds tensors by name, and where it is."""
    if _is_mmengine(checkpoint):
        # Beside them its EMAHook keeps those that were not averaged.
        checkpoint = {'state_dict': checkpoint['state_dict']}
    # A file can hold a dict that holds itself.
    seen: set[int] = set()
    rest: list[tuple[str, Any]] = [('', checkpoint)]
    while rest:
        place, content = rest.pop(0)
        if id(content) in seen or not all(isinstance(k, str) for k in content):
            continue
        seen.add(id(content))
        if any(isinstance(v, torch.Tensor) for v in content.values()):
            yield place, content
        rest.extend(
            (f'{place}{key}.', value)
            for key, value in content.items()
            if isinstance(value, dict) and _EXTRA_STATE not in key
        )


def _is_mmengine(checkpoint: dict[str, Any]) -> bool:
    """Returns whether a runner of mmengine wrote a checkpoint."""
    meta = checkpoint.get('meta')
    version = isinstance(meta, dict) and 'mmengine_version' in meta
    known = version or 'message_hub' in checkpoint
    return known and isinstance(checkpoint.get('state_dict'), dict)


def _candidates(
    place: str, state: dict[str, Any], own: Mapping[str, torch.Tensor]
) -> Iterator[_Found]:
    """Yields the prefixes under which a dict has some of a model's names."""
    hits: dict[str, list[str]] = defaultdict(list)
    # A file may have names of a million parts.
    most = max((key.count('.') for key in own), default=0) + 1
    for key in state:
        starts = [0, *(i + 1 for i, c in enumerate(key) if c == '.')]
        for start in starts[-most:]:
            if key[start:] in own:
                hits[key[:start]].append(key[start:])
    for prefix, names in hits.items():
        if not _is_common(prefix, state):
            continue
        whole = len(names) == len(own) and all(
            _shape(state[prefix + key]) == own[key].shape for key in names
        )
        yield _Found(place, prefix, state, len(names), whole)


def _shape(value: Any) -> Optional[torch.Size]:
    """Returns a tensor's shape, which nested ones do not have."""
    if not isinstance(value, torch.Tensor) or value.is_nested:
        return None
    return value.shape


def _is_common(prefix: str, state: dict[str, Any]) -> bool:
    """Returns whether a prefix may be taken off.

    Any that all names have, and a wrapper's; part of a larger model is not
    taken for a smaller one.
    """
    known = prefix.partition('.')[0] in _WRAPPERS
    return known or all(key.startswith(prefix) for key in state)


def _say(chosen: _Found, source: str, name: str) -> None:
    """Logs where weights were found, unless it is where OpenMMLab's are."""
    if chosen.address in ('', 'state_dict.'):
        return
    others = sum(not key.startswith(chosen.prefix) for key in chosen.state)
    rest = f'; {others} others beside them are not taken' if others else ''
    print_log(
        f'`{name}`: the weights under {shown(chosen.address)} of '
        f'{source!r}{rest}',
        logger='current',
    )


def _default(
    places: dict[str, dict], source: str, name: str
) -> dict[str, Any]:
    """Returns weights that have none of a model's names."""
    if not places:
        raise ValueError(
            f'`{name}` must hold weights by name, but {source!r} holds none'
        )
    return places.get('state_dict.', next(iter(places.values())))
