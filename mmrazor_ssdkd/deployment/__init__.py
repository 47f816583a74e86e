"""Networks in the forms that run without OpenMMLab."""

from .comparison_images import comparison_batches, stored_images
from .deployed_model import DeployedModel
from .forms import FORMS, DeployedFile, deploy

__all__ = [
    'FORMS',
    'DeployedFile',
    'DeployedModel',
    'comparison_batches',
    'deploy',
    'stored_images',
]
