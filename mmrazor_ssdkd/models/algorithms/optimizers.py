"""Which optimizer is whose, and which step together."""

from collections.abc import Iterable
from typing import Optional, Union

import torch
from mmengine.optim import OptimWrapper, OptimWrapperDict
from torch import nn

from mmrazor_ssdkd.distributed import update

Wrappers = tuple[OptimWrapper, OptimWrapper, Optional[OptimWrapper]]


def pick_wrappers(
    optim_wrapper: Union[OptimWrapper, OptimWrapperDict],
    distiller: Optional[nn.Module],
) -> Wrappers:
    """Finds the optimizer wrappers of a train step.

    Args:
        optim_wrapper (OptimWrapperDict): The runner's.
        distiller (nn.Module, optional): The distiller, whose connectors need
            one if they have weights.

    Returns:
        tuple: The generator's, the student's and, or None, the connectors'.

    Raises:
        ValueError: One is missing, one scales the loss that student and
            connectors share, or the connectors' accumulates by itself.
    """
    names = ['generator', 'architecture']
    if distiller is not None and any(
        p.requires_grad for p in distiller.parameters()
    ):
        names.append('distiller')
    several = isinstance(optim_wrapper, OptimWrapperDict)
    given = sorted(optim_wrapper.keys()) if several else []
    if not {*names} <= {*given}:
        raise ValueError(
            f'`optim_wrapper` must have the keys {names}, one for each part '
            'that learns, and the constructor '
            "'mmrazor.SeparateOptimWrapperConstructor', but got "
            f'{given or type(optim_wrapper).__name__}'
        )
    generator, student = (optim_wrapper[name] for name in names[:2])
    if 'distiller' not in names:
        return generator, student, None
    connectors = optim_wrapper['distiller']
    for name, wrapper in (
        ('architecture', student),
        ('distiller', connectors),
    ):
        if hasattr(wrapper, 'loss_scaler'):
            raise ValueError(
                f'`optim_wrapper.{name}` must not scale a loss that student '
                'and connectors share (use Bf16OptimWrapper), but got '
                f'{type(wrapper).__name__}'
            )
    if connectors._accumulative_counts != 1:
        raise ValueError(
            '`optim_wrapper.distiller.accumulative_counts` must be 1, since '
            'connectors step with the student, but got '
            f'{connectors._accumulative_counts}'
        )
    return generator, student, connectors


def update_together(
    loss: torch.Tensor,
    student: OptimWrapper,
    connectors: Optional[OptimWrapper],
    buffers: Iterable[torch.Tensor] = (),
) -> None:
    """Steps the student, and the connectors whenever it steps.

    Args:
        loss (torch.Tensor): What both learn from, a scalar.
        student (OptimWrapper): The student's, which may accumulate gradients.
        connectors (OptimWrapper, optional): The connectors'.
        buffers (Iterable[torch.Tensor]): The student's, see :func:`update`.
            Defaults to ().
    """
    others = () if connectors is None else (connectors,)
    update(loss, student, *others, buffers=buffers)
