"""Datasets: the one that holds no data, and the embedded example."""

from .digits import Digits
from .latent_dataset import LatentDataset

__all__ = ['Digits', 'LatentDataset']
