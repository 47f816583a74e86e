"""What a run ran on."""

import platform
from pathlib import Path

import torch

__all__ = ['machine_name']


def machine_name() -> str:
    """Returns this machine's device and torch, in words.

    Processors of one name differ in what they can do, so that it is beside
    the name.
    """
    version = f'torch {torch.__version__}'
    if torch.cuda.is_available():
        return f'{torch.cuda.get_device_name()}, {version}'
    capability = torch.backends.cpu.get_cpu_capability()
    return f'{_processor()} ({capability}), {version}'


def _processor() -> str:
    """Returns the processor's name."""
    info = Path('/proc/cpuinfo')
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith('model name'):
                return line.partition(':')[2].strip()
    return platform.processor() or platform.machine()
