"""Ways of measuring fidelity that `calibrate_fidelity.py` compares."""

from collections.abc import Callable
from functools import partial
from itertools import repeat

import torch

from mmrazor_ssdkd.fidelity import HeldOutImages
from mmrazor_ssdkd.fidelity.metric import compare_logits, mean_iou
from mmrazor_ssdkd.fidelity.mixing import cut
from mmrazor_ssdkd.fidelity.sections import NUM_IMAGES
from mmrazor_ssdkd.models.algorithms import SSDKD
from mmrazor_ssdkd.replay import RandomView, to_pixels

__all__ = ['GROUPS', 'VARIANTS', 'image_groups', 'measure']

# Images of each group.
NUMBER = 256
# Passes of no more images than these.
_BATCH = 64

Images = dict[str, torch.Tensor]
Found = dict[str, torch.Tensor]


def _varied(kind: Callable, images: torch.Tensor) -> torch.Tensor:
    """Returns as many varied images as a group has."""
    number = -(-NUMBER // len(images))
    parts = [kind(part.float()) for part in repeat(images, number)]
    return to_pixels(torch.cat(parts)[:NUMBER])


def blend(images: torch.Tensor) -> torch.Tensor:
    """Fades each image into another one, as mixup does."""
    others = images[torch.randperm(len(images))]
    return torch.lerp(images, others, torch.rand(len(images), 1, 1, 1))


GROUPS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    'plain': lambda images: images,
    'views': partial(_varied, RandomView()),
    'blends': partial(_varied, blend),
    'cuts': partial(_varied, cut),
}


def image_groups(algorithm: SSDKD, how: HeldOutImages) -> Images:
    """Makes the images of a teacher, by group.

    Args:
        algorithm (SSDKD): Whose teacher it is.
        how (HeldOutImages): How the first images are made.

    Returns:
        dict[str, torch.Tensor]: uint8 images, (N, channels, H, W); ``whole``
        are those of :class:`HeldOutImages` itself, ``later`` those of the
        round after them.
    """
    later = HeldOutImages(**{**vars(how), 'rounds': how.rounds + 1, 'kept': 1})
    with torch.random.fork_rng():
        torch.manual_seed(how.seed)
        plain = how.invert(algorithm)
        groups = {name: vary(plain) for name, vary in GROUPS.items()}
    groups['later'] = later.make(algorithm, NUMBER)
    groups['whole'] = how.make(algorithm, NUM_IMAGES)
    return groups


@torch.no_grad()
def compare(algorithm: SSDKD, images: torch.Tensor) -> Found:
    """Compares a student with its teacher.

    Args:
        algorithm (SSDKD): Both.
        images (torch.Tensor): uint8, (N, channels, H, W).

    Returns:
        dict[str, torch.Tensor]: As :func:`compare_logits`, and the teacher's
        ``confidence``, (N,).
    """
    parts = []
    for batch in images.split(_BATCH):
        preds_T = algorithm.predict_teacher(batch)
        preds_S = algorithm.predict_student(batch, preds_T)
        confidence = preds_T.softmax(dim=1).amax(dim=1)
        found = compare_logits(preds_S, preds_T)
        found['confidence'] = confidence.reshape(len(batch), -1).mean(dim=1)
        parts.append(found)
    return {name: torch.cat([p[name] for p in parts]) for name in parts[0]}


def _agreement(found: dict[str, Found], group: str = 'whole') -> float:
    """Returns the share of images that both put into one class."""
    return 100 * float(found[group]['agreement'].float().mean())


def _divergence(found: dict[str, Found], group: str = 'whole') -> float:
    """Returns the mean divergence."""
    return float(found[group]['divergence'].mean())


def _confident(found: dict[str, Found]) -> float:
    """Returns the agreement, where a sure teacher counts for more."""
    weight = found['whole']['confidence']
    agreement = found['whole']['agreement']
    return 100 * float((weight * agreement).sum() / weight.sum())


VARIANTS: dict[str, Callable[[dict[str, Found]], float]] = {
    'agreement': _agreement,
    'agreement, weighted by confidence': _confident,
    'divergence': _divergence,
    # Of segmentors.
    'mIoU': lambda found: float('nan'),
}
for _group in (*GROUPS, 'later'):
    VARIANTS[f'agreement, {_group}'] = partial(_agreement, group=_group)
    VARIANTS[f'divergence, {_group}'] = partial(_divergence, group=_group)


def measure(algorithm: SSDKD, groups: Images) -> dict[str, float]:
    """Returns what every variant gives for a student.

    Args:
        algorithm (SSDKD): With the student.
        groups (dict[str, torch.Tensor]): From :func:`image_groups`.
    """
    found = {name: compare(algorithm, group) for name, group in groups.items()}
    values = {
        name: of(found) for name, of in VARIANTS.items() if name != 'mIoU'
    }
    if 'union' in found['whole']:
        values['mIoU'] = mean_iou(found['whole'])
    return values
