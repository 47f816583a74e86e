"""What a network's logits mean.

All of SSD-KD, from the generator's losses to the report, compares softmaxes
over classes, of an image or of each pixel. What else logits can mean is turned
into that here, and back where one looks at it.
"""

from typing import Optional

import torch

__all__ = ['BinaryMap', 'LabelModel', 'OneClass', 'SeveralLabels']


class LabelModel:
    """Says how a network's own logits become those of softmaxes.

    Attributes:
        kind (str): What it is, for messages.
    """

    kind: str

    def check(self, name: str, logits: torch.Tensor) -> int:
        """Returns the number of classes, those that have names.

        Args:
            name (str): The argument that the network was given as.
            logits (torch.Tensor): Its own, (N, C) or (N, C, H, W).

        Raises:
            ValueError: They are of another shape than this means.
        """
        raise NotImplementedError

    def split(self, logits: torch.Tensor) -> torch.Tensor:
        """Returns logits of softmaxes, over dimension 1.

        Args:
            logits (torch.Tensor): The network's own.
        """
        return logits

    def merge(self, preds: torch.Tensor) -> torch.Tensor:
        """Returns the network's own logits of what :meth:`split` gave."""
        return preds

    def table_shape(self, num_classes: int) -> tuple[int, ...]:
        """Returns the shape that class frequencies have.

        Args:
            num_classes (int): What :meth:`check` returned.
        """
        return (num_classes,)

    def shares(self, class_frequency: torch.Tensor) -> torch.Tensor:
        """Returns the share of each named class, (C,)."""
        return class_frequency

    def targets(
        self, preds_T: torch.Tensor, drawn: Optional[torch.Tensor]
    ) -> Optional[torch.Tensor]:
        """Returns what L_Task asks the generator for.

        Args:
            preds_T (torch.Tensor): The teacher's, from :meth:`split`.
            drawn (torch.Tensor, optional): A named class for each image,
                (N,).

        Returns:
            torch.Tensor | None: Classes as L_Task takes them; None for the
            teacher's own predictions.
        """
        return drawn

    def is_map(self, labels: torch.Tensor) -> bool:
        """Returns whether labels, (N, ...), are of pixels."""
        return labels.dim() == 3

    def carry(self, labels: torch.Tensor, label: int) -> torch.Tensor:
        """Returns which images, or pixels, are of a named class.

        Args:
            labels (torch.Tensor): Classes, as a replay buffer has them.
            label (int): The named class.
        """
        return labels == label

    def count(self, labels: torch.Tensor, num_classes: int) -> torch.Tensor:
        """Returns how many images, or pixels, are of each named class.

        Args:
            labels (torch.Tensor): Classes, as a replay buffer has them.
            num_classes (int): What :meth:`check` returned.
        """
        return torch.bincount(labels.flatten().long(), minlength=num_classes)

    def caption(self, label: torch.Tensor, names: list[str]) -> str:
        """Returns the names of what an image shows.

        Args:
            label (torch.Tensor): Of an image; not a map.
            names (list[str]): Of the classes.
        """
        return names[int(label)]


class OneClass(LabelModel):
    """A softmax over classes that exclude each other."""

    kind = 'of one class for each image or pixel (a softmax)'

    def check(self, name: str, logits: torch.Tensor) -> int:
        """See :class:`LabelModel`."""
        if logits.shape[1] < 2:
            raise ValueError(
                f'`{name}` must give a logit for each of >= 2 classes, or '
                'have a loss with `use_sigmoid`, which says that one logit '
                f'is of two, but got {logits.shape[1]}'
            )
        return logits.shape[1]


class BinaryMap(LabelModel):
    """A sigmoid for each pixel, which is a softmax over (0, z).

    A pixel is of the second class where its probability is above one half,
    whatever ``threshold`` the network has at test time.
    """

    kind = 'of two classes for each pixel (one sigmoid)'

    def check(self, name: str, logits: torch.Tensor) -> int:
        """See :class:`LabelModel`."""
        if logits.dim() != 4 or logits.shape[1] != 1:
            raise ValueError(
                f'`{name}` must give maps of one logit where its head is '
                f'{self.kind}, (N, 1, H, W), but got {tuple(logits.shape)}'
            )
        return 2

    def split(self, logits: torch.Tensor) -> torch.Tensor:
        """Returns logits of two classes, (N, 2, H, W)."""
        return torch.cat([torch.zeros_like(logits), logits], dim=1)

    def merge(self, preds: torch.Tensor) -> torch.Tensor:
        """See :class:`LabelModel`."""
        return preds[:, 1:] - preds[:, :1]


class SeveralLabels(LabelModel):
    r"""A sigmoid for each label, of which an image has any number.

    Each label l is a problem of two classes of its own, *off* and *on*, whose
    softmax over :math:`(0, z_l)` is :math:`(1 - \sigma(z_l), \sigma(z_l))`.
    The logits are (N, 2, L), and every formula of the method holds for a label
    as it stands for a pixel:

    - the teacher's class :math:`c_{T,l}(x)` is *on* where
      :math:`\sigma(z_l) > 1/2`, whatever threshold the head has at test time,
      and :math:`p_{T,l} = \max(\sigma(z_l), 1 - \sigma(z_l))`;
    - class frequencies are each label's own, (2, L): of *on* the share
      :math:`f_l` of the images in the buffer whose teacher says l, of *off*
      the share of the others;
    - :math:`\phi_l(x) = (1 - \frac{1}{|B|} \sum_{x' \in B} 1[c_{T,l}(x') =
      c_{T,l}(x)]) (1 - p_{T,l}(x))^\gamma`, whose first factor is
      :math:`1 - f_l` for a label that the image has, so large for rare ones,
      and :math:`f_l` for one that it has not;
    - L_Task is the binary cross entropy and L_KD the binary divergence
      :math:`p \log \frac{p}{q} + (1 - p) \log \frac{1 - p}{1 - q}`.

    L_Task and L_KD, and with it an image's priority, are the sums over labels:
    those of their joint distribution, and what the heads themselves are
    trained by (see :func:`losses_of_samples` for what the mean costs). An
    image's phi, by which it is admitted, stays in 0 to 1 as the mean of its
    labels', and so does the buffer's confidence. The balance of the buffer is
    the mean entropy of *on* and *off* over log 2: 1 where each label is on
    half of the images, 0 where none tells any two of them apart. A label that
    is always on, or never, has no diversity left in that state.
    """

    kind = 'of several labels for each image (a sigmoid each)'

    def check(self, name: str, logits: torch.Tensor) -> int:
        """See :class:`LabelModel`."""
        if logits.dim() != 2:
            raise ValueError(
                f'`{name}` must give logits of shape (N, L) where its head '
                f'is {self.kind}, but got {tuple(logits.shape)}'
            )
        return logits.shape[1]

    def split(self, logits: torch.Tensor) -> torch.Tensor:
        """Returns logits of off and on, (N, 2, L)."""
        return torch.stack([torch.zeros_like(logits), logits], dim=1)

    def merge(self, preds: torch.Tensor) -> torch.Tensor:
        """See :class:`LabelModel`."""
        return preds[:, 1] - preds[:, 0]

    def table_shape(self, num_classes: int) -> tuple[int, ...]:
        """See :class:`LabelModel`."""
        return (2, num_classes)

    def shares(self, class_frequency: torch.Tensor) -> torch.Tensor:
        """Returns of each label the share of images that have it, (L,)."""
        return class_frequency[1]

    def targets(
        self, preds_T: torch.Tensor, drawn: Optional[torch.Tensor]
    ) -> Optional[torch.Tensor]:
        """Returns the teacher's own labels and the drawn one, (N, L)."""
        if drawn is None:
            return None
        targets = preds_T.argmax(dim=1)
        targets[torch.arange(len(drawn), device=drawn.device), drawn] = 1
        return targets

    def carry(self, labels: torch.Tensor, label: int) -> torch.Tensor:
        """Returns which images have a label, (N,)."""
        return labels[:, label] == 1

    def count(self, labels: torch.Tensor, num_classes: int) -> torch.Tensor:
        """Returns how many images have each label."""
        return labels.long().sum(dim=0)

    def caption(self, label: torch.Tensor, names: list[str]) -> str:
        """Returns the names of all labels, or 'none'."""
        on = label.nonzero().flatten().tolist()
        return ', '.join(names[number] for number in on) or 'none'
