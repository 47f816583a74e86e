"""How much a network's own weights say that each of its channels matters."""

from collections import Counter
from collections.abc import Mapping

import torch

from .channel_trace import ChannelTrace

__all__ = ['score_channels']


def score_channels(
    trace: ChannelTrace, state: Mapping[str, torch.Tensor]
) -> dict[int, float]:
    r"""Sums the weights of a network's norms over each channel.

    .. math::
        s_c = \sum_l |\gamma_{l, c}|

    over the norms l that the channel goes through, as in *Learning Efficient
    Convolutional Networks through Network Slimming* (arXiv:1708.06519), a
    residual stream's over all its blocks. A channel without a norm counts by
    the mean size of the weights that make it and that read it.

    Args:
        trace (ChannelTrace): The network's channels.
        state (Mapping[str, torch.Tensor]): Its state dict.

    Returns:
        dict[int, float]: Scores by the channels' ids.
    """
    scores: Counter = Counter()
    for name in sorted(trace.norms):
        if (name, 0) in trace.slots:
            _add(scores, trace.slots[name, 0], state[name].abs())
    others: Counter = Counter()
    for (name, dim), ids in trace.slots.items():
        if name in trace.inputs and state[name].dim() > 1:
            weight = state[name].detach().abs()
            rest = [d for d in range(weight.dim()) if d != dim]
            _add(others, ids, weight.mean(dim=rest))
    return {**others, **scores}


def _add(scores: Counter, ids: torch.Tensor, values: torch.Tensor) -> None:
    """Adds a layer's values to the scores of its channels."""
    for channel, value in zip(ids.tolist(), values.tolist()):
        scores[channel] += value
