"""What the replay buffer looks like after a run."""

from mmrazor_ssdkd.replay import (
    PrioritizedReplayBuffer,
    importance_weight,
    sampling_probability,
)

__all__ = ['buffer_figures']


def buffer_figures(buffer: PrioritizedReplayBuffer) -> dict[str, float]:
    r"""Measures how even a buffer's classes are, and its next draw.

    The effective size of values :math:`v` is :math:`(\sum v)^2 / \sum v^2`:
    their number where all are equal, 1 where one outweighs the rest.

    Args:
        buffer (PrioritizedReplayBuffer): With samples.

    Returns:
        dict: All in [0, 1]. ``class_balance`` and
        ``confidence`` as they are logged; ``rarest_class``, the smallest
        class's share over an even one; ``draw_size``, the effective size of
        the draw's probabilities, over the samples stored; ``weight_size``,
        that of the importance weights of what is drawn, over the draws.
    """
    frequency = buffer.class_frequency
    priority = buffer.stored('priority')['priority'].double()
    probability = sampling_probability(priority, buffer.alpha, buffer.eps)
    weight = importance_weight(probability, buffer.beta)
    mean = (probability * weight).sum()
    figures = dict(
        class_balance=buffer.class_balance,
        confidence=buffer.confidence,
        rarest_class=frequency.min() * len(frequency),
        draw_size=1 / (len(probability) * probability.square().sum()),
        weight_size=mean**2 / (probability * weight.square()).sum(),
    )
    return {name: round(float(value), 6) for name, value in figures.items()}
