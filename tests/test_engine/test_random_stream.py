"""Tests of a random stream of one's own."""

import pytest
import torch

from mmrazor_ssdkd.engine import RandomStream

CPU = torch.device('cpu')


def draw(stream: RandomStream) -> torch.Tensor:
    """Draws four numbers from a stream."""
    with stream(CPU):
        return torch.rand(4)


def make(seed: int = 7) -> RandomStream:
    """Returns a stream that has started from a seed."""
    stream = RandomStream()
    torch.manual_seed(seed)
    with stream(CPU):
        pass
    return stream


def test_stream_is_not_moved_from_outside():
    """Draws and seeds between two uses do not change what is drawn."""
    undisturbed, disturbed = make(), make()
    expected = [draw(undisturbed) for _ in range(3)]
    drawn = []
    for _ in range(3):
        torch.rand(5)
        drawn.append(draw(disturbed))
        torch.manual_seed(1)
    assert all(torch.equal(a, b) for a, b in zip(expected, drawn))


def test_stream_moves_nothing_outside():
    """Draws inside do not change what is drawn outside."""
    stream = make()
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    draw(stream)
    assert torch.equal(torch.rand(4), expected)


def test_stream_goes_on():
    """Two uses draw what one longer use draws."""
    parts, whole = make(), make()
    two = torch.cat([draw(parts), draw(parts)])
    with whole(CPU):
        one = torch.cat([torch.rand(4), torch.rand(4)])
    assert torch.equal(two, one)
    assert not torch.equal(two[:4], two[4:])


def test_stream_starts_from_the_state_it_finds():
    """The first use draws what the seed says, so that seeds still count."""
    torch.manual_seed(5)
    expected = torch.rand(4)
    torch.manual_seed(5)
    assert torch.equal(draw(RandomStream()), expected)


def test_streams_of_one_seed_are_equal():
    """Of two seeds they are not."""
    assert torch.equal(draw(make(1)), draw(make(1)))
    assert not torch.equal(draw(make(1)), draw(make(2)))


def test_state_round_trip():
    """A stream that takes over a state draws what its source draws."""
    source = make()
    draw(source)
    state = source.state_dict()
    expected = [draw(source), draw(source)]
    loaded = make(seed=99)
    draw(loaded)
    loaded.load_state_dict(state)
    assert torch.equal(draw(loaded), expected[0])
    assert torch.equal(draw(loaded), expected[1])
    # The state is a place, and does not move with its source.
    loaded.load_state_dict(state)
    assert torch.equal(draw(loaded), expected[0])


def test_state_survives_a_checkpoint(tmp_path):
    """A saved state loads safely and goes on alike."""
    source = make()
    torch.save(source.state_dict(), tmp_path / 'state.pth')
    loaded = RandomStream()
    loaded.load_state_dict(
        torch.load(tmp_path / 'state.pth', weights_only=True)
    )
    assert torch.equal(draw(loaded), draw(source))


def test_state_before_the_first_use():
    """It is empty, and loading it starts anew."""
    assert RandomStream().state_dict() == {}
    stream = make()
    draw(stream)
    stream.load_state_dict({})
    torch.manual_seed(5)
    expected = torch.rand(4)
    torch.manual_seed(5)
    assert torch.equal(draw(stream), expected)


@pytest.mark.parametrize(
    'state',
    [
        'x',
        dict(tpu=torch.get_rng_state()),
        dict(cpu='x'),
        dict(cpu=torch.zeros(3)),
        dict(cpu=torch.zeros(3, dtype=torch.uint8)),
        dict(cpu=torch.zeros(5056, dtype=torch.uint8)),
        dict(cpu=torch.get_rng_state(), cuda=3),
    ],
)
def test_state_of_no_generator(state):
    """It raises, and the stream stays where it was."""
    stream, expected = make(), draw(make())
    before = torch.get_rng_state()
    with pytest.raises(ValueError, match='`random_stream` must be'):
        stream.load_state_dict(state)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(draw(stream), expected)


def test_exception_inside():
    """The outside state comes back, and the stream goes on behind it."""
    failing, whole = make(), make()
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    with pytest.raises(KeyError), failing(CPU):
        torch.rand(4)
        raise KeyError
    assert torch.equal(torch.rand(4), expected)
    draw(whole)
    assert torch.equal(draw(failing), draw(whole))


@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')
def test_stream_on_a_gpu():
    """The GPU's own generator is separated and saved likewise."""
    gpu = torch.device('cuda', torch.cuda.current_device())

    def draw_there(stream: RandomStream) -> torch.Tensor:
        with stream(gpu):
            return torch.rand(4, device=gpu)

    torch.manual_seed(7)
    source = RandomStream()
    draw_there(source)
    state = source.state_dict()
    assert set(state) == {'cpu', 'cuda'}
    torch.rand(3, device=gpu)
    expected = draw_there(source)
    loaded = RandomStream()
    # As a checkpoint that was mapped to the GPU has them.
    loaded.load_state_dict({k: v.to(gpu) for k, v in state.items()})
    assert torch.equal(draw_there(loaded), expected)
