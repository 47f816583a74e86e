"""Tests of what is copied."""

import pytest
import torch
from inherited_networks import (
    Flattened,
    Grouped,
    Network,
    Residual,
    Transposed,
    inherit,
    lose,
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


class Extra(Network):
    """Parameters whose channels lie along their last dimension."""

    def __init__(self, width, kind):
        super().__init__()
        self.stem, self.kind = nn.Conv2d(3, width, 4, 4), kind
        self.attention = nn.MultiheadAttention(
            width, 2, batch_first=True, add_bias_kv=True
        )
        self.size = nn.Parameter(torch.rand(1, 1, width))
        self.fc = nn.Linear(width, 3)

    def run(self, x):
        x = self.stem(x).flatten(2).transpose(1, 2)
        if self.kind == 'attention':
            x = self.attention(x, x, x, need_weights=False)[0]
        else:
            x = torch.einsum(
                f'ntc,xyc,->{self.kind}', x, self.size, torch.ones(())
            )
        return self.fc(x if x.dim() == 2 else x.mean(1))


@pytest.mark.parametrize('kind', ['attention', 'ntc', 'nc'])
def test_channels_along_the_last_of_three_dimensions(kind):
    student, teacher = Extra(4, kind), randomize(Extra(4, kind))
    inherit(student, teacher)
    for name, value in teacher.state_dict().items():
        # The attention does not run beside the einsum.
        if kind == 'attention' or not name.startswith('attention'):
            assert student.state_dict()[name].equal(value)


def test_a_key_beside_the_images_has_the_channels_of_theirs():
    student, teacher = Extra(4, 'attention'), randomize(Extra(8, 'attention'))
    init = inherit(student, teacher)
    copies = {copy.name: copy for copy in init.copies}
    _, key, value = copies['attention.in_proj_weight'].index[0].view(3, 4)
    for name, rows in (('bias_k', key - 8), ('bias_v', value - 16)):
        index = copies[f'attention.{name}'].index[2].view(-1)
        assert index.tolist() == rows.tolist()


def test_a_parameter_that_no_channels_meet_has_none_to_choose():
    student, teacher = Extra(4, 'nc'), randomize(Extra(8, 'nc'))
    before = student.size.detach().clone()
    inherit(student, teacher)
    assert student.size.equal(before)


def test_a_grouped_layer_of_equal_size_after_lost_channels():
    class Lost(Network):
        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(3, 4, 1)
            self.conv = nn.Conv2d(4, 4, 1, groups=2)

        def run(self, x):
            x = lose(self.stem(x))
            return self.conv(x[:, :, None, None]).flatten(1)

    student, teacher = Lost(), randomize(Lost())
    inherit(student, teacher)
    assert student.conv.weight.equal(teacher.conv.weight)
