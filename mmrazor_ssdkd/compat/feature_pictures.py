"""Lets MMRazor's visualization hook draw through mmpretrain's visualizer."""

from typing import Any, Optional

import numpy as np

__all__ = ['mend_feature_pictures']


def mend_feature_pictures() -> None:
    """Gives ``UniversalVisualizer`` the ``add_datasample`` of mmcls.

    ``RazorVisualizationHook`` hands its pictures of features to it, with the
    ``out_file`` that mmengine's own method does not take. mmseg's visualizer
    takes it.
    """
    # Their packages import what the other mends mend.
    from mmengine.visualization import Visualizer
    from mmpretrain.visualization import UniversalVisualizer

    if UniversalVisualizer.add_datasample is Visualizer.add_datasample:
        UniversalVisualizer.add_datasample = _add_picture


def _add_picture(
    visualizer: Any,
    name: str,
    image: np.ndarray,
    data_sample: Any = None,
    draw_gt: bool = True,
    draw_pred: bool = True,
    show: bool = False,
    wait_time: float = 0,
    step: int = 0,
    out_file: Optional[str] = None,
    **_drawn: Any,
) -> None:
    """Shows a picture, and writes it to a file or else to the backends."""
    # It imports what the other mends mend.
    import mmcv

    if show:
        visualizer.show(image, win_name=name, wait_time=wait_time)
    if out_file is None:
        visualizer.add_image(name, image, step=step)
    else:
        # It writes blue first, and gray images as they are.
        written = image[..., ::-1] if image.ndim == 3 else image
        mmcv.imwrite(written, out_file)
