"""Tests of the replay buffer."""

import math
from typing import Any, Optional

import pytest
import torch
from torch.testing import assert_close

from mmrazor_ssdkd.models import ModulatedTaskLoss
from mmrazor_ssdkd.replay import (
    PrioritizedReplayBuffer,
    importance_weight,
    sampling_probability,
)

NUM_CLASSES = 3
RULES = ('oldest', 'priority', 'phi')
SHAPES = [(), (2, 3)]


def make_images(*tags: int) -> torch.Tensor:
    """Returns 1x2x2 images whose pixels all have the image's tag."""
    return (
        torch.tensor(tags, dtype=torch.uint8)
        .view(-1, 1, 1, 1)
        .expand(-1, 1, 2, 2)
    )


def make_logits(*labels: int, scale: float = 5.0) -> torch.Tensor:
    """Returns logits (N, C) that clearly prefer the given classes."""
    return scale * torch.eye(NUM_CLASSES)[list(labels)]


def tags(buffer: PrioritizedReplayBuffer) -> list[int]:
    """Returns the tags of what is stored, in order."""
    images = buffer.state_dict()['samples']['images']
    return sorted(images[:, 0, 0, 0].tolist())


def stored(buffer: PrioritizedReplayBuffer, field: str) -> torch.Tensor:
    """Returns a field of what is stored."""
    return buffer.state_dict()['samples'][field]


def fill(
    buffer: PrioritizedReplayBuffer,
    delta: list[float],
    start: int = 0,
    phi: Optional[Any] = None,
) -> PrioritizedReplayBuffer:
    """Puts samples of given priorities in, tagged from `start` on."""
    num = len(delta)
    labels = [i % NUM_CLASSES for i in range(num)]
    buffer.extend(
        make_images(*range(start, start + num)),
        make_logits(*labels),
        torch.tensor(delta),
        phi=phi,
    )
    return buffer


def counts(buffer: PrioritizedReplayBuffer, draws: int = 4000) -> torch.Tensor:
    """Returns how often each stored sample is drawn."""
    index = buffer.sample(draws)['index']
    return torch.bincount(index, minlength=len(buffer))


def test_sample_returns_what_was_put_in():
    """Every field of a drawn sample is that of its place."""
    buffer = PrioritizedReplayBuffer(max_size=8)
    preds_T = torch.randn(4, NUM_CLASSES)
    buffer.extend(make_images(10, 11, 12, 13), preds_T, torch.ones(4))
    batch = buffer.sample(32)
    index = batch['index']
    assert len(index.unique()) == 4
    probability = preds_T.softmax(dim=1)[index]
    assert torch.equal(batch['images'][:, 0, 1, 1].long(), 10 + index)
    assert torch.equal(batch['preds_T'], preds_T[index])
    assert torch.equal(batch['labels'], probability.argmax(dim=1))
    assert_close(batch['confidence'], probability.max(dim=1).values)
    assert batch['images'].dtype == torch.uint8
    assert batch['labels'].dtype == torch.long


def test_sample_of_a_segmentor():
    """Logits of shape (N, C, H, W) have a class for each pixel."""
    buffer = PrioritizedReplayBuffer(max_size=8)
    preds_T = torch.randn(4, NUM_CLASSES, 2, 3)
    buffer.extend(make_images(0, 1, 2, 3), preds_T, torch.ones(4))
    batch = buffer.sample(5)
    assert batch['preds_T'].shape == (5, NUM_CLASSES, 2, 3)
    expected = preds_T.argmax(dim=1)[batch['index']]
    assert torch.equal(batch['labels'], expected)
    assert batch['confidence'].shape == (5, 2, 3)
    assert batch['weight'].shape == (5,)


def test_alpha_0_draws_uniformly():
    """Without alpha far apart priorities count alike."""
    buffer = PrioritizedReplayBuffer(max_size=4, alpha=0.0)
    fill(buffer, [0.0, 1.0, 10.0, 1000.0])
    # A standard deviation is 27 draws.
    assert_close(
        counts(buffer).float(), torch.full((4,), 1000.0), atol=150, rtol=0
    )


def test_draws_follow_the_probabilities():
    """With alpha = 1 a sample is drawn in proportion to its priority."""
    buffer = PrioritizedReplayBuffer(max_size=4, alpha=1.0)
    fill(buffer, [0.0, 1.0, 3.0, 4.0])
    expected = 4000 * torch.tensor([0, 1 / 8, 3 / 8, 1 / 2])
    assert_close(counts(buffer).float(), expected, atol=150, rtol=0)


def test_one_huge_priority_dominates():
    """Nearly all draws are of the sample with all of the priority."""
    buffer = PrioritizedReplayBuffer(max_size=4, alpha=1.0)
    fill(buffer, [1.0, 1.0, 1e6, 1.0])
    assert counts(buffer, draws=1000)[2] >= 995


def test_beta_0_makes_all_weights_1():
    """Without beta no draw is corrected."""
    buffer = PrioritizedReplayBuffer(max_size=4, alpha=1.0, beta=0.0)
    fill(buffer, [0.1, 5.0, 2.0])
    assert (buffer.sample(50)['weight'] == 1).all()


@pytest.mark.parametrize('max_size', [3, 100])
def test_weights_equal_the_formula(max_size):
    """w = (N P) ** -beta, N being what is stored and not what fits."""
    buffer = PrioritizedReplayBuffer(max_size, alpha=1.0, beta=0.5, eps=1.0)
    fill(buffer, [0.0, 1.0, 4.0])
    batch = buffer.sample(64)
    assert len(batch['index'].unique()) == 3
    # N P is 3/8, 6/8 and 15/8.
    expected = torch.tensor([3 / 8, 6 / 8, 15 / 8]) ** -0.5
    assert_close(batch['weight'], expected[batch['index']])


def test_changed_alpha_and_beta_count_in_the_next_draw():
    """A schedule may set the two attributes between draws."""
    buffer = fill(PrioritizedReplayBuffer(4), [0.5, 1.0, 4.0])
    buffer.alpha, buffer.beta = 0.9, 1.0
    batch = buffer.sample(16)
    probability = sampling_probability(
        torch.tensor([0.5, 1.0, 4.0]), 0.9, buffer.eps
    )
    expected = importance_weight(probability, 1.0)[batch['index']]
    assert_close(batch['weight'], expected)


def test_same_random_state_gives_the_same_batch():
    """A draw is a function of the random state, and moves it on."""
    buffer = fill(PrioritizedReplayBuffer(9), [1.0] * 9)
    state = torch.get_rng_state()
    first = buffer.sample(16)
    second = buffer.sample(16)
    torch.set_rng_state(state)
    again = buffer.sample(16)
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not torch.equal(first['index'], second['index'])


def test_draw_is_a_copy():
    """What is done to a batch does not reach what is stored."""
    buffer = fill(PrioritizedReplayBuffer(3), [1.0, 2.0, 3.0])
    before = buffer.state_dict()['samples']
    for value in buffer.sample(16).values():
        value.zero_()
    after = buffer.state_dict()['samples']
    assert all(torch.equal(before[key], after[key]) for key in before)


def test_new_samples_have_their_priority_and_weight_1():
    """A sample enters with the priority it is given and a weight of 1."""
    buffer = fill(PrioritizedReplayBuffer(4), [0.5, 2.0])
    assert stored(buffer, 'priority').tolist() == [0.5, 2.0]
    assert stored(buffer, 'weight').tolist() == [1.0, 1.0]


def test_samples_not_drawn_keep_their_priority():
    """Priorities change where they are written, and nowhere else."""
    buffer = fill(PrioritizedReplayBuffer(4), [1.0, 2.0, 3.0, 4.0])
    index = torch.tensor([2, 0])
    buffer.update_priority(
        index, torch.tensor([7.0, 8.0]), torch.tensor([0.5, 0.25])
    )
    assert stored(buffer, 'priority').tolist() == [8.0, 2.0, 7.0, 4.0]
    assert stored(buffer, 'weight').tolist() == [0.25, 1.0, 0.5, 1.0]


def test_updated_priority_counts_in_the_next_draw():
    """A sample whose priority was raised is what is drawn."""
    buffer = PrioritizedReplayBuffer(max_size=4, alpha=1.0)
    fill(buffer, [1.0, 1.0, 1.0, 1.0])
    index = torch.tensor([1])
    buffer.update_priority(index, torch.tensor([1e6]), torch.ones(1))
    assert counts(buffer, draws=1000)[1] >= 995


def test_sample_drawn_twice_keeps_one_of_its_values():
    """Of two new priorities for one sample one is kept."""
    buffer = fill(PrioritizedReplayBuffer(2), [1.0, 2.0])
    index = torch.tensor([1, 1])
    buffer.update_priority(index, torch.tensor([5.0, 6.0]), torch.ones(2))
    kept = stored(buffer, 'priority').tolist()
    assert kept[0] == 1.0
    assert kept[1] in (5.0, 6.0)


def test_oldest_leave():
    """First in, first out, also after the places have been reused."""
    buffer = PrioritizedReplayBuffer(max_size=3, evict='oldest')
    fill(buffer, [9.0, 1.0], start=0)
    fill(buffer, [1.0, 9.0], start=2)
    assert tags(buffer) == [1, 2, 3]
    fill(buffer, [1.0], start=4)
    assert tags(buffer) == [2, 3, 4]
    fill(buffer, [1.0, 1.0], start=5)
    assert tags(buffer) == [4, 5, 6]


def test_lowest_priorities_leave():
    """The stored samples of the lowest priority now make room."""
    buffer = PrioritizedReplayBuffer(max_size=4, evict='priority')
    fill(buffer, [3.0, 1.0, 4.0, 2.0])
    fill(buffer, [0.0], start=4)
    assert tags(buffer) == [0, 2, 3, 4]
    # Sample 2 becomes the least wanted beside the new sample 4.
    place = (stored(buffer, 'priority') == 4.0).nonzero().flatten()
    buffer.update_priority(place, torch.tensor([0.5]), torch.ones(1))
    fill(buffer, [0.0, 0.0], start=5)
    assert tags(buffer) == [0, 3, 5, 6]


def test_lowest_phi_leave():
    """Full classes and easy samples make room, by the shares of now."""
    loss = ModulatedTaskLoss(gamma=1.0)
    buffer = PrioritizedReplayBuffer(max_size=4, evict='phi')

    def phi(labels, confidence):
        return loss.modulate(labels, confidence, buffer.class_frequency)

    confidence = torch.tensor([0.5, 0.6, 0.8, 0.75])
    labels = torch.tensor([0, 0, 1, 2])
    probability = torch.full((4, 3), 0.0)
    probability += ((1 - confidence) / 2).view(-1, 1)
    probability[torch.arange(4), labels] = confidence
    buffer.extend(
        make_images(0, 1, 2, 3), probability.log(), torch.ones(4), phi=phi
    )
    # phi is .5 * .5, .5 * .4, .75 * .2 and .75 * .25: sample 2 leaves.
    fill(buffer, [1.0], start=4, phi=phi)
    assert tags(buffer) == [0, 1, 3, 4]
    # Class 0 has three of four now. Its newest, of confidence .99, is the
    # easiest, and .25 * .4 of sample 1 has come below .75 * .25.
    fill(buffer, [1.0, 1.0], start=5, phi=phi)
    assert tags(buffer) == [0, 3, 5, 6]


def test_phi_of_a_segmentor_is_averaged_over_pixels():
    """An image with one hard pixel outlives one with none."""
    buffer = PrioritizedReplayBuffer(max_size=2, evict='phi')

    def phi(labels, confidence):
        assert labels.shape == confidence.shape == (2, 1, 2)
        return 1 - confidence

    hard = torch.zeros(1, NUM_CLASSES, 1, 2)
    hard[:, 0, :, 1] = 20
    easy = torch.full((1, NUM_CLASSES, 1, 2), 0.0)
    easy[:, 0] = 5
    logits = torch.cat([hard, easy])
    buffer.extend(make_images(0, 1), logits, torch.ones(2), phi=phi)
    buffer.extend(make_images(2), hard, torch.ones(1), phi=phi)
    assert tags(buffer) == [0, 2]


@pytest.mark.parametrize('evict', ['priority', 'phi'])
def test_the_oldest_of_equals_leave_first(evict):
    """A buffer of equal samples is renewed round by round."""
    buffer = PrioritizedReplayBuffer(max_size=8, evict=evict)

    def phi(labels, confidence):
        return torch.ones_like(confidence)

    for start in range(0, 20, 2):
        fill(buffer, [1.0, 1.0], start=start, phi=phi)
    assert sorted(tags(buffer)) == list(range(12, 20))


def test_evicting_by_phi_without_phi_raises():
    """The message names what is missing, and nothing has changed."""
    buffer = PrioritizedReplayBuffer(max_size=2, evict='phi')
    fill(buffer, [1.0, 1.0])
    with pytest.raises(ValueError, match='`phi` must be given where `evict`'):
        fill(buffer, [1.0], start=2)
    assert tags(buffer) == [0, 1]
    assert buffer.num_added == 2
    assert_close(buffer.class_frequency, torch.tensor([0.5, 0.5, 0.0]))


@pytest.mark.parametrize('evict', RULES)
def test_a_whole_buffer_can_be_replaced(evict):
    """As many new samples as fit leave no old one, wherever they were."""
    buffer = PrioritizedReplayBuffer(max_size=4, evict=evict)

    def phi(labels, confidence):
        return confidence

    fill(buffer, [1.0, 1.0, 1.0], start=0, phi=phi)
    fill(buffer, [1.0] * 4, start=3, phi=phi)
    assert tags(buffer) == [3, 4, 5, 6]
    assert buffer.num_added == 7


@pytest.mark.parametrize('evict', RULES)
@pytest.mark.parametrize('pixels', SHAPES)
def test_class_counts_equal_a_recount(evict, pixels):
    """After many inserts and evictions no class was lost or invented."""
    buffer = PrioritizedReplayBuffer(max_size=16, evict=evict)

    def phi(labels, confidence):
        return (1 - confidence) * (1 - buffer.class_frequency[labels])

    for num in (1, 7, 3, 16, 5, 2, 9, 16, 1, 12):
        images = torch.zeros(num, 1, 2, 2, dtype=torch.uint8)
        preds_T = torch.randn(num, NUM_CLASSES, *pixels)
        buffer.extend(images, preds_T, torch.rand(num), phi=phi)
        labels = stored(buffer, 'preds_T').argmax(dim=1)
        count = torch.bincount(labels.flatten(), minlength=NUM_CLASSES)
        assert_close(buffer.class_frequency, count / count.sum())
    assert len(buffer) == 16


def test_class_frequency_before_the_first_sample():
    """No classes, then zeros, then shares."""
    buffer = PrioritizedReplayBuffer(max_size=4)
    assert buffer.class_frequency.shape == (0,)
    buffer.prepare(NUM_CLASSES, torch.device('cpu'))
    assert buffer.class_frequency.tolist() == [0, 0, 0]
    buffer.extend(make_images(0, 1), make_logits(2, 2), torch.ones(2))
    assert buffer.class_frequency.tolist() == [0, 0, 1]
    # Saying it again does not forget what is stored.
    buffer.prepare(NUM_CLASSES, torch.device('cpu'))
    assert buffer.class_frequency.tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ('labels', 'expected'),
    [
        ([0, 1, 2], 1.0),
        ([0, 1, 2, 0, 1, 2], 1.0),
        ([1, 1, 1], 0.0),
        # (2/4 log 2 + 2/4 log 4 ) / log 3
        ([0, 0, 1, 2], 1.5 * 0.6931472 / 1.0986123),
    ],
)
def test_class_balance(labels, expected):
    """1 for a uniform buffer, 0 for one class, entropy in between."""
    buffer = PrioritizedReplayBuffer(max_size=8)
    num = len(labels)
    buffer.extend(
        make_images(*range(num)), make_logits(*labels), torch.ones(num)
    )
    assert_close(buffer.class_balance, torch.tensor(expected))


def test_confidence():
    """The mean of the teacher's probabilities of its own classes."""
    buffer = PrioritizedReplayBuffer(max_size=4)
    probability = torch.tensor([[0.6, 0.3, 0.1], [0.1, 0.1, 0.8]])
    buffer.extend(make_images(0, 1), probability.log(), torch.ones(2))
    assert_close(buffer.confidence, torch.tensor(0.7))


@pytest.mark.parametrize('evict', RULES[:2])
def test_loaded_buffer_goes_on_alike(evict):
    """A loaded buffer draws, evicts and counts like its source."""
    source = PrioritizedReplayBuffer(max_size=5, evict=evict)
    fill(source, [1.0, 5.0, 2.0, 0.5, 3.0])
    fill(source, [4.0, 0.1], start=5)
    source.update_priority(
        torch.tensor([1]), torch.tensor([9.0]), torch.tensor([0.3])
    )
    loaded = PrioritizedReplayBuffer(max_size=5, evict=evict)
    loaded.load_state_dict(source.state_dict())
    assert_close(loaded.class_frequency, source.class_frequency)
    for start in (7, 9):
        state = torch.get_rng_state()
        expected = source.sample(16)
        torch.set_rng_state(state)
        batch = loaded.sample(16)
        assert batch.keys() == expected.keys()
        assert all(torch.equal(batch[key], expected[key]) for key in batch)
        fill(source, [2.5, 1.5], start=start)
        fill(loaded, [2.5, 1.5], start=start)
    assert tags(loaded) == tags(source)
    assert loaded.num_added == source.num_added == 11
    assert_close(loaded.class_frequency, source.class_frequency)


def test_loaded_buffer_is_decoupled_from_its_source():
    """Neither buffer's changes reach the other's samples, nor the state."""
    source = fill(PrioritizedReplayBuffer(4), [1.0, 2.0, 3.0])
    state = source.state_dict()
    loaded = PrioritizedReplayBuffer(4)
    loaded.load_state_dict(state)
    everything = torch.arange(3)
    source.update_priority(everything, torch.zeros(3), torch.zeros(3))
    fill(source, [7.0], start=3)
    # Or the rest would show nothing.
    assert stored(source, 'priority').tolist() == [0, 0, 0, 7]
    assert state['samples']['priority'].tolist() == [1, 2, 3]
    assert stored(loaded, 'priority').tolist() == [1, 2, 3]
    assert tags(loaded) == [0, 1, 2]
    loaded.update_priority(everything, torch.full((3,), 5.0), torch.ones(3))
    assert stored(loaded, 'priority').tolist() == [5, 5, 5]
    assert state['samples']['priority'].tolist() == [1, 2, 3]
    assert_close(loaded.class_frequency, torch.full((3,), 1 / 3))


def test_state_survives_a_checkpoint(tmp_path):
    """A state holds nothing that a safe load would refuse."""
    source = fill(PrioritizedReplayBuffer(4), [1.0, 2.0, 3.0])
    torch.save(source.state_dict(), tmp_path / 'state.pth')
    loaded = PrioritizedReplayBuffer(4)
    loaded.load_state_dict(
        torch.load(tmp_path / 'state.pth', weights_only=True)
    )
    assert tags(loaded) == [0, 1, 2]


@pytest.mark.parametrize(
    ('name', 'value'),
    [
        ('num_added', 'x'),
        ('num_added', -1),
        ('num_added', 10**30),
        ('num_classes', None),
        ('num_classes', 10**9),
        ('num_labels', 0),
    ],
)
def test_state_of_other_counts(name, value):
    """It raises, and the buffer stays as it was."""
    state = fill(PrioritizedReplayBuffer(4), [1.0, 2.0]).state_dict(False)
    loaded = fill(PrioritizedReplayBuffer(4), [1.0], start=9)
    with pytest.raises((TypeError, ValueError), match=f'`{name}` must be'):
        loaded.load_state_dict({**state, name: value})
    assert tags(loaded) == [9]


def test_state_without_samples():
    """The counters alone make an empty buffer that knows what it saw."""
    source = fill(PrioritizedReplayBuffer(4), [1.0, 2.0, 3.0])
    loaded = fill(PrioritizedReplayBuffer(4), [1.0], start=9)
    loaded.load_state_dict(source.state_dict(samples=False))
    assert len(source) == 3
    assert len(loaded) == 0
    assert loaded.num_added == 3
    assert loaded.class_frequency.tolist() == [0, 0, 0]
    fill(loaded, [1.0, 2.0], start=3)
    assert tags(loaded) == [3, 4]


def test_state_of_an_empty_buffer():
    """A buffer that never held anything can be saved and loaded."""
    loaded = fill(PrioritizedReplayBuffer(4), [1.0])
    loaded.load_state_dict(PrioritizedReplayBuffer(4).state_dict())
    assert len(loaded) == 0
    fill(loaded, [1.0])
    assert len(loaded) == 1


def test_loading_into_a_larger_buffer():
    """The settings stay the loaded buffer's own, its size included."""
    source = fill(PrioritizedReplayBuffer(2, alpha=0.1), [1.0, 2.0])
    loaded = PrioritizedReplayBuffer(4, alpha=0.9)
    loaded.load_state_dict(source.state_dict())
    fill(loaded, [1.0, 1.0], start=2)
    assert tags(loaded) == [0, 1, 2, 3]
    assert loaded.alpha == 0.9


def test_loading_into_a_smaller_buffer_raises():
    """The message has both sizes, and the buffer is as it was."""
    source = fill(PrioritizedReplayBuffer(4), [1.0] * 4)
    smaller = fill(PrioritizedReplayBuffer(3), [1.0], start=9)
    message = '`max_size` must be >= 4, the samples in the checkpoint.*3'
    with pytest.raises(ValueError, match=message):
        smaller.load_state_dict(source.state_dict())
    assert tags(smaller) == [9]


def test_loading_logits_that_are_not_stored():
    """A buffer without logits drops those of the state."""
    source = fill(PrioritizedReplayBuffer(2), [1.0, 2.0])
    loaded = PrioritizedReplayBuffer(2, store_logits=False)
    loaded.load_state_dict(source.state_dict())
    assert 'preds_T' not in loaded.sample(2)
    assert tags(loaded) == [0, 1]


def test_loading_without_the_logits_to_store_raises():
    """A buffer that promises logits does not go on without."""
    source = PrioritizedReplayBuffer(2, store_logits=False)
    fill(source, [1.0, 2.0])
    with pytest.raises(ValueError, match='`store_logits` must be False'):
        PrioritizedReplayBuffer(2).load_state_dict(source.state_dict())


@pytest.mark.parametrize('store_logits', [True, False])
@pytest.mark.parametrize('pixels', SHAPES)
def test_bytes_of_a_sample(store_logits, pixels):
    """A sample takes what the class's docstring says, and no more."""
    buffer = PrioritizedReplayBuffer(max_size=8, store_logits=store_logits)
    assert buffer.nbytes == 0
    images = torch.zeros(5, 3, 4, 6, dtype=torch.uint8)
    preds_T = torch.zeros(5, NUM_CLASSES, *pixels)
    buffer.extend(images, preds_T, torch.ones(5))
    num_pixels = 6 if pixels else 1
    expected = 3 * 4 * 6 + (6 + 4 * NUM_CLASSES) * num_pixels + 16
    if not store_logits:
        expected -= 4 * NUM_CLASSES * num_pixels
    samples = buffer.state_dict()['samples'].values()
    assert sum(field.nbytes for field in samples) == 5 * expected
    # All of it at once.
    assert buffer.nbytes == 8 * expected


def test_draw_without_stored_logits():
    """The teacher's logits are left out where they are not kept."""
    buffer = PrioritizedReplayBuffer(max_size=2, store_logits=False)
    fill(buffer, [1.0, 1.0])
    batch = buffer.sample(8)
    assert 'preds_T' not in batch
    assert torch.equal(batch['labels'], batch['index'])


def test_empty_buffer_raises():
    """Nothing can be drawn from nothing."""
    buffer = PrioritizedReplayBuffer(max_size=2)
    with pytest.raises(ValueError, match='must hold samples before `sample`'):
        buffer.sample(1)


def test_drawing_nothing_raises():
    """A batch has at least one sample."""
    buffer = fill(PrioritizedReplayBuffer(2), [1.0])
    with pytest.raises(ValueError, match=r'`batch_size` must be >= 1.*got 0'):
        buffer.sample(0)


@pytest.mark.parametrize('value', [float('nan'), float('inf')])
@pytest.mark.parametrize('name', ['preds_T', 'priority'])
def test_infinite_values_raise(name, value):
    """A logit or priority that is not finite stays out, with the rest."""
    buffer = fill(PrioritizedReplayBuffer(4), [1.0])
    new = dict(preds_T=make_logits(0, 1), priority=torch.ones(2))
    new[name].view(-1)[1] = value
    with pytest.raises(ValueError, match=f'`{name}` must be finite'):
        buffer.extend(make_images(1, 2), **new)
    assert tags(buffer) == [0]
    assert buffer.num_added == 1


def test_float_images_raise():
    """Images are stored as bytes, and rounding them is not ours to do."""
    buffer = PrioritizedReplayBuffer(max_size=4)
    with pytest.raises(TypeError, match=r'`images` must be uint8.*float32'):
        buffer.extend(make_images(0).float(), make_logits(0), torch.ones(1))


def test_more_samples_than_fit_raise():
    """The message has both numbers."""
    buffer = PrioritizedReplayBuffer(max_size=2)
    with pytest.raises(ValueError, match=r'`max_size` must be >= 3.*got 2'):
        fill(buffer, [1.0] * 3)


@pytest.mark.parametrize('name', ['preds_T', 'priority'])
@pytest.mark.parametrize('num', [1, 3])
def test_lengths_that_disagree_raise(name, num):
    """One row does not stand for all images, nor is one left over."""
    buffer = PrioritizedReplayBuffer(max_size=4)
    new = dict(preds_T=make_logits(0, 1), priority=torch.ones(2))
    new[name] = new[name][:1].repeat(num, *[1] * (new[name].dim() - 1))
    with pytest.raises(ValueError, match=name):
        buffer.extend(make_images(0, 1), **new)


def test_other_number_of_classes_raises():
    """Logits of a teacher with more classes are refused, not half stored."""
    buffer = fill(PrioritizedReplayBuffer(4), [1.0])
    with pytest.raises(ValueError, match=r'classes.* 3.* 5|preds_T'):
        buffer.extend(make_images(1), torch.randn(1, 5), torch.ones(1))
    assert tags(buffer) == [0]


@pytest.mark.parametrize(
    ('setting', 'error', 'message'),
    [
        (dict(max_size=0), ValueError, '`max_size` must be >= 1.* got 0'),
        (dict(max_size=1.5), TypeError, '`max_size` must be an int.* 1.5'),
        (dict(alpha=-0.1), ValueError, '`alpha` must be >= 0.0.* got -0.1'),
        (dict(alpha='1'), TypeError, "`alpha` must be a number.* got '1'"),
        (dict(beta=-0.1), ValueError, '`beta` must be >= 0.0.* got -0.1'),
        (dict(eps=0.0), ValueError, '`eps` must be >= 1e-30.* got 0.0'),
        (dict(eps=1e-50), ValueError, '`eps` must be >= 1e-30.* got 1e-50'),
        (dict(evict='newest'), ValueError, "`evict` must be one of.*'newest'"),
    ],
)
def test_bad_arguments_raise(setting, error, message):
    """The message has the argument's name, rule and value."""
    with pytest.raises(error, match=message):
        PrioritizedReplayBuffer(**dict(dict(max_size=4), **setting))


def test_documented_defaults():
    """The defaults are those that the docstring gives."""
    buffer = PrioritizedReplayBuffer(max_size=4)
    settings = (buffer.alpha, buffer.beta, buffer.eps, buffer.evict)
    assert settings == (0.6, 0.4, 1e-6, 'oldest')
    assert buffer.store_logits is True


def test_stored_is_what_lies_there():
    """All of a field, or some places, and no draw is used up."""
    buffer = PrioritizedReplayBuffer(max_size=4)
    with pytest.raises(ValueError, match='before `stored` is called'):
        buffer.stored('images')
    images = torch.arange(4, dtype=torch.uint8).view(4, 1, 1, 1)
    buffer.extend(images, torch.eye(4), torch.ones(4))
    state = torch.get_rng_state()
    found = buffer.stored('images', 'labels')
    assert torch.equal(found['images'], images)
    assert found['labels'].tolist() == [0, 1, 2, 3]
    some = buffer.stored('images', index=torch.tensor([3, 1]))
    assert some['images'].flatten().tolist() == [3, 1]
    assert torch.equal(torch.get_rng_state(), state)


def label_logits(*labels: list[int]) -> torch.Tensor:
    """Returns logits of off and on of three labels, (N, 2, 3)."""
    on = torch.tensor(labels).float()
    return torch.stack([1 - on, on], dim=1)


def test_several_labels_are_counted_apart():
    """Each has shares and an entropy of its own."""
    buffer = PrioritizedReplayBuffer(max_size=4)
    buffer.prepare(2, torch.device('cpu'), 3)
    assert buffer.class_frequency.tolist() == [[0, 0, 0], [0, 0, 0]]
    labels = ([1, 0, 0], [1, 0, 1], [1, 0, 0], [1, 0, 0])
    buffer.extend(
        make_images(0, 1, 2, 3), label_logits(*labels), torch.ones(4)
    )
    expected = torch.tensor([[0, 1, 0.75], [1, 0, 0.25]])
    assert_close(buffer.class_frequency, expected)
    # Two labels never change; the entropy of a quarter, in bits.
    bits = 0.75 * math.log2(4 / 3) + 0.25 * 2
    assert_close(buffer.class_balance, torch.tensor(bits / 3))
    # The two oldest leave.
    labels = ([0, 0, 1], [0, 1, 1])
    buffer.extend(make_images(4, 5), label_logits(*labels), torch.ones(2))
    expected = torch.tensor([[0.5, 0.75, 0.5], [0.5, 0.25, 0.5]])
    assert_close(buffer.class_frequency, expected)
    loaded = PrioritizedReplayBuffer(max_size=4)
    loaded.load_state_dict(buffer.state_dict())
    assert_close(loaded.class_frequency, expected)
    empty = PrioritizedReplayBuffer(max_size=4)
    empty.load_state_dict(buffer.state_dict(samples=False))
    assert empty.class_frequency.shape == (2, 3)


@pytest.mark.parametrize('number', [2, None])
def test_other_labels_raise(number):
    """Neither another number of them nor one for each image."""
    buffer = PrioritizedReplayBuffer(max_size=4)
    buffer.extend(make_images(0), label_logits([1, 0, 1]), torch.ones(1))
    with pytest.raises(
        ValueError, match=f'`num_labels` must stay 3.*{number}'
    ):
        buffer.prepare(2, torch.device('cpu'), number)
    shape = (1, 2) if number is None else (1, 2, number)
    with pytest.raises(
        ValueError, match=f'`num_labels` must stay 3.*{number}'
    ):
        buffer.extend(make_images(1), torch.zeros(shape), torch.ones(1))


def test_labels_where_there_were_none_raise():
    """Not even before the first sample."""
    buffer = PrioritizedReplayBuffer(max_size=4)
    buffer.prepare(2, torch.device('cpu'))
    with pytest.raises(ValueError, match='`num_labels` must stay None'):
        buffer.prepare(2, torch.device('cpu'), 3)
