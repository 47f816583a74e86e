"""Tests of what copied weights are multiplied by."""

from inherited_networks import Dense, Grouped, Squeeze, Transposed, trace

from mmrazor_ssdkd.models.inheritance.rescaling import find_scale


def test_only_layers_without_a_norm_are_scaled_up():
    found = trace(Dense(2))
    one, two = (found.outputs[f'{name}.0.weight'] for name in ('one', 'two'))
    kept = dict.fromkeys(one.tolist(), 0.5) | dict.fromkeys(two.tolist(), 0.25)
    scale = find_scale('fc.weight', 2, found, kept)
    assert scale.tolist() == [[2.0, 2.0, 4.0, 4.0]]
    for name, dims in (('two.0.weight', 4), ('fc.bias', 1)):
        scale = find_scale(name, dims, found, kept)
        assert set(scale.view(-1).tolist()) == {1.0}


def test_a_grouped_layer_is_scaled_by_its_own_inputs():
    found = trace(Grouped(4, 2))
    found.bare.add('conv.0.weight')
    kept = dict(zip(found.inputs['conv.0.weight'].tolist(), [0.5, 0.5, 1, 1]))
    scale = find_scale('conv.0.weight', 4, found, kept)
    assert scale.view(-1).tolist() == [2.0, 2.0, 1.0, 1.0]


def test_a_depthwise_layer_sums_up_nothing():
    found = trace(Squeeze(4))
    found.bare.add('conv.0.weight')
    kept = dict.fromkeys(found.inputs['conv.0.weight'].tolist(), 0.5)
    assert find_scale('conv.0.weight', 4, found, kept) == 1


def test_a_transposed_layer_takes_its_inputs_first():
    found = trace(Transposed(2))
    found.bare.add('up.weight')
    kept = dict(zip(found.inputs['up.weight'].tolist(), [0.5, 0.25]))
    scale = find_scale('up.weight', 4, found, kept)
    assert scale.shape == (2, 1, 1, 1)
    assert scale.view(-1).tolist() == [2.0, 4.0]
