"""Target classes of L_Task that are not the teacher's own predictions."""

import torch

from mmrazor_ssdkd.distributed import num_processes, shared_draw

__all__ = ['draw_labels']


def draw_labels(
    class_frequency: torch.Tensor, number: int, rare: bool
) -> torch.Tensor:
    """Draws target classes.

    Args:
        class_frequency (torch.Tensor): Shares of the buffer, (C,), which
            need not sum to 1.
        number (int): How many, N, in each process.
        rare (bool): Whether among the classes that the buffer lacks, those
            with less than the mean. Otherwise all are as likely.

    Returns:
        torch.Tensor: Classes, (N,).
    """
    chance = torch.full_like(class_frequency, 1 / len(class_frequency))
    if rare:
        # A little for all, so that a balanced buffer draws uniformly.
        lack = class_frequency.mean() - class_frequency
        chance = lack.clamp(min=0) + 1e-3 * chance
    # The processes' targets together are what one would draw for all.
    number = num_processes() * number
    return shared_draw(torch.multinomial(chance, number, replacement=True))
