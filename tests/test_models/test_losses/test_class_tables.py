"""Tests of values that rows of maps have each of their own."""

import torch

from mmrazor_ssdkd.models.losses import look_up, places


def test_one_table_for_all():
    """Labels of any shape."""
    table = torch.tensor([5.0, 6.0, 7.0])
    labels = torch.tensor([[2, 0], [1, 1]])
    assert look_up(table, labels).tolist() == [[7, 5], [6, 6]]
    assert places(labels, table) is labels


def test_a_table_for_each_label():
    """Of two labels and three classes."""
    table = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    labels = torch.tensor([[0, 1], [2, 0], [1, 2]])
    assert look_up(table, labels).tolist() == [[1, 4], [5, 2], [3, 6]]
    flat = table.flatten()[places(labels, table)]
    assert torch.equal(flat, look_up(table, labels))
