"""Generators: noise in, image out."""

from .image_generator import ImageGenerator
from .image_space_generator import ImageSpaceGenerator
from .normalized_generator import NormalizedGenerator
from .ssdkd_generator import SSDKDGenerator

__all__ = [
    'ImageGenerator',
    'ImageSpaceGenerator',
    'NormalizedGenerator',
    'SSDKDGenerator',
]
