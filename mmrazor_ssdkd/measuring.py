"""What a network costs: weights, arithmetic, disk and time."""

import io
from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter
from typing import NamedTuple

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from .models.forward import frozen

__all__ = ['Cost', 'cost_table', 'count_macs', 'latency', 'measure']

# A small machine's neighbours disturb single runs.
_REPEATS = (5, 50)
_SECONDS = 2.0


class Cost(NamedTuple):
    """What a network costs.

    ``macs`` and ``seconds`` are of one batch; a forward pass' multiplications
    with an addition each, of convolutions, linear layers and attention.
    """

    parameters: int
    macs: int
    nbytes: int
    seconds: float


def measure(model: nn.Module, images: torch.Tensor) -> Cost:
    """Measures a network where it is.

    Args:
        model (nn.Module): Takes the images, in eval mode while it is measured;
            it comes out as it was.
        images (torch.Tensor): A batch.

    Returns:
        Cost: ``nbytes`` are those of a file of its weights.
    """
    weights = io.BytesIO()
    torch.save(model.state_dict(), weights)
    with frozen(model), torch.inference_mode():
        seconds = latency(lambda: model(images))
    return Cost(
        parameters=sum(p.numel() for p in model.parameters()),
        macs=count_macs(model, images),
        nbytes=len(weights.getvalue()),
        seconds=seconds,
    )


def count_macs(model: nn.Module, images: torch.Tensor) -> int:
    """Counts the multiplications of a forward pass.

    Args:
        model (nn.Module): Takes the images, in eval mode while it is counted.
        images (torch.Tensor): A batch.

    Returns:
        int: Of convolutions, matrix products and attention.
    """
    counter = FlopCounterMode(display=False)
    fast_path = torch.backends.mha.get_fastpath_enabled()
    # Of fused attention torch counts some kinds, and on a CPU none.
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        unfused = sdpa_kernel(SDPBackend.MATH)
        with frozen(model), torch.no_grad(), unfused, counter:
            model(images)
    finally:
        torch.backends.mha.set_fastpath_enabled(fast_path)
    return counter.get_total_flops() // 2


def latency(run: Callable[[], object]) -> float:
    """Times something that waits for its result, as all on a CPU does.

    Args:
        run (Callable): What is timed.

    Returns:
        float: The median in seconds, of 5 to 50 runs after a first one.
    """
    least, most = _REPEATS
    run()
    times: list[float] = []
    while len(times) < most and (len(times) < least or sum(times) < _SECONDS):
        start = perf_counter()
        run()
        times.append(perf_counter() - start)
    return median(times)


def cost_table(costs: Mapping[str, Cost]) -> str:
    """Returns costs as a table in plain text.

    Args:
        costs (Mapping[str, Cost]): By the network's name.

    Returns:
        str: A line for each, under a line of what the columns are.
    """
    width = max(map(len, costs))
    lines = [
        f'{"":{width}}  parameters         MACs    file size     latency',
        *(
            f'{name:{width}}  {cost.parameters / 1e6:8.3f} M '
            f'{cost.macs / 1e6:10.2f} M {cost.nbytes / 1e6:9.2f} MB '
            f'{1000 * cost.seconds:8.2f} ms'
            for name, cost in costs.items()
        ),
    ]
    return '\n'.join(lines)
