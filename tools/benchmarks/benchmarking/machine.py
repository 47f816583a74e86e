"""What a machine is, takes and can do."""

import resource
import time

import torch


def clock(device: torch.device) -> float:
    """Returns the time in seconds once a device has done all its work."""
    if device.type == 'cuda':
        torch.cuda.synchronize(device)
    return time.perf_counter()


def device_name(device: torch.device) -> str:
    """Returns a device's kind and, of a GPU, its product name."""
    if device.type == 'cuda':
        return f'cuda ({torch.cuda.get_device_name(device)})'
    return device.type


def peak_memory(device: torch.device) -> int:
    """Returns the most bytes that were in use so far."""
    if device.type == 'cuda':
        return torch.cuda.max_memory_allocated(device)
    # Linux counts in kilobytes.
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def matrix_rate(device: torch.device, dtype: torch.dtype) -> float:
    """Measures what a machine reaches in a large matrix product.

    Args:
        device (torch.device): Where.
        dtype (torch.dtype): Of the matrices. In float32 a GPU may use TF32 if
            its convolutions may.

    Returns:
        float: Floating-point operations in a second.
    """
    size = 8192 if device.type == 'cuda' else 1024
    matrix = torch.randn(size, size, device=device).to(dtype)
    matmul = torch.backends.cuda.matmul
    allowed = matmul.allow_tf32
    matmul.allow_tf32 = torch.backends.cudnn.allow_tf32
    seconds = []
    for _ in range(8):
        start = clock(device)
        matrix @ matrix
        seconds.append(clock(device) - start)
    matmul.allow_tf32 = allowed
    return 2 * size**3 / min(seconds)
