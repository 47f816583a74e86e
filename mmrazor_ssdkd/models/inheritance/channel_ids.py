"""Ids of channels, of which some turn out to be the same."""

import numpy as np
import torch

__all__ = ['NOBODY', 'ChannelIds']

# The id of what is no channel, such as a zero that fills up.
NOBODY = -1


class ChannelIds:
    """Hands out ids and merges them: a disjoint-set forest."""

    def __init__(self) -> None:
        self._parents = np.zeros(0, dtype=np.int64)
        self._alone = np.zeros(0, dtype=bool)

    def __len__(self) -> int:
        """Returns how many ids there are, merged ones included."""
        return len(self._parents)

    def fresh(self, count: int, alone: bool = False) -> torch.Tensor:
        """Returns new ids, (count,).

        Args:
            count (int): How many.
            alone (bool): Whether they stand for no features so far, as a
                parameter's or those of heads. Defaults to False.
        """
        first = len(self._parents)
        new = np.arange(first, first + count)
        self._parents = np.concatenate([self._parents, new])
        self._alone = np.concatenate([self._alone, np.full(count, alone)])
        return torch.from_numpy(new.copy())

    def unify(self, left: torch.Tensor, right: torch.Tensor) -> None:
        """Merges ids pair by pair; ``NOBODY`` merges with none.

        Args:
            left (torch.Tensor): Ids of any shape.
            right (torch.Tensor): Ids of the same shape.
        """
        if left is right:
            return
        left, right = _once(left, right)
        some = (left != NOBODY) & (right != NOBODY)
        count = len(self._parents)
        pairs = (left[some] * count + right[some]).unique()
        for one, other in (divmod(pair, count) for pair in pairs.tolist()):
            first, last = sorted((self._root(one), self._root(other)))
            self._parents[last] = first
            self._alone[first] &= self._alone[last]

    def find(self, ids: torch.Tensor) -> torch.Tensor:
        """Returns the id that each of some ids has been merged into."""
        # Most of a large tensor's are the same few.
        few, places = ids.unique(return_inverse=True)
        roots = [self._root(i) if i != NOBODY else i for i in few.tolist()]
        return torch.tensor(roots, dtype=torch.long)[places]

    def alone(self) -> set[int]:
        """Returns the ids that stand for no features."""
        merged = self._parents != np.arange(len(self._parents))
        return set(np.flatnonzero(self._alone & ~merged).tolist())

    def _root(self, index: int) -> int:
        """Returns where an id ends, and shortens the way there."""
        while self._parents[index] != index:
            above = self._parents[index]
            self._parents[index] = self._parents[above]
            index = int(above)
        return int(index)


def _once(
    left: torch.Tensor, right: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns both without what merely repeats in memory."""
    for dim in range(left.dim()):
        if left.stride(dim) == right.stride(dim) == 0:
            left, right = left.narrow(dim, 0, 1), right.narrow(dim, 0, 1)
    return left, right
