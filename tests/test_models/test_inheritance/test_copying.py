"""Tests of what is copied."""

import pytest
import torch
from inherited_networks import (
    Flattened,
    Grouped,
    Residual,
    Transposed,
    inherit,
    prefer,
    randomize,
)
from torch import nn

from mmrazor_ssdkd.models.inheritance.copying import Copy


def test_a_copy_writes_what_has_a_counterpart():
    target, source = torch.zeros(3, 2), torch.arange(6.0).view(2, 3)
    copy = Copy(
        'to',
        'from',
        (torch.tensor([[1], [0], [0]]), torch.tensor([[2, 0]])),
        torch.tensor([[True, True], [True, False], [False, False]]),
        torch.tensor(2.0),
    )
    copy.write(target, {'from': source})
    assert target.tolist() == [[10.0, 6.0], [4.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize('dtype', [torch.float16, torch.float64])
def test_weights_of_another_precision(dtype):
    target, source = torch.zeros(2, dtype=dtype), torch.tensor([0.5, 3.0])
    index, mask = (torch.tensor([1, 0]),), torch.ones(2).bool()
    Copy('', '', index, mask, torch.ones(2)).write(target, {'': source})
    assert target.dtype == dtype
    assert target.tolist() == [3.0, 0.5]


def test_width_and_depth_together():
    student, teacher = Residual(2, 2, 3), randomize(Residual(4, 3, 6))
    prefer(teacher.stem[0], [1, 3])
    for block in teacher.blocks:
        prefer(block[0][0], [0, 2, 5])
        prefer(block[1][0], [1, 3])
    inherit(student, teacher)
    stream, inner = [1, 3], [0, 2, 5]
    assert student.stem[0].weight.equal(teacher.stem[0].weight[stream])
    for ours, theirs in ((0, 0), (1, 2)):
        conv, norm = student.blocks[ours][1][:2]
        other, other_norm = teacher.blocks[theirs][1][:2]
        assert conv.weight.equal(other.weight[stream][:, inner])
        assert norm.running_mean.equal(other_norm.running_mean[stream])
        assert norm.running_var.equal(other_norm.running_var[stream])
    # No norm follows, and half of its inputs stand for all.
    assert student.fc.weight.equal(2 * teacher.fc.weight[:, stream])
    assert student.fc.bias.equal(teacher.fc.bias)


@pytest.mark.parametrize(('width', 'groups'), [(4, 2), (8, 2), (8, 4)])
@pytest.mark.parametrize('kind', [Grouped, Transposed])
def test_grouped_weights_stay_in_their_groups(kind, width, groups):
    """As if both convolutions were written out with all their zeros."""

    def written_out(conv):
        rows = conv.weight.shape[0] // conv.groups
        return torch.block_diag(*conv.weight.detach()[:, :, 0, 0].split(rows))

    student, teacher = kind(width, groups), randomize(kind(8, 4))
    init = inherit(student, teacher)
    name = 'conv.0.weight' if kind is Grouped else 'up.weight'
    conv, other = (
        model.conv[0] if kind is Grouped else model.up
        for model in (student, teacher)
    )
    copies = {copy.name: copy for copy in init.copies}
    rows = copies[name].index[0].view(-1)
    across = 'stem.0.weight' if kind is Grouped else 'up.bias'
    columns = copies[across].index[0].view(-1)
    ours, theirs = written_out(conv), written_out(other)[rows][:, columns]
    mask = torch.block_diag(
        *copies[name].mask[:, :, 0, 0].float().split(width // groups)
    ).bool()
    assert mask.sum() >= width
    assert ours[mask].equal(theirs[mask])


def test_a_flattened_map_is_copied_place_by_place():
    student, teacher = Flattened(2), randomize(Flattened(4))
    prefer(teacher.stem[0], [1, 2])
    inherit(student, teacher)
    assert student.fc.weight.equal(2 * teacher.fc.weight[:, 4:12])


def test_another_kernel_size_is_not_copied():
    student, teacher = Residual(), randomize(Residual())
    student.stem[0] = nn.Conv2d(3, 4, 5, padding=2, bias=False)
    before = student.stem[0].weight.clone()
    inherit(student, teacher)
    assert student.stem[0].weight.equal(before)
    assert student.stem[1].weight.equal(teacher.stem[1].weight)
