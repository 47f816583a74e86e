"""Finds out whether torchrun has started a training again."""

import os

import mmengine.runner.runner
import torch
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.dist import is_distributed

from mmrazor_ssdkd.distributed import sum_over_processes

__all__ = ['is_restarted']

_COUNT = 'TORCHELASTIC_RESTART_COUNT'


def is_restarted(cfg: Config) -> bool:
    """Returns whether processes of a training have failed before.

    torchrun counts restarts for each machine, and only where a process failed
    on it: one that is started again because of another machine's failure
    counts none. So the processes ask each other.

    Args:
        cfg (Config): Of the training, whose processes this connects.
    """
    if _COUNT not in os.environ:
        return False
    restarts = int(os.environ[_COUNT])
    if cfg.get('launcher', 'none') == 'none':
        return restarts > 0
    if not is_distributed():
        settings = cfg.get('env_cfg', {}).get('dist_cfg', {})
        # As the runner does, by what the mends put there.
        mmengine.runner.runner.init_dist(cfg.launcher, **settings)
    count = torch.tensor([restarts], device=get_device())
    return bool(sum_over_processes(count) > 0)
