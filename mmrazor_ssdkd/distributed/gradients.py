"""One step of optimizers whose gradients are those of all processes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, Optional

import torch
from mmengine.optim import OptimWrapper
from torch import nn

from .collectives import (
    average_tensors,
    num_processes,
    process_number,
    sum_over_processes,
)

__all__ = ['average_gradients', 'update']


def update(
    loss: torch.Tensor,
    *wrappers: OptimWrapper,
    own: Sequence[Optional[nn.Parameter]] = (),
    buffers: Iterable[torch.Tensor] = (),
) -> None:
    """Minimises the mean of the processes' losses.

    Gradients are averaged between the backward pass and the step, once for
    each step, also where a wrapper accumulates them. Running statistics
    travel in the same message.

    Args:
        loss (torch.Tensor): A scalar.
        *wrappers (OptimWrapper): Those that step; the first one scales the
            loss and says when.
        own (Sequence[nn.Parameter | None]): Parameters that are other ones in
            every process. Their gradients are of the mean loss, too.
            Defaults to ().
        buffers (Iterable[torch.Tensor]): Of what was trained; those of floats
            are replaced by their means. Defaults to ().
    """
    statistics = [b for b in buffers if b.is_floating_point()]
    first = wrappers[0]
    first.backward(first.scale_loss(loss))
    if not first.should_update():
        average_tensors(statistics)
        return
    owned = [parameter for parameter in own if parameter is not None]
    for wrapper in wrappers:
        beside = statistics if wrapper is first else ()
        average_gradients(wrapper, owned, beside=beside)
        with _clipped_together(wrapper, owned):
            wrapper.step()
        wrapper.zero_grad()


@torch.no_grad()
def average_gradients(
    wrapper: OptimWrapper,
    own: Sequence[nn.Parameter] = (),
    only_present: bool = False,
    beside: Iterable[torch.Tensor] = (),
) -> None:
    """Replaces the gradients of an optimizer by their means.

    What has a gradient in no process is left without, since an optimizer
    would let momentum and weight decay move it.

    Args:
        wrapper (OptimWrapper): The optimizer's.
        own (Sequence[nn.Parameter]): As for :func:`update`. Defaults to ().
        only_present (bool): Whether to leave alone what has no gradient, and
            the own ones: between two steps all processes have the same.
            Defaults to False.
        beside (Iterable[torch.Tensor]): Replaced by their means, too.
            Defaults to ().
    """
    if num_processes() == 1:
        return
    excepted = {id(parameter) for parameter in own}
    shared = [p for p in _parameters(wrapper) if id(p) not in excepted]
    trained = [p for p in shared if p.requires_grad and not only_present]
    absent = [n for n, p in enumerate(trained) if p.grad is None]
    for number in absent:
        # Others may have one; all must send the same.
        trained[number].grad = torch.zeros_like(trained[number])
    grads = (p.grad for p in shared if p.grad is not None)
    present = _presence(trained, absent)
    average_tensors([*grads, *present, *beside])
    # Reading it waits for the device.
    found = present[0].tolist() if absent else []
    for number in absent:
        if not found[number]:
            trained[number].grad = None
    for parameter in () if only_present else own:
        if parameter.grad is not None:
            parameter.grad /= num_processes()


def _presence(
    parameters: list[nn.Parameter], absent: list[int]
) -> list[torch.Tensor]:
    """Returns which have a gradient here, in a tensor of their kind."""
    if not parameters:
        return []
    present = parameters[0].new_ones(len(parameters))
    for number in absent:
        present[number] = 0
    return [present]


@contextmanager
def _clipped_together(
    wrapper: OptimWrapper, own: Sequence[nn.Parameter]
) -> Iterator[None]:
    """Clips by the norm of all processes' gradients inside."""
    clip = getattr(wrapper, 'clip_func', None)
    together = num_processes() > 1 and own
    if not together or clip is not nn.utils.clip_grad_norm_:
        yield
        return
    wrapper.clip_func = _norm_clipping(own)
    try:
        yield
    finally:
        wrapper.clip_func = clip


def _norm_clipping(own: Sequence[nn.Parameter]) -> Callable[..., Any]:
    """Returns `clip_grad_norm_` with the norm of all own parameters."""
    excepted = {id(parameter) for parameter in own}

    def clip(
        params: list[nn.Parameter],
        max_norm: float,
        norm_type: float = 2.0,
        error_if_nonfinite: bool = False,
        foreach: Optional[bool] = None,
    ) -> torch.Tensor:
        """Scales all gradients by the same factor."""
        grads = [(id(p) in excepted, p.grad) for p in params]
        shared = [g for mine, g in grads if g is not None and not mine]
        owned = [g for mine, g in grads if g is not None and mine]
        device = params[0].device
        norms = [
            nn.utils.get_total_norm(part, norm_type, foreach=foreach)
            for part in (shared, owned)
        ]
        # Of every process, since not all norms add up.
        each = torch.zeros(num_processes(), device=device)
        each[process_number()] = norms[1]
        total = nn.utils.get_total_norm(
            [norms[0].to(device), sum_over_processes(each)],
            norm_type,
            error_if_nonfinite,
        )
        nn.utils.clip_grads_with_norm_(params, max_norm, total, foreach)
        return total

    return clip


def _parameters(wrapper: OptimWrapper) -> list[nn.Parameter]:
    """Returns what a wrapper optimises, in the optimizer's order."""
    groups = wrapper.optimizer.param_groups
    return list(chain(*(group['params'] for group in groups)))
