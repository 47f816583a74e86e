"""Values by class, which each of several labels may have of its own."""

import torch

__all__ = ['look_up', 'places']


def places(labels: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
    """Returns where in a flattened table the values of classes are.

    Args:
        labels (torch.Tensor): Classes, of any shape where the table is of all
            alike, otherwise (N, L).
        table (torch.Tensor): A value for each class, (C,), or for each class
            of each label, (C, L).

    Returns:
        torch.Tensor: Indices, of the shape of ``labels``.
    """
    if table.dim() == 1:
        return labels
    number = table.shape[1]
    return labels * number + torch.arange(number, device=labels.device)


def look_up(table: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Returns the values of classes.

    Args:
        table (torch.Tensor): As for :func:`places`.
        labels (torch.Tensor): Likewise.

    Returns:
        torch.Tensor: Of the shape of ``labels``.
    """
    return table.flatten()[places(labels, table)]
