"""A fixed-size store of synthetic images that is drawn from by priority."""

import math
from collections.abc import Callable, Sequence
from typing import Any, Literal, Optional

import torch

from mmrazor_ssdkd.distributed import num_processes, sum_over_processes
from mmrazor_ssdkd.memory import check_memory
from mmrazor_ssdkd.models.losses.class_tables import places
from mmrazor_ssdkd.models.losses.pixels import classes_first, mean_over_pixels
from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.validation import (
    check_bool,
    check_choice,
    check_finite,
    check_int,
    check_logits,
    check_number,
    is_on_host,
)

from .prioritized_sampling import (
    MIN_EPS,
    importance_weight,
    sampling_probability,
)
from .sample_storage import SampleStorage
from .saved_samples import cast_samples, check_samples

Phi = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
_MAX_CLASSES = torch.iinfo(torch.int16).max  # Labels are stored as int16.
# The stored field that decides who leaves; phi is computed when it is asked.
_SCORE = {'oldest': 'order', 'priority': 'priority'}


@MODELS.register_module()
class PrioritizedReplayBuffer:
    """Keeps samples, what the teacher says of them, and their priorities.

    It lives on the device of what is put in. Beside each image (uint8) it
    keeps the teacher's class, confidence and logits, the priority and the
    importance weight, so that the class counts, phi and the priorities of
    stored samples never need the teacher again. A sample takes
    ``channels * height * width + (6 + 4 * C) * P + 16`` bytes, for C classes
    and P pixels of logits (1 for a classifier; L labels are 2 classes of L
    pixels), ``4 * C * P`` less without logits; all of it is taken when the
    first sample arrives.

    A sample that is not drawn keeps its priority, where the paper lets it
    follow every update of the student: that costs a forward pass of the
    student over the whole buffer, see :class:`Distillation`'s
    ``refresh_interval``.

    Importance weights are the paper's. On the digits (120 student steps,
    means of three seeds) they gave 92.0%, over the largest of the batch, as
    in prioritised replay (arXiv:1511.05952), 90.0%, and with a ``beta`` that
    grows to 1 over the run 88.2%.

    Several processes share a buffer: each keeps a shard of its own and draws
    from that, while class shares, confidence and importance weights are those
    of the whole. The methods that put in or say what will arrive must then be
    called by all.

    Paper: Small Scale Data-Free Knowledge Distillation, arXiv:2406.07876,
    *Distillation with Priority Sampling*.

    Args:
        max_size (int): How many samples it holds, >= 1 for each process; a
            shard holds its part of them, rounded down.
        alpha (float): How strongly priority counts in the draw, >= 0; 0 draws
            uniformly. Defaults to 0.6.
        beta (float): Strength of the importance weight, >= 0; 0 makes all
            weights 1. Defaults to 0.4. 1 would undo the bias of the draw, but
            a few rare samples then outweigh a batch (it counts as 4% of its
            size): inherited students of the digits end at 52% for 97%.
        eps (float): Keeps samples of priority 0 in the draw, >= 1e-30.
            Defaults to 1e-6.
        evict (str): Which samples leave a full buffer: the 'oldest', those of
            the lowest 'priority', or those of the lowest 'phi'. Defaults to
            'oldest', in the order they were made.
        store_logits (bool): Whether the teacher's logits are kept, so that it
            need not run in the student's step. Of no use to an algorithm that
            runs it there all the same: on views of the images, or for a
            distiller that records it. Defaults to True.

    Raises:
        TypeError: A number has the wrong type.
        ValueError: An argument is out of range, or ``max_size`` samples are
            larger than any memory.

    Example:
        >>> buffer = PrioritizedReplayBuffer(max_size=5000)
        >>> buffer.extend(images, preds_T, priority)
        >>> batch = buffer.sample(256)
        >>> buffer.update_priority(batch['index'], priority, batch['weight'])

        One of another policy:

        >>> @MODELS.register_module()
        ... class Capped(PrioritizedReplayBuffer):
        ...     def update_priority(self, index, priority, weight):
        ...         priority = priority.clamp(max=2)
        ...         super().update_priority(index, priority, weight)
    """

    def __init__(
        self,
        max_size: int,
        alpha: float = 0.6,
        beta: float = 0.4,
        eps: float = 1e-6,
        evict: Literal['oldest', 'priority', 'phi'] = 'oldest',
        store_logits: bool = True,
    ) -> None:
        self.alpha = check_number('alpha', alpha)
        self.beta = check_number('beta', beta)
        self.eps = check_number('eps', eps, MIN_EPS)
        self.evict = check_choice('evict', evict, [*_SCORE, 'phi'])
        self.store_logits = check_bool('store_logits', store_logits)
        self.num_added = 0
        check_int('max_size', max_size, maximum=2**63 - 1)
        self._check_memory(max_size, 1, 2)
        self._storage = SampleStorage(_shard_size(max_size))
        self._num_broken = torch.zeros((), dtype=torch.long)
        self._class_count = torch.zeros(0, dtype=torch.long)
        # Of all shards: samples of each class and, last, samples.
        self._whole: Optional[torch.Tensor] = None

    def __len__(self) -> int:
        """Returns how many samples are stored now, in this shard."""
        return len(self._storage)

    @property
    def max_size(self) -> int:
        """How many samples it holds at most, in this shard."""
        return self._storage.max_size

    @property
    def nbytes(self) -> int:
        """Bytes that its samples take, those that are yet to come included.

        0 before the first sample arrives.
        """
        return self._storage.nbytes

    @property
    def class_frequency(self) -> torch.Tensor:
        """Each class's share of all stored pixels, (C,).

        A classifier's image has one pixel. Of several labels (C, L), for each
        of which shares sum to 1. Zeros while the buffer is empty, and of
        length 0 before the number of classes is known.
        """
        count = self._class_count
        if self._whole is not None:
            count = self._whole[:-1].view_as(count)
        return count / count.sum(dim=0).clamp(min=1)

    @property
    def class_balance(self) -> torch.Tensor:
        """Entropy of :attr:`class_frequency` over log C, in [0, 1].

        Of several labels the mean of theirs.
        """
        self._check_filled('class_balance')
        frequency = self.class_frequency
        uniform = torch.full_like(frequency, 1 / len(frequency))
        return _entropy(frequency) / _entropy(uniform)

    @property
    def confidence(self) -> torch.Tensor:
        """The teacher's mean confidence in its classes, in [0, 1]."""
        self._check_filled('confidence')
        confidence = self._storage.read('confidence')
        if num_processes() == 1:
            return confidence.mean()
        count = torch.full_like(confidence.sum(), confidence.numel())
        total, count = sum_over_processes(
            torch.stack([confidence.sum(), count])
        )
        return total / count

    @property
    def size(self) -> torch.Tensor:
        """How many samples all shards hold together, a scalar."""
        if self._whole is None:
            return torch.tensor(len(self))
        return self._whole[-1]

    @property
    def _num_labels(self) -> Optional[int]:
        """How many labels are counted apart, None for none."""
        count = self._class_count
        return count.shape[1] if count.dim() > 1 else None

    def check_memory(
        self, image_shape: Sequence[int], logits_shape: Sequence[int]
    ) -> None:
        """Raises a ValueError where a full buffer fits into no memory.

        Args:
            image_shape (Sequence[int]): Of an image, (channels, H, W).
            logits_shape (Sequence[int]): Of its logits, (C,) or (C, H, W).

        Raises:
            ValueError: It says the bytes.
        """
        num_classes, *pixels = logits_shape
        self._check_memory(
            self.max_size, math.prod(image_shape), num_classes, *pixels
        )

    def _check_memory(
        self, max_size: int, values: int, num_classes: int, *pixels: int
    ) -> None:
        """Raises a ValueError for samples that fit into no memory."""
        logits = 4 * num_classes if self.store_logits else 0
        nbytes = values + (6 + logits) * math.prod(pixels) + 16
        check_memory('the samples', max_size * nbytes, max_size=max_size)

    def prepare(
        self,
        num_classes: int,
        device: torch.device,
        num_labels: Optional[int] = None,
    ) -> None:
        """Says what will arrive, so that shares can be asked for before.

        Args:
            num_classes (int): C, 2 to 32,767.
            device (torch.device): Where the samples will live.
            num_labels (int, optional): L, where logits are (N, C, L) and the
                classes of each label are counted apart, >= 1. Defaults to
                None: an image, or pixel, has one.

        Raises:
            TypeError: A number is no integer.
            ValueError: One is out of range or has changed.
        """
        check_int('num_classes', num_classes, 2)
        if num_classes > _MAX_CLASSES:
            raise ValueError(
                f'`num_classes` must be <= {_MAX_CLASSES}, but got '
                f'{num_classes}'
            )
        if num_labels is not None:
            check_int('num_labels', num_labels)
        if not len(self._class_count):
            self._class_count = _no_counts(num_classes, num_labels)
        for name, found, old in (
            ('num_classes', num_classes, len(self._class_count)),
            ('num_labels', num_labels, self._num_labels),
        ):
            if found != old:
                raise ValueError(f'`{name}` must stay {old}, but got {found}')
        if self._class_count.device != device:
            self._class_count = self._class_count.to(device)
            self._num_broken = self._num_broken.to(device)
            self._storage.to(device)
            self._whole = None
        if self._whole is None:
            self._pool()

    def extend(
        self,
        images: torch.Tensor,
        preds_T: torch.Tensor,
        priority: torch.Tensor,
        phi: Optional[Phi] = None,
    ) -> None:
        """Puts samples in, evicting others where there is no room.

        Args:
            images (torch.Tensor): uint8 images, (N, channels, height, width).
            preds_T (torch.Tensor): The teacher's logits of just these images,
                (N, C), (N, C, L) or (N, C, H, W).
            priority (torch.Tensor): Their priorities, (N,); their importance
                weights start as 1.
            phi (Callable, optional): Maps classes and confidences to phi,
                each (N,), (N, L) or (N, H, W); needed by ``evict='phi'``.
                Defaults to None.

        Raises:
            TypeError: ``images`` is not uint8.
            ValueError: There are more samples than ``max_size``, lengths or
                the number of classes disagree, or a logit or an earlier
                priority is not finite.
        """
        if images.dtype != torch.uint8:
            raise TypeError(f'`images` must be uint8, but got {images.dtype}')
        if len(images) > self.max_size:
            raise ValueError(
                f'`max_size` must be >= {len(images)}, the samples to put in '
                f'at once, but got {self.max_size}'
            )
        check_logits('preds_T', preds_T)
        if not len(images) == len(preds_T) == len(priority):
            raise ValueError(
                '`images`, `preds_T` and `priority` must be of one length, '
                f'but got {len(images)}, {len(preds_T)} and {len(priority)}'
            )
        labels_shape = preds_T.shape[2:] if preds_T.dim() == 3 else ()
        self.prepare(preds_T.shape[1], preds_T.device, *labels_shape)
        self._look_at(preds_T=preds_T, priority=priority)
        confidence, labels = classes_first(preds_T).softmax(dim=0).max(dim=0)
        order = torch.arange(self.num_added, self.num_added + len(images))
        sample = dict(
            images=images,
            # 2 bytes instead of 8; see _MAX_CLASSES.
            labels=labels.to(torch.int16),
            confidence=confidence,
            priority=priority.float(),
            weight=torch.ones_like(priority, dtype=torch.float),
            order=order.to(images.device),
        )
        if self.store_logits:
            sample['preds_T'] = preds_T.float()
        self._append(sample, phi)
        self._pool()
        self.num_added += len(images)

    def sample(
        self, batch_size: int, uniform: bool = False
    ) -> dict[str, torch.Tensor]:
        """Draws a batch by priority, with replacement.

        Uses the default random generator of the buffer's device.

        Args:
            batch_size (int): How many samples to draw, >= 1.
            uniform (bool): Whether to draw uniformly all the same, with
                weights of 1. Defaults to False.

        Returns:
            dict[str, torch.Tensor]: ``images`` (uint8), ``labels`` (the
            teacher's classes), ``confidence``, ``preds_T`` where stored,
            ``index`` to hand back to :meth:`update_priority`, and ``weight``,
            the importance weights of this draw, (N,).

        Raises:
            ValueError: The buffer is empty or ``batch_size`` too small.
        """
        check_int('batch_size', batch_size)
        self._check_filled('sample')
        probability = sampling_probability(
            self._storage.read('priority'),
            0.0 if uniform else self.alpha,
            self.eps,
        )
        index = torch.multinomial(probability, batch_size, replacement=True)
        batch = {
            field: self._storage.read(field, index)
            for field in ('images', 'labels', 'confidence', 'preds_T')
            if field in self._storage
        }
        batch['labels'] = batch['labels'].long()
        batch['index'] = index
        batch['weight'] = importance_weight(
            self._in_whole(probability[index]), self.beta, len(self)
        )
        return batch

    def update_priority(
        self, index: torch.Tensor, priority: torch.Tensor, weight: torch.Tensor
    ) -> None:
        """Writes new priorities and importance weights of drawn samples.

        A sample that was drawn twice keeps one of its new values. A priority
        that is not finite is not written, and the next :meth:`state_dict`
        raises, on the CPU the next :meth:`extend`, too: asking here would
        stall an accelerator's queue in every step.

        Args:
            index (torch.Tensor): Their places, from :meth:`sample`, (N,).
            priority (torch.Tensor): The new priorities, (N,).
            weight (torch.Tensor): The weights of this draw, (N,).
        """
        finite = torch.isfinite(priority)
        old = self._storage.read('priority', index)
        priority = torch.where(finite, priority.to(old.dtype), old)
        self._storage.overwrite('priority', index, priority)
        self._storage.overwrite('weight', index, weight)
        self._num_broken = self._num_broken + (~finite).sum()

    def refresh_priority(
        self, index: torch.Tensor, priority: torch.Tensor
    ) -> None:
        """Writes new priorities of samples that were not drawn.

        They keep their importance weights, and it goes through
        :meth:`update_priority`; a buffer that counts draws there has its own.

        Args:
            index (torch.Tensor): Their places, (N,).
            priority (torch.Tensor): The new priorities, (N,).
        """
        weight = self._storage.read('weight', index)
        self.update_priority(index, priority, weight)

    def state_dict(self, samples: bool = True) -> dict[str, Any]:
        """Returns copies of the samples and the counters.

        Args:
            samples (bool): Whether the samples go along. Without them a
                loaded buffer is empty, and knows how many it has seen.
                Defaults to True.

        Raises:
            ValueError: A priority was not finite, so that no checkpoint of a
                broken student takes the place of the last good one.
        """
        self._check_unbroken()
        return dict(
            num_added=self.num_added,
            num_classes=len(self._class_count),
            num_labels=self._num_labels,
            samples=self._storage.state_dict() if samples else {},
        )

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes over copies of a state, keeping its own settings.

        Args:
            state (dict): What :meth:`state_dict` returned.

        Raises:
            TypeError: A count is no integer.
            ValueError: The state holds more samples than ``max_size``, no
                logits where they are to be stored, or what no buffer saved.
        """
        num_added = check_int('num_added', state['num_added'], 0, 2**62)
        num_classes, num_labels = _saved_classes(state)
        samples = dict(state['samples'])
        if not self.store_logits:
            samples.pop('preds_T', None)
        elif samples and 'preds_T' not in samples:
            raise ValueError(
                '`store_logits` must be False where the checkpoint has none, '
                f'but got {self.store_logits}'
            )
        size = len(samples['images']) if samples else 0
        if size > self.max_size:
            raise ValueError(
                f'`max_size` must be >= {size}, the samples in the '
                f'checkpoint, but got {self.max_size}'
            )
        if size:
            check_samples(samples, num_classes, num_labels)
        self._storage.clear()
        self._num_broken = torch.zeros_like(self._num_broken)
        # Those of version 0.1 counted all pixels together.
        self._class_count = _no_counts(num_classes, num_labels)
        self._whole = None
        if size:
            # Where it lies; what all hold is counted once all have loaded.
            self._class_count = self._class_count.to(samples['images'].device)
            self._num_broken = self._num_broken.to(samples['images'].device)
            self._append(cast_samples(samples))
        self.num_added = num_added

    def stored(
        self, *fields: str, index: Optional[torch.Tensor] = None
    ) -> dict[str, torch.Tensor]:
        """Returns fields of samples as they lie here, to look at.

        Draws nothing, and asks no other process.

        Args:
            *fields (str): Such as ``images``, ``labels`` and ``order``.
            index (torch.Tensor, optional): Of which places, (N,). Defaults
                to None: all, and then the tensors are the buffer's own.

        Returns:
            dict[str, torch.Tensor]: By field.

        Raises:
            ValueError: The buffer is empty.
        """
        self._check_filled('stored')
        return {field: self._storage.read(field, index) for field in fields}

    def _pool(self) -> None:
        """Counts what all shards hold together."""
        size = self._class_count.new_full((1,), len(self))
        self._whole = sum_over_processes(
            torch.cat([self._class_count.flatten(), size])
        )

    def _in_whole(self, probability: torch.Tensor) -> torch.Tensor:
        """Turns chances of a draw from a shard into what N of it stand for.

        A draw is from each shard alike, so that a sample's chance in the whole
        is that in its shard over the number of processes. N times that is the
        size of a mean shard times the chance here; all are as large as that
        unless their number has changed.
        """
        number = num_processes()
        if number == 1 or self._whole is None:
            return probability
        return probability * (self._whole[-1] / (number * len(self)))

    def _look_at(self, **values: torch.Tensor) -> None:
        """Raises a ValueError for values that are not finite.

        On an accelerator they are counted, and :meth:`state_dict` raises.
        """
        for name, tensor in values.items():
            if is_on_host(tensor):
                check_finite(name, tensor)
            else:
                broken = (~torch.isfinite(tensor)).sum()
                self._num_broken = self._num_broken + broken
        if is_on_host(self._num_broken):
            self._check_unbroken()

    def _check_unbroken(self) -> None:
        """Raises a ValueError once a priority was not finite."""
        if self._num_broken:
            raise ValueError(
                '`preds_S` must be finite, but '
                f'{int(self._num_broken)} values computed from it are not'
            )

    def _check_filled(self, name: str) -> None:
        """Raises a ValueError while the buffer is empty."""
        if not len(self):
            raise ValueError(
                f'the replay buffer must hold samples before `{name}` is '
                'called, but it is empty'
            )

    def _append(
        self, sample: dict[str, torch.Tensor], phi: Optional[Phi] = None
    ) -> None:
        """Writes samples, makes room for them first, and counts classes."""
        missing = len(self) + len(sample['images']) - self.max_size
        evicted = self._evict(max(0, missing), phi)
        self._storage.append(sample, evicted)
        self._count(sample['labels'], sign=1)

    def _evict(self, num: int, phi: Optional[Phi]) -> torch.Tensor:
        """Returns the places of those who leave, counted out."""
        if not num:
            return self._class_count.new_zeros(0)
        # The oldest of equals first, lest the newest make room for the next.
        order = self._storage.read('order').argsort()
        worst = self._score(phi)[order].argsort(stable=True)[:num]
        places = order[worst]
        self._count(self._storage.read('labels', places), sign=-1)
        return places

    def _score(self, phi: Optional[Phi]) -> torch.Tensor:
        """Returns what the samples of the lowest value leave by, (N,)."""
        if self.evict != 'phi':
            return self._storage.read(_SCORE[self.evict])
        if phi is None:
            raise ValueError("`phi` must be given where `evict` is 'phi'")
        labels = self._storage.read('labels').long()
        return mean_over_pixels(phi(labels, self._storage.read('confidence')))

    def _count(self, labels: torch.Tensor, sign: int) -> None:
        """Adds labels to the class counts, or takes them out."""
        index = places(labels.long(), self._class_count).flatten()
        # `bincount` would wait for the device.
        ones = torch.full_like(index, sign)
        self._class_count.view(-1).index_add_(0, index, ones)


def _shard_size(max_size: int) -> int:
    """Returns how many samples each process holds."""
    number = num_processes()
    if check_int('max_size', max_size) < number:
        raise ValueError(
            f'`max_size` must be >= {number}, one for each process, but got '
            f'{max_size}'
        )
    return max_size // number


def _saved_classes(state: dict[str, Any]) -> tuple[int, Optional[int]]:
    """Returns how many classes and labels a state counts."""
    num_labels = state.get('num_labels')
    if num_labels is not None:
        check_int('num_labels', num_labels)
    num_classes = state['num_classes']
    return check_int('num_classes', num_classes, 0, _MAX_CLASSES), num_labels


def _no_counts(num_classes: int, num_labels: Optional[int]) -> torch.Tensor:
    """Returns the counts of an empty buffer, (C,) or (C, L)."""
    shape = (num_classes, num_labels) if num_labels else (num_classes,)
    return torch.zeros(shape, dtype=torch.long)


def _entropy(share: torch.Tensor) -> torch.Tensor:
    """Returns the entropy of shares that sum to 1, in nats, labels' mean."""
    return torch.special.entr(share).sum(dim=0).mean()
