"""Gives what some processes saved to another number of them."""

from typing import Any

import torch

__all__ = ['deal']


def deal(
    states: list[dict[str, Any]], number: int, rank: int, max_size: int
) -> dict[str, Any]:
    """Deals the samples of all shards out anew, by turns.

    Args:
        states (list[dict]): The state of every shard, as the replay buffer's
            ``state_dict`` gives it.
        number (int): How many processes share them now.
        rank (int): Which of these this is.
        max_size (int): How many samples it can hold; where there are more,
            the oldest leave.

    Returns:
        dict: This process's state; without samples where there are fewer
        than processes.
    """
    filled = [state['samples'] for state in states if state['samples']]
    whole = dict(states[0], num_added=max(s['num_added'] for s in states))
    if not filled:
        return dict(whole, samples={})
    samples = {
        field: torch.cat([shard[field] for shard in filled])
        for field in filled[0]
    }
    # Stable, so that samples of one age stay in the order of their shards.
    if len(samples['order']) < number:
        return dict(whole, samples={})
    oldest_first = samples['order'].argsort(stable=True)
    hand = oldest_first[rank::number][-max_size:]
    return dict(whole, samples={k: v[hand] for k, v in samples.items()})
