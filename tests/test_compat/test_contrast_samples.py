"""Tests of MMRazor's dataset of contrasts."""

import pytest
from mmengine.dataset import BaseDataset
from mmrazor.datasets import CRDDataset


class Labels(BaseDataset):
    """Samples that are their labels.

    Args:
        labels (list[int]): One a sample.
    """

    def __init__(self, labels: list[int]) -> None:
        self.labels = labels
        super().__init__(pipeline=[])

    def load_data_list(self) -> list[dict]:
        """Returns the samples."""
        return [dict(gt_label=label) for label in self.labels]

    def get_gt_labels(self) -> list[int]:
        """Returns what CRDDataset asks for."""
        return self.labels


@pytest.mark.parametrize('percent', [1.0, 0.5])
@pytest.mark.parametrize('labels', [[0, 1, 2, 0, 1, 2], [0, 0, 0, 1, 2, 2, 2]])
def test_contrasts_are_of_other_classes(labels, percent):
    """Also where the classes are of unequal size."""
    dataset = CRDDataset(Labels(labels), neg_num=3, percent=percent)
    for index, label in enumerate(labels):
        first, *others = dataset[index]['contrast_sample_idxs']
        assert first == index
        assert len(others) == 3
        assert label not in {labels[other] for other in others}


def test_other_errors_stay():
    """What else is wrong is not passed over."""
    with pytest.raises(IndexError):
        CRDDataset(Labels([0, 5]), neg_num=1, percent=1, num_classes=2)
