"""The teacher's classes as labels of the losses that recorders look at."""

from typing import Any

import torch
from mmengine.structures import PixelData
from mmpretrain.structures import DataSample
from mmseg.structures import SegDataSample


def looks_at_loss(recorders: Any) -> bool:
    """Returns whether a recorder looks at a task loss."""
    return any(
        'loss' in recorder.source.lower()
        for recorder in recorders.recorders.values()
    )


def compute_task_loss(
    model: Any, logits: torch.Tensor, labels: torch.Tensor
) -> None:
    """Has a model compute its own loss against pseudo labels.

    Args:
        model (nn.Module): An mmpretrain classifier or an mmseg segmentor.
        logits (torch.Tensor): Its logits, (N, C) or (N, C, H, W).
        labels (torch.Tensor): The teacher's classes, (N,) or (N, H, W), or
            which of several labels an image has, (N, L).
    """
    if logits.dim() == 4:
        maps = [
            SegDataSample(gt_sem_seg=PixelData(data=label[None]))
            for label in labels
        ]
        model.decode_head.loss_by_feat(logits, maps)
        return
    samples = [
        DataSample().set_gt_score(label.float())
        if label.dim()
        else DataSample().set_gt_label(label)
        for label in labels
    ]
    # `head.loss` would run the head a second time.
    model.head._get_loss(logits, samples)


def check_no_loss(recorders: Any) -> None:
    """Raises a ValueError for a source that only one teacher could give."""
    if looks_at_loss(recorders):
        sources = [r.source for r in recorders.recorders.values()]
        raise ValueError(
            '`distiller.teacher_recorders` must not look at a loss where '
            'there are `teachers` (the student has the same labels), but got '
            f'the sources {sources}'
        )
