"""A buffer's images for a page: by class, beside maps, and the worst."""

from dataclasses import dataclass
from typing import Any, Optional

import torch

from mmrazor_ssdkd.cli.pictures import class_colors, to_rgb
from mmrazor_ssdkd.models.algorithms import SSDKD

from .facts import Fact, number
from .pictures import Array, colored_map, data_uri
from .samples import Answers, Samples, newest_of_classes

__all__ = ['ClassRow', 'Shown', 'class_rows', 'shown_newest', 'shown_worst']

# Of each class, of all classes, of a segmentor's images, of the worst.
_EACH, _CLASSES, _PAIRS, _WORST = 6, 20, 8, 12


@dataclass(frozen=True)
class Shown:
    """A picture, what it is of, and pictures beside it.

    Attributes:
        pictures (list[tuple[str, str]]): Addresses, and what each is.
        facts (list[Fact]): What is said of it.
    """

    pictures: list[tuple[str, str]]
    facts: list[Fact]


@dataclass(frozen=True)
class ClassRow:
    """A class, its share of the buffer and its newest images."""

    name: str
    color: str
    count: Fact
    share: Fact
    agreement: Optional[Fact]
    pictures: list[str]


def class_rows(
    algorithm: SSDKD,
    samples: Samples,
    answers: Answers,
    names: list[str],
    meta: dict[str, Any],
) -> list[ClassRow]:
    """Returns the classes, with images where a sample is of one class.

    Args:
        algorithm (SSDKD): In eval mode.
        samples (dict[str, torch.Tensor]): Of its buffer.
        answers (Answers): Of both networks to the newest of them.
        names (list[str]): Of its classes.
        meta (dict): How the data colours them.

    Returns:
        list[ClassRow]: All; of very many those with most and with fewest.
    """
    labels, meaning = samples['labels'], algorithm.label_model
    counts = meaning.count(labels, algorithm.num_classes).tolist()
    # Several labels of an image do not make several images.
    whole = labels.numel() if meaning.is_map(labels) else len(labels)
    shown = _outermost(counts)
    colors = class_colors(algorithm, meta)
    newest: dict[int, list[int]] = {}
    if not meaning.is_map(labels):
        newest = newest_of_classes(samples, meaning, shown, _EACH)
    rows = []
    for label in shown:
        places = newest.get(label, [])
        pictures = to_rgb(samples['images'][places], algorithm)
        agreement = answers.agreement_of(label)
        rows.append(
            ClassRow(
                names[label],
                '#{:02x}{:02x}{:02x}'.format(*colors[label].tolist()),
                number(f'count.{label}', 'in the buffer', counts[label]),
                _percent(f'share.{label}', counts[label] / whole),
                None
                if agreement is None
                else _percent(f'agreement.{label}', agreement),
                [data_uri(picture) for picture in pictures],
            )
        )
    return rows


def shown_newest(
    algorithm: SSDKD, samples: Samples, meta: dict[str, Any]
) -> list[Shown]:
    """Returns a segmentor's newest images beside the teacher's maps.

    Args:
        algorithm (SSDKD): In eval mode.
        samples (dict[str, torch.Tensor]): Of its buffer.
        meta (dict): How the data colours classes.

    Returns:
        list[Shown]: None of a classifier's.
    """
    if not algorithm.label_model.is_map(samples['labels']):
        return []
    colors = class_colors(algorithm, meta)
    shown = min(_PAIRS, len(samples['order']))
    places = samples['order'].topk(shown).indices
    pictures = to_rgb(samples['images'][places], algorithm)
    return [
        Shown(
            [
                (data_uri(picture), 'image'),
                (_map_uri(labels, colors, picture), "teacher's map"),
            ],
            [],
        )
        for picture, labels in zip(pictures, samples['labels'][places])
    ]


def shown_worst(
    algorithm: SSDKD,
    samples: Samples,
    answers: Answers,
    names: list[str],
    meta: dict[str, Any],
) -> list[Shown]:
    """Returns the images where student and teacher disagree most.

    Args:
        algorithm (SSDKD): In eval mode.
        samples (dict[str, torch.Tensor]): Of its buffer.
        answers (Answers): Of both networks.
        names (list[str]): Of its classes.
        meta (dict): How the data colours them.

    Returns:
        list[Shown]: The worst first.
    """
    colors = class_colors(algorithm, meta)
    found = []
    for place in answers.worst(_WORST):
        index = answers.index[place]
        picture = to_rgb(samples['images'][index][None], algorithm)[0]
        pictures = [(data_uri(picture), 'image')]
        of_both = (answers.classes_T[place], answers.classes_S[place])
        divergence = answers.divergence[place].item()
        facts = [Fact('divergence', 'KL', divergence, f'{divergence:.3g}')]
        if algorithm.label_model.is_map(answers.classes_T):
            for labels, who in zip(of_both, ('teacher', 'student')):
                pictures.append((_map_uri(labels, colors, picture), who))
            same = (of_both[0] == of_both[1]).double().mean().item()
            facts.append(Fact('agreement', 'agree on', same, f'{same:.1%}'))
        else:
            sure_T = samples['confidence'][index].mean().item()
            sure_S = answers.confidence_S[place].mean().item()
            for who, label, sure in zip(
                ('teacher', 'student'), of_both, (sure_T, sure_S)
            ):
                shown = algorithm.label_model.caption(label, names)
                text = f'{shown} ({sure:.0%})'
                facts.append(Fact(f'confidence.{who}', who, sure, text))
        found.append(Shown(pictures, facts))
    return found


def _outermost(counts: list[int]) -> list[int]:
    """Returns all classes, or of very many the largest and smallest."""
    if len(counts) <= 2 * _CLASSES:
        return list(range(len(counts)))
    by_size = sorted(range(len(counts)), key=lambda c: -counts[c])
    return sorted({*by_size[:_CLASSES], *by_size[-_CLASSES:]})


def _percent(key: str, value: float) -> Fact:
    """Returns a share."""
    return Fact(key, key.split('.')[0], value, f'{value:.1%}')


def _map_uri(labels: torch.Tensor, colors: Array, picture: Array) -> str:
    """Returns a map in colours, as large as its picture."""
    drawn = colored_map(labels.long().numpy(), colors, picture.shape[:2])
    return data_uri(drawn, exact=True)
