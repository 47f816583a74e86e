"""Datasets: the one that holds no data, and the embedded examples."""

from .digit_pairs import DigitPairs
from .digit_scenes import DigitScenes
from .digit_sets import DigitSets
from .digits import Digits
from .latent_dataset import LatentDataset
from .load_array import LoadArrayFromFile

__all__ = [
    'DigitPairs',
    'DigitScenes',
    'DigitSets',
    'Digits',
    'LatentDataset',
    'LoadArrayFromFile',
]
