"""Lets the OpenMMLab stack import, resume and distil on today's PyTorch.

Every mend is one file, touches nothing where the stack works by itself, and
must run before ``mmrazor.models``, ``mmpretrain.models`` or ``mmseg.models``
are imported. The order below matters: torchvision is imported by mmpretrain,
``mmcv.ops`` by mmseg, mmcls and the quantization tables by all of MMRazor,
which the tables' mend imports.
"""

from .averaged_models import mend_averaged_models
from .checkpoint_files import mend_checkpoint_files
from .checkpoint_globals import allow_mmengine_checkpoints
from .checkpoint_sources import check_checkpoint_sources
from .checkpoint_text import disarm_checkpoint_text
from .classifier_preprocessors import mend_classifier_preprocessors
from .config_layouts import lay_configs_out_once
from .contrast_samples import mend_contrast_samples
from .data_free import mend_data_free_distillation
from .decoupled_loss import mend_decoupled_loss
from .distilled_heads import mend_distilled_heads
from .feature_pictures import mend_feature_pictures
from .finite_checkpoints import mend_broken_checkpoints
from .gradient_accumulation import mend_gradient_accumulation
from .inplace_layers import mend_inplace_layers
from .interrupted_epochs import mend_interrupted_epochs
from .known_warnings import ignore_known_warnings
from .mmcls_imports import import_mmcls_as_mmpretrain
from .mmcls_names import mend_mmcls_names
from .mmcv_ops import import_mmcv_ops
from .named_sections import name_sections
from .own_configs import mend_own_configs
from .package_installs import mend_package_installs
from .package_loaders import restore_find_loader
from .predictor_types import mend_predictor_types
from .quantization_tables import skip_quantization_tables
from .runner_checkpoints import check_runner_checkpoints
from .sampled_choices import mend_sampled_choices
from .several_processes import mend_several_processes
from .torchvision_ops import import_torchvision

__all__ = ['mend']


def mend() -> None:
    """Applies every mend once; a second call changes nothing."""
    restore_find_loader()
    ignore_known_warnings()
    import_torchvision()
    import_mmcv_ops()
    import_mmcls_as_mmpretrain()
    skip_quantization_tables()
    allow_mmengine_checkpoints()
    disarm_checkpoint_text()
    check_checkpoint_sources()
    check_runner_checkpoints()
    name_sections()
    mend_checkpoint_files()
    mend_broken_checkpoints()
    mend_gradient_accumulation()
    mend_interrupted_epochs()
    mend_averaged_models()
    mend_data_free_distillation()
    mend_classifier_preprocessors()
    mend_contrast_samples()
    mend_decoupled_loss()
    mend_distilled_heads()
    mend_feature_pictures()
    mend_inplace_layers()
    mend_predictor_types()
    mend_sampled_choices()
    mend_package_installs()
    mend_mmcls_names()
    mend_own_configs()
    lay_configs_out_once()
    mend_several_processes()
