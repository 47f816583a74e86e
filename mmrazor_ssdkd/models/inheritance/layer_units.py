"""Divides a numbered list of layers into units and stages."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Optional, TypeVar

from torch import nn

__all__ = ['Children', 'Unit', 'divide', 'first_layer', 'kind', 'stages']

Children = list[tuple[str, nn.Module]]
# Words in the names of layers without weights that change a map's size.
_RESIZING = ('pool', 'flatten', 'upsample')
# What layers call the channels that they read and make.
_WIDTHS = (('in_channels', 'out_channels'), ('in_features', 'out_features'))
_LISTS = (nn.Sequential, nn.ModuleList)
_T = TypeVar('_T')


class _Layer(NamedTuple):
    """A layer: its name, channels in and out, kernel and groups."""

    name: str
    widths: tuple[int, int]
    kernel: Any
    groups: int

    @property
    def shape(self) -> tuple[str, Any, bool]:
        """Where it stands, its kernel, and whether it is grouped.

        Its place has no numbers, since those of a list may be others.
        """
        parts = self.name.split('.')
        place = '.'.join(part for part in parts if not part.isdigit())
        return place, self.kernel, self.groups > 1

    @property
    def is_depthwise(self) -> bool:
        """Whether each channel makes its own."""
        return self.groups == self.widths[0] > 1


class Unit:
    """A block, or a layer with the norm and activation that follow it.

    Args:
        children (list): Names and modules of a list, in order. The first
            leads.
        reads_image (bool): Whether it holds the network's first layer.

    Attributes:
        children (list): The same.
        reads_image (bool): The same.
        kind (str): What the first is.
        widths (tuple[int, int] | None): Channels that its first layer reads
            and its last one makes.
        is_bare (bool): Whether nothing follows the first.
        resizes (bool): Whether its layers have a stride.
        ends_stage (bool): Whether what follows changes the map's size.
    """

    def __init__(self, children: Children, reads_image: bool) -> None:
        (_, leader), *rest = children
        layers = list(_layers(leader))
        self.children, self.kind = children, kind(leader)
        self.reads_image = reads_image
        self.widths: Optional[tuple[int, int]] = None
        if layers:
            self.widths = layers[0].widths[0], layers[-1].widths[1]
        self.is_bare = not rest
        self.resizes = _is_strided(leader)
        self.ends_stage = any(
            _is_strided(child) or _is_resizing(child) for _, child in rest
        )
        self._norms = {kind(m) for _, m in rest if m.state_dict()}
        self._shape = [layer.shape for layer in layers]

    def may_be(self, other: 'Unit') -> bool:
        """Returns whether two units have a kind of child in common."""
        return self.kind == other.kind or self.is_like(other)

    def is_like(self, other: 'Unit') -> bool:
        """Returns whether the tensors of two units mean the same.

        A depthwise layer is no pointwise one. Where the first children are
        of other kinds, what follows them may still be a counterpart.
        """
        if self.kind == other.kind:
            return self._shape == other._shape
        return bool(self._norms & other._norms)


def divide(children: Children, first: str) -> tuple[Children, list[Unit]]:
    """Divides children into units.

    Args:
        children (list): Names and modules, in order.
        first (str): The network's first layer, as seen from here.

    Returns:
        tuple: The children before the first unit, and the units.
    """
    head, *rows = _split(children, lambda i: _leads(children[i][1]))
    reader = first.split('.')[0]
    return head, [Unit(row, row[0][0] == reader) for row in rows]


def stages(units: list[Unit], by_width: bool) -> list[list[Unit]]:
    """Divides units into stages.

    Args:
        units (list[Unit]): In order.
        by_width (bool): Whether a stage begins where a unit changes the
            number of channels, or where the map's size changes.

    Returns:
        list[list[Unit]]: The units of each stage.
    """

    def begins(i: int) -> bool:
        if by_width:
            widths = units[i].widths
            changes = widths is not None and widths[0] != widths[1]
        else:
            changes = units[i].resizes or units[i - 1].ends_stage
        return i > 0 and changes

    return _split(units, begins)


def kind(module: nn.Module) -> str:
    """Returns what a module is; norms of any kind of batch are one.

    A depthwise layer is none that mixes channels. A wrapper, such as a
    residual connection, is one of the block in it.
    """
    if hasattr(module, 'running_mean'):
        return 'BatchNorm'
    name, layers = type(module).__qualname__, list(_layers(module))
    if wrapped := _wrapped(module):
        name += f'({kind(wrapped[0])})'
    is_depthwise = len(layers) == 1 and layers[0].is_depthwise
    return f'{name}, depthwise' if is_depthwise else name


def first_layer(model: nn.Module, skipped: tuple[str, ...] = ()) -> str:
    """Returns the name of the first layer that makes channels, or ''.

    Args:
        model (nn.Module): A network.
        skipped (tuple[str]): Children that are no part of it.
    """
    names = (layer.name for layer in _layers(model))
    return next((n for n in names if n.split('.')[0] not in skipped), '')


def _split(row: list[_T], begins: Callable[[int], bool]) -> list[list[_T]]:
    """Splits a row before each place where a part begins."""
    parts: list[list[_T]] = [[]]
    for i, item in enumerate(row):
        if begins(i):
            parts.append([])
        parts[-1].append(item)
    return parts


def _leads(module: nn.Module) -> bool:
    """Returns whether a module has weights that mix channels."""
    return any(
        parameter.dim() > 1
        for part in module.modules()
        # A LayerNorm of maps has a weight for each place.
        if not hasattr(part, 'normalized_shape')
        for parameter in part.parameters(recurse=False)
    )


def _wrapped(module: nn.Module) -> list[nn.Module]:
    """Returns the block that is all that a module has, or nothing.

    A list of one block is no wrapper, as it may be one of several elsewhere.
    """
    blocks = [child for child in module.children() if _leads(child)]
    if len(blocks) != 1 or isinstance(module, _LISTS):
        return []
    is_block = any(True for _ in blocks[0].children())
    # A list of no class of its own says nothing of what is in it; mmengine's
    # is of another class and the same name.
    is_plain = type(blocks[0]).__name__ in ('Sequential', 'ModuleList')
    return blocks if is_block and not is_plain else []


def _layers(module: nn.Module) -> Iterator[_Layer]:
    """Yields the layers that make channels.

    Blocks know their channels as well, but have no weight themselves.
    """
    for name, part in module.named_modules():
        for names in _WIDTHS:
            before, after = (getattr(part, key, None) for key in names)
            if (
                isinstance(before, int)
                and isinstance(after, int)
                and hasattr(part, 'weight')
            ):
                kernel = getattr(part, 'kernel_size', None)
                groups = getattr(part, 'groups', 1)
                yield _Layer(name, (before, after), kernel, groups)


def _is_strided(module: nn.Module) -> bool:
    """Returns whether a layer in a module has a stride."""
    strides = (getattr(part, 'stride', 1) for part in module.modules())
    return any(
        isinstance(step, int) and step > 1
        for stride in strides
        for step in (stride if isinstance(stride, (tuple, list)) else [stride])
    )


def _is_resizing(module: nn.Module) -> bool:
    """Returns whether a layer without weights changes a map's size."""
    names = [type(part).__name__.lower() for part in module.modules()]
    return any(word in name for word in _RESIZING for name in names)
