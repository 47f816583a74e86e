"""Finds keys of a config that are other keys misspelt."""

import inspect
import re
from collections.abc import Collection, Iterable
from difflib import SequenceMatcher
from importlib import import_module
from typing import Any, Optional

from mmengine import registry as registries
from mmengine.config import Config
from mmengine.registry import Registry
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop, Runner
from torch.utils.data import DataLoader

from mmrazor_ssdkd.renaming import renamed
from mmrazor_ssdkd.validation import shown

__all__ = ['check_options', 'check_spelling']

# Read by mmengine, but no arguments of a Runner.
_READ = (
    'activation_checkpointing',
    'compile',
    'custom_imports',
    'efficient_conv_bn_eval',
    'find_unused_parameters',
    'model_wrapper_cfg',
    'runner_type',
    'sync_bn',
)
_HOOKS = (
    'runtime_info',
    'timer',
    'sampler_seed',
    'logger',
    'param_scheduler',
    'checkpoint',
)
_LOADER = (
    'dataset',
    'sampler',
    'batch_sampler',
    'collate_fn',
    'worker_init_fn',
)
# How much a key must share with a word of its length, and of another, to be
# meant as it: one of a class, and one at a config's top. There variables have
# names of their own, which are words: a wrong letter of eight or fewer makes
# another (`text_cfg`, `vae_cfg`), as do three more or four fewer
# (`pretrain_cfg`, `train_loader`).
_LIKE, _LIKE_AT_TOP = (0.8, 0.85), (0.88, 0.86)


def check_spelling(cfg: Config) -> None:
    """Looks for keys that nothing reads and that are almost ones that are.

    Other keys are variables of the config's own.

    Args:
        cfg (Config): What a Runner takes.

    Raises:
        ValueError: A top-level key is a Runner's, misspelt.
    """
    known = _known()
    for key in cfg:
        if key not in known and (meant := _near(key, known, _LIKE_AT_TOP)):
            raise ValueError(
                f'`{key}` must be a key that is read, such as `{meant}`, but '
                'a Runner has none of this name'
            )


def check_options(cfg: Config, options: dict[str, Any]) -> None:
    """Looks for settings of a command line that change nothing.

    Args:
        cfg (Config): As its file has it.
        options (dict[str, Any]): What is to be put into it, by dotted key.

    Raises:
        ValueError: One is at the top, and neither in the file nor a Runner's,
            or is almost a key that is in its place or that a class there
            takes, or has another name now.
    """
    for option, value in options.items():
        first, *rest = option.split('.')
        known = {*_known(), *cfg}
        if first not in known:
            meant = _near(first, known)
            raise ValueError(
                f'`--cfg-options {option}` must be in the config or a key of '
                f'a Runner, but nothing reads {first!r}'
                + (f'; did you mean {meant!r}?' if meant else '')
            )
        _check_rest(option, value, cfg, first, rest)


def _check_rest(
    option: str, value: Any, cfg: Config, first: str, rest: list[str]
) -> None:
    """Follows an option into a config to the first key that is new."""
    place, scope, path = cfg.get(first), cfg.get('default_scope'), first
    kind = None
    for depth, key in enumerate(rest):
        if isinstance(place, (list, tuple)) and key.isdigit():
            place = place[int(key)] if int(key) < len(place) else None
            continue
        if not isinstance(place, dict):
            return
        scope = place.get('_scope_', scope)
        kind = _find(place['type'], scope) if 'type' in place else kind
        if key in (old := renamed(kind)):
            new = '.'.join([path, old[key], *rest[depth + 1 :]])
            raise ValueError(
                f'`--cfg-options {option}` must be given as `{new}`, but got '
                f'{shown(value)}'
            )
        if key not in place:
            _check_new(option, key, path, _vocabulary(path, place, kind), old)
            return
        # What a dict without a type is where it may leave it out.
        kind = getattr(kind, 'default_types', {}).get(key)
        place, path = place[key], f'{path}.{key}'


def _check_new(
    option: str, key: str, path: str, words: set[str], old: dict[str, str]
) -> None:
    """Raises a ValueError for a key that is almost another one."""
    meant = None if key in words else _near(key, {*words, *old})
    if meant:
        raise ValueError(
            f'`--cfg-options {option}` must be a key that is read, but '
            f'{path!r} has no {key!r}; did you mean {old.get(meant, meant)!r}?'
        )


def _vocabulary(path: str, place: dict, kind: Any) -> set[str]:
    """Returns the keys that a dict of a config may have, where known."""
    if kind is not None:
        return {*place, 'type', *_arguments(kind)}
    if 'type' in place:
        return set()
    if path.endswith('_dataloader'):
        return {*place, *_LOADER, *_arguments(DataLoader)}
    if path == 'train_cfg':
        by_epoch = place.get('by_epoch', True)
        loop = EpochBasedTrainLoop if by_epoch else IterBasedTrainLoop
        return {*place, 'by_epoch', *_arguments(loop)}
    if path == 'default_hooks':
        return {*place, *_HOOKS}
    if path == 'randomness':
        return {*place, *_arguments(Runner.set_randomness)}
    if path == 'env_cfg':
        return {*place, 'cudnn_benchmark', 'mp_cfg', 'dist_cfg'}
    # Parts of a model by name; of other dicts the names are free.
    named_parts = path in ('optim_wrapper', 'param_scheduler')
    wraps = path == 'optim_wrapper' or path.startswith('optim_wrapper.')
    if not named_parts and not wraps:
        return set()
    wrapper = _find('OptimWrapper', None)
    return {*place, 'type', 'paramwise_cfg', *_arguments(wrapper)}


def _find(kind: Any, scope: Optional[str]) -> Any:
    """Returns a registered class or function, None for one unknown."""
    if not isinstance(kind, str):
        return kind
    name = kind if '.' in kind or not scope else f'{scope}.{kind}'
    try:
        import_module(f'{name.split(".")[0]}.registry')
    except ImportError:
        name = kind
    roots = [r for r in vars(registries).values() if isinstance(r, Registry)]
    for key in dict.fromkeys((name, kind)):
        for registry in roots:
            if (found := registry.get(key)) is not None:
                return found
    return None


def _arguments(kind: Any) -> set[str]:
    """Returns what a function takes, or a class and what it inherits from."""
    calls: Iterable[Any] = (kind,)
    if inspect.isclass(kind):
        calls = [
            vars(c)['__init__'] for c in kind.__mro__ if '__init__' in vars(c)
        ]
    found: set[str] = set()
    for call in calls:
        try:
            found.update(inspect.signature(call).parameters)
        except (TypeError, ValueError):  # Of C.
            continue
    return found - {'self', 'args', 'kwargs'}


def _known() -> set[str]:
    """Returns the keys at a config's top that are read."""
    return {*_arguments(Runner), *_READ}


def _near(
    key: str,
    words: Collection[str],
    least: tuple[float, float] = _LIKE,
) -> Optional[str]:
    """Returns the word that a key is probably meant to be."""
    swapped = [w for w in sorted(words) if sorted(w) == sorted(key)]
    if swapped:
        return swapped[0]
    scored = [
        (SequenceMatcher(None, key.lower(), word.lower()).ratio(), word)
        for word in sorted(words)
        if not _is_variant(key, word)
    ]
    ratio, word = max(scored, default=(0.0, ''))
    return word if ratio >= least[len(key) != len(word)] else None


def _is_variant(key: str, word: str) -> bool:
    """Returns whether a key is named after a word, as `model_a` is."""
    stem = re.sub(r'_?\d+', '', key)
    return (
        stem == re.sub(r'_?\d+', '', word)
        or key.startswith(f'{word}_')
        or key.endswith(f'_{word}')
    )
