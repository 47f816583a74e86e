"""The training set of a method that has none."""

from typing import Any, ClassVar

from torch.utils.data import Dataset

from mmrazor_ssdkd.registry import DATASETS
from mmrazor_ssdkd.validation import check_int


@DATASETS.register_module()
class LatentDataset(Dataset):
    """Counts the draws of an epoch, so that a stock train loop runs.

    mmengine's Runner wants a training loader. This one carries no image: its
    length is the data scale, how many samples the student draws from the
    replay buffer in one epoch, and the loader's batch size that of the
    student's step. Make the length a multiple of the batch size, or set the
    loader's ``drop_last``: a last batch of one is too small for a BatchNorm.

    Args:
        length (int): Draws per epoch, >= 1.

    Raises:
        TypeError: ``length`` is no integer.
        ValueError: ``length`` is out of range.

    Example:
        >>> train_dataloader = dict(
        ...     batch_size=256,
        ...     dataset=dict(type='mmrazor_ssdkd.LatentDataset', length=5120),
        ...     sampler=dict(type='DefaultSampler', shuffle=False))
    """

    # mmengine warns of a data set that has none.
    metainfo: ClassVar[dict[str, Any]] = {}

    def __init__(self, length: int) -> None:
        self.length = check_int('length', length)

    def __len__(self) -> int:
        """Returns the draws per epoch."""
        return self.length

    def __getitem__(self, index: int) -> dict[str, int]:
        """Returns the number of a draw."""
        if not 0 <= index < self.length:
            raise IndexError(f'`index` must be in 0 to {self.length - 1}')
        # A tensor for each draw would cost more than all else in the loader.
        return dict(inputs=index)
