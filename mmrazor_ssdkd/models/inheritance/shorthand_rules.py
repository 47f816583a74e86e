"""Functions that are short for others, which are followed in their place."""

from collections import Counter
from collections.abc import Sequence
from string import ascii_letters
from typing import TYPE_CHECKING, NamedTuple, Optional

import torch

from .channel_calls import Call, tensors_in

if TYPE_CHECKING:
    from .channel_tracer import Tracer

__all__ = ['SUMS', 'add_product', 'contract']

# What they call the factors that they multiply.
_FACTORS = {
    'addmm': ('mat1', 'mat2'),
    'baddbmm': ('batch1', 'batch2'),
}
SUMS = tuple(_FACTORS)


class _Equation(NamedTuple):
    """The letters of each operand's dimensions and of the result's."""

    operands: tuple[str, ...]
    out: str


def add_product(tracer: 'Tracer', call: Call) -> None:
    """Follows ``addmm`` and its kin: a product of matrices, and a bias."""
    bias, left, right = (
        call.get(place, name)
        for place, name in enumerate(('input', *_FACTORS[call.name]))
    )
    with tracer:
        again = left @ right + bias
    _stand_for(tracer, again, call.out)


def contract(tracer: 'Tracer', call: Call) -> None:
    """Follows an ``einsum`` of one or two tensors.

    Those of diagonals or of more tensors are not followed.
    """
    tensors = list(tensors_in(call))
    equation = _parse(call.args[0], [tensor.dim() for tensor in tensors])
    if equation is None:
        return
    with tracer:
        again = _written_out(tracer, tensors, equation)
    _stand_for(tracer, again, call.out)


def _stand_for(
    tracer: 'Tracer', again: torch.Tensor, out: torch.Tensor
) -> None:
    """Gives an output the ids of what it is, written out."""
    tracer.put(out, tracer.get(again))
    tracer.cross(out, tracer.crossing(again))


def _parse(text: object, dims: Sequence[int]) -> Optional[_Equation]:
    """Returns an equation without dots; None if it is of another kind."""
    if not isinstance(text, str) or not 1 <= len(dims) <= 2:
        return None
    given, arrow, out = text.replace(' ', '').partition('->')
    spare = [letter for letter in ascii_letters if letter not in text]
    terms, dots = [], ''
    for term, dim in zip(given.split(','), dims):
        count = dim - len(term.replace('...', ''))
        # They are aligned at their last.
        own = ''.join(spare[:count][::-1])
        dots = max(dots, own, key=len)
        terms.append(term.replace('...', own))
    counts = Counter(''.join(terms))
    if not arrow:
        once = sorted(x for x in counts if counts[x] == 1 and x not in dots)
        out = '...' + ''.join(once)
    out = out.replace('...', dots)
    if any(len(set(term)) < len(term) for term in terms):
        return None
    return _Equation(tuple(terms), out)


def _written_out(
    tracer: 'Tracer', tensors: list[torch.Tensor], equation: _Equation
) -> torch.Tensor:
    """Returns what an equation gives, by functions that are followed."""
    terms, out = equation
    if len(tensors) == 1:
        (term,) = terms
        made, rest = _permute(tensors[0], term, out), len(term) - len(out)
        return made.sum(tuple(range(-rest, 0))) if rest else made
    (left, one), (right, other) = zip(_of_one_size(tensors, terms), terms)
    left, one = _sum_alone(left, one, other + out)
    right, other = _sum_alone(right, other, one + out)
    if tracer.name(left) is not None:
        # A weight is taken to be the second.
        left, one, right, other = right, other, left, one
    made, order = _product(left, one, right, other, out)
    return _permute(made, order, out)


def _of_one_size(
    tensors: Sequence[torch.Tensor], terms: Sequence[str]
) -> list[torch.Tensor]:
    """Returns tensors with as many values for a letter; one may be for all."""
    sizes: dict[str, int] = {}
    for tensor, term in zip(tensors, terms):
        for letter, size in zip(term, tensor.shape):
            sizes[letter] = max(size, sizes.get(letter, 1))
    wanted = [torch.Size([sizes[x] for x in term]) for term in terms]
    return [
        tensor if tensor.shape == shape else tensor.expand(shape)
        for tensor, shape in zip(tensors, wanted)
    ]


def _product(
    left: torch.Tensor, one: str, right: torch.Tensor, other: str, out: str
) -> tuple[torch.Tensor, str]:
    """Returns what two tensors give, and the letters of its dimensions."""
    batch, summed = (
        ''.join(x for x in one if x in other and (x in out) is wanted)
        for wanted in (True, False)
    )
    rows, columns = (
        ''.join(x for x in term if x not in summed + batch)
        for term in (one, other)
    )
    left = _permute(left, one, batch + rows + summed)
    right = _permute(right, other, batch + summed + columns)
    ends = left.shape[len(batch) : len(batch + rows)]
    ends += right.shape[len(batch + summed) :]
    if summed:
        made = _multiply(left, right, len(batch), len(summed))
    else:
        for _ in columns:
            left = left.unsqueeze(-1)
        for _ in rows:
            right = right.unsqueeze(len(batch))
        made = left * right
    made = made.reshape(*made.shape[: len(batch)], *ends)
    return made, batch + rows + columns


def _multiply(
    left: torch.Tensor, right: torch.Tensor, batch: int, summed: int
) -> torch.Tensor:
    """Returns a product of matrices.

    Args:
        left (torch.Tensor): (*batch, *rows, *summed).
        right (torch.Tensor): (*batch, *summed, *columns).
        batch (int): How many dimensions both have.
        summed (int): How many dimensions are summed over.
    """
    left = _flatten(left, left.dim() - summed, left.dim())
    right = _flatten(right, batch, batch + summed)
    right = _flatten(right, batch + 1, right.dim())
    if batch:
        left = _flatten(left, batch, left.dim() - 1)
    return left @ right


def _flatten(tensor: torch.Tensor, start: int, stop: int) -> torch.Tensor:
    """Returns a tensor whose dimensions from one to another are one."""
    if start == stop:
        return tensor.unsqueeze(start)
    return tensor if stop - start == 1 else tensor.flatten(start, stop - 1)


def _sum_alone(
    tensor: torch.Tensor, term: str, others: str
) -> tuple[torch.Tensor, str]:
    """Sums over the dimensions of one tensor alone."""
    alone = [dim for dim, letter in enumerate(term) if letter not in others]
    kept = ''.join(letter for letter in term if letter in others)
    return (tensor.sum(alone) if alone else tensor), kept


def _permute(tensor: torch.Tensor, term: str, order: str) -> torch.Tensor:
    """Returns a tensor with its dimensions in another order.

    Those that the order has not come last.
    """
    rest = ''.join(letter for letter in term if letter not in order)
    dims = [term.index(letter) for letter in order + rest]
    return tensor if dims == sorted(dims) else tensor.permute(dims)
