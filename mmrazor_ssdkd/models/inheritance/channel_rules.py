"""What each of PyTorch's functions does to the channels that go through it."""

from typing import TYPE_CHECKING

from .attention_rules import PRODUCTS, attend, attend_with_weights, multiply
from .channel_calls import NORMS, WEIGHTED, Call, tensors_in, tensors_of
from .layer_rules import pass_layer, pass_norm, pass_slopes
from .move_rules import JOINS, MOVES, look_up, move, pad, write
from .point_rules import REDUCTIONS, gate, inherit_name, point_by_point, reduce
from .shorthand_rules import SUMS, add_product, contract
from .table_rules import adopt_beside, adopt_read, carry
from .weight_views import keep_name

if TYPE_CHECKING:
    from .channel_tracer import Tracer

__all__ = ['follow']

_RULES = {
    **dict.fromkeys(WEIGHTED, pass_layer),
    **dict.fromkeys(NORMS, pass_norm),
    **dict.fromkeys(MOVES, move),
    **dict.fromkeys(PRODUCTS, multiply),
    **dict.fromkeys(SUMS, add_product),
    'scaled_dot_product_attention': attend,
    'multi_head_attention_forward': attend_with_weights,
    'einsum': contract,
    'glu': gate,
    'pad': pad,
    'prelu': pass_slopes,
}
# Of their tensor they take no more than its shape.
_FILLS = (
    *(f'new_{kind}' for kind in ('zeros', 'ones', 'empty', 'full')),
    *(f'{kind}_like' for kind in ('zeros', 'ones', 'empty', 'full')),
    *(f'{kind}_like' for kind in ('rand', 'randn')),
)


def follow(tracer: 'Tracer', call: Call) -> None:
    """Gives what came out of a call its ids.

    Args:
        tracer (Tracer): Knows the ids of the arguments.
        call (Call): The call.
    """
    if call.name == '__setitem__':
        write(tracer, call)
        return
    if call.name in _FILLS:
        return
    if call.name in MOVES:
        keep_name(tracer, call)
        look_up(tracer, call)
    layer = call.name in (*WEIGHTED, *NORMS, 'prelu')
    for tensor in () if layer else tensors_in(call):
        tracer.adopt(tensor)
    if call.name in (*WEIGHTED, *NORMS):
        adopt_read(tracer, call)
    elif call.name in JOINS:
        adopt_beside(tracer, call)
    known = any(tracer.get(tensor) is not None for tensor in tensors_in(call))
    if call.name in WEIGHTED or (known and call.name in _RULES):
        _RULES[call.name](tracer, call)
    elif known and call.name in REDUCTIONS and call.out is not call.args[0]:
        reduce(tracer, call)
    elif call.name not in _RULES:
        for out in tensors_of(call.out):
            inherit_name(tracer, call, out)
            point_by_point(tracer, call, out)
    if call.name in MOVES or not (known or call.name in _RULES):
        carry(tracer, call)
