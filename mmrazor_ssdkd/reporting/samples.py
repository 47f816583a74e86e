"""What a replay buffer holds, and where student and teacher disagree on it."""

from dataclasses import dataclass
from typing import Optional

import torch

from mmrazor_ssdkd.models.algorithms import SSDKD
from mmrazor_ssdkd.models.label_models import LabelModel
from mmrazor_ssdkd.models.losses import kl_divergence

__all__ = ['Answers', 'Samples', 'compare', 'newest_of_classes']

Samples = dict[str, torch.Tensor]
# So many of the newest images are put through the student.
_COMPARED = 1024
_BATCH = 64


@dataclass(frozen=True)
class Answers:
    """What teacher and student say of the newest images of a buffer.

    Attributes:
        label_model (LabelModel): What the classes mean.
        index (torch.Tensor): Which of the samples they are, (N,).
        divergence (torch.Tensor): L_KD of each at temperature 1, (N,).
        classes_T (torch.Tensor): The teacher's, (N,) or (N, H, W); (N, L) of
            several labels.
        classes_S (torch.Tensor): The student's, of the same shape.
        confidence_S (torch.Tensor): The student's, of the same shape.
    """

    label_model: LabelModel
    index: torch.Tensor
    divergence: torch.Tensor
    classes_T: torch.Tensor
    classes_S: torch.Tensor
    confidence_S: torch.Tensor

    @property
    def agreement(self) -> float:
        """The share of images, pixels or labels that are alike of both."""
        return (self.classes_T == self.classes_S).double().mean().item()

    def agreement_of(self, label: int) -> Optional[float]:
        """Returns the share among those of a class of the teacher's.

        Args:
            label (int): The class.

        Returns:
            float | None: None where there are none.
        """
        of_class = self.label_model.carry(self.classes_T, label)
        if not of_class.any():
            return None
        same = self.label_model.carry(self.classes_S, label)[of_class]
        return same.double().mean().item()

    def worst(self, number: int) -> list[int]:
        """Returns the places in here where they disagree most.

        Args:
            number (int): How many at most.
        """
        found = self.divergence.topk(min(number, len(self.divergence)))
        return found.indices.tolist()


def newest_of_classes(
    samples: Samples, label_model: LabelModel, classes: list[int], number: int
) -> dict[int, list[int]]:
    """Returns the newest samples of some classes of a classifier.

    Args:
        samples (dict[str, torch.Tensor]): Of a replay buffer.
        label_model (LabelModel): What its labels mean.
        classes (list[int]): Of which classes.
        number (int): How many of each, at most.

    Returns:
        dict[int, list[int]]: Their places, the newest first.
    """
    order = samples['order'].argsort(descending=True)
    labels = samples['labels'][order]
    return {
        label: order[label_model.carry(labels, label)][:number].tolist()
        for label in classes
    }


@torch.no_grad()
def compare(algorithm: SSDKD, samples: Samples) -> Answers:
    """Puts the newest images through the student, and the teacher if needed.

    Args:
        algorithm (SSDKD): In eval mode.
        samples (dict[str, torch.Tensor]): Of its replay buffer.

    Returns:
        Answers: Of both.
    """
    number = min(_COMPARED, len(samples['order']))
    index = samples['order'].topk(number).indices
    parts = []
    for places in index.split(_BATCH):
        images = samples['images'][places]
        if 'preds_T' in samples:
            preds_T = samples['preds_T'][places]
        else:
            preds_T = algorithm.predict_teacher(images)
        preds_S = algorithm.predict_student(images, preds_T)
        confidence, classes = preds_S.softmax(dim=1).max(dim=1)
        parts.append(
            (
                kl_divergence(preds_S, preds_T),
                preds_T.argmax(dim=1),
                classes,
                confidence,
            )
        )
    return Answers(algorithm.label_model, index, *map(torch.cat, zip(*parts)))
