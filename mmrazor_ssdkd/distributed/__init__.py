"""What several processes of one training say to each other."""

from .batch_norm import pool_batch_norms
from .collectives import (
    average_buffers,
    broadcast_weights,
    gather_objects,
    gather_rows,
    num_processes,
    pooled_mean,
    process_number,
    shared_draw,
    sum_over_processes,
)
from .gradients import average_gradients, update
from .shards import deal

__all__ = [
    'average_buffers',
    'average_gradients',
    'broadcast_weights',
    'deal',
    'gather_objects',
    'gather_rows',
    'num_processes',
    'pool_batch_norms',
    'pooled_mean',
    'process_number',
    'shared_draw',
    'sum_over_processes',
    'update',
]
