"""Lets MMRazor's DeiT head take what mmpretrain's DeiT gives."""


def mend_distilled_heads() -> None:
    """Makes MMRazor's ``DeiTClsHead`` read two tokens as well as three.

    mmcls handed on the patches before them, mmpretrain does not; its own head
    takes both.
    """
    # Their packages import what the other mends mend.
    from mmpretrain.models.heads import DeiTClsHead as Current
    from mmrazor.models.architectures.heads import DeiTClsHead

    DeiTClsHead.pre_logits = Current.pre_logits
