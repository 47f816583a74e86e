"""What several processes of one training say to each other."""

from .batch_norm import pool_batch_norms
from .collectives import (
    average_buffers,
    average_tensors,
    broadcast_weights,
    gather_objects,
    num_processes,
    pooled_mean,
    process_number,
    shared_draw,
    sum_over_processes,
    sum_tensors,
)
from .gradients import average_gradients, update
from .norm_statistics import (
    batch_moments,
    norm_features,
    pooled_count,
    pooled_moments,
    pooled_statistics,
)
from .shards import deal

__all__ = [
    'average_buffers',
    'average_gradients',
    'average_tensors',
    'batch_moments',
    'broadcast_weights',
    'deal',
    'gather_objects',
    'norm_features',
    'num_processes',
    'pool_batch_norms',
    'pooled_count',
    'pooled_mean',
    'pooled_moments',
    'pooled_statistics',
    'process_number',
    'shared_draw',
    'sum_over_processes',
    'sum_tensors',
    'update',
]
