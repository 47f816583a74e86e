"""What drives training: optimizer wrappers and random streams."""

from .bf16_optim_wrapper import Bf16OptimWrapper
from .random_stream import RandomStream

__all__ = ['Bf16OptimWrapper', 'RandomStream']
