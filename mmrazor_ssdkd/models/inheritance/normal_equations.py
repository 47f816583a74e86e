"""Least squares over rows that are spread over the processes.

Each has rows of its own, and as many as the others. Only means and products
travel, two messages a layer, so that all solve the same system and have the
same weights, bit for bit.
"""

from typing import Optional

import torch

from mmrazor_ssdkd.distributed import (
    average_tensors,
    num_processes,
    sum_tensors,
)

__all__ = ['fit_rows']

# Towards the old weights, of the mean square of the inputs: at least, and
# where there are fewer rows than inputs.
_RIDGE, _SCARCE = 1e-2, 0.1


def fit_rows(
    old: torch.Tensor,
    x: torch.Tensor,
    y: torch.Tensor,
    groups: int = 1,
    shares: Optional[torch.Tensor] = None,
    centred: bool = True,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Fits a linear map and its bias to the rows of all processes.

    Args:
        old (torch.Tensor): The weights that it starts from, (out, ...).
        x (torch.Tensor): This process's inputs, (rows, groups * in).
        y (torch.Tensor): Its outputs, (rows, out).
        groups (int): How many. Defaults to 1.
        shares (torch.Tensor, optional): How much each row counts, (rows,),
            on a scale of all processes. Defaults to None: all the same.
        centred (bool): Whether there is a bias, or a norm that needs none.
            Without, the weights have to make the means, too. Defaults to True.

    Returns:
        tuple: The weights, of the shape of the old, and the bias, (out,).
    """
    x_mean, y_mean, factors = _means(x, y, shares)
    if not centred:
        x_mean, y_mean = x_mean.zero_(), y_mean.zero_()
    x, y = x - x_mean, y - y_mean
    if factors is not None:
        x, y = x.mul_(factors), y.mul_(factors)
    weight = _solve(old, x, y, groups)
    rows = weight.view(groups, len(weight) // groups, -1)
    product = rows @ x_mean.view(groups, -1, 1)
    return weight, y_mean - product.reshape(-1)


def _means(
    x: torch.Tensor, y: torch.Tensor, shares: Optional[torch.Tensor]
) -> tuple[torch.Tensor, torch.Tensor, Optional[torch.Tensor]]:
    """Returns the mean rows of all processes, and by what to multiply rows.

    So that their squares count as the shares say; None where all do alike.
    """
    if shares is None:
        x_mean, y_mean = x.mean(dim=0), y.mean(dim=0)
        average_tensors([x_mean, y_mean])
        return x_mean, y_mean, None
    x_sum, y_sum = shares @ x, shares @ y
    total, share = shares.sum(), shares.mean()
    average_tensors([x_sum, y_sum, total, share])
    factors = (shares / share).sqrt().unsqueeze(1)
    return x_sum / total, y_sum / total, factors


def _solve(
    weight: torch.Tensor, x: torch.Tensor, y: torch.Tensor, groups: int
) -> torch.Tensor:
    """Returns the weights of the least squares, of the shape of the old.

    Args:
        weight (torch.Tensor): The old ones.
        x (torch.Tensor): This process's inputs, of mean 0 over all
            processes, (rows, groups * in).
        y (torch.Tensor): Likewise, outputs, (rows, out).
        groups (int): How many.
    """
    x = x.view(len(x), groups, -1).transpose(0, 1)
    y = y.view(len(y), groups, -1).transpose(0, 1)
    old = weight.float().reshape(groups, y.shape[2], -1).transpose(1, 2)
    gram = x.transpose(1, 2) @ x
    error = x.transpose(1, 2) @ (y - x @ old)
    sum_tensors([gram, error])
    rows, size = x.shape[1:]
    share = max(_RIDGE, _SCARCE * size / (rows * num_processes()))
    # At least a little, where an input never changes.
    ridge = share * gram.diagonal(dim1=1, dim2=2).mean(dim=1) + 1e-6
    gram.diagonal(dim1=1, dim2=2).add_(ridge.view(-1, 1))
    step = torch.linalg.solve(gram, error)
    return (old + step).transpose(1, 2).reshape(weight.shape)
