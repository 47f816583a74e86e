"""Mixed precision that needs no loss scaling and no particular device."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any, Optional

import torch
from mmengine.logging import print_log
from mmengine.optim import OptimWrapper
from torch import nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from mmrazor_ssdkd.distributed import num_processes, sum_over_processes
from mmrazor_ssdkd.registry import OPTIM_WRAPPERS
from mmrazor_ssdkd.validation import check_bool

# Each name that one can call them by, since a function of PyTorch's own is
# not looked into.
_SOFTMAXES = (
    F.cross_entropy,
    F.gumbel_softmax,
    F.log_softmax,
    F.softmax,
    F.softmin,
    torch.log_softmax,
    torch.logsumexp,
    torch.softmax,
    torch.special.log_softmax,
    torch.special.logsumexp,
    torch.special.softmax,
    torch.Tensor.log_softmax,
    torch.Tensor.logsumexp,
    torch.Tensor.softmax,
)
_TRIALS = 5


@OPTIM_WRAPPERS.register_module()
class Bf16OptimWrapper(OptimWrapper):
    """Runs the forward pass under bfloat16 autocast, on the CPU too.

    mmengine's ``AmpOptimWrapper`` refuses a CPU because its gradient scaler
    wants a GPU. bfloat16 has float32's range and needs no scaler. Softmaxes,
    with the losses of other people that they are in, run in float32 on the CPU
    too, where PyTorch's autocast forgets them: in bfloat16 the gradient of a
    divergence at a temperature of 20 is off by a third or more. Those within
    PyTorch's own attention stay as they are.

    Args:
        enabled (bool, optional): Whether to autocast. Defaults to None: where
            it pays, on a GPU since Ampere and on a processor with AMX, where
            the slim CIFAR-10 student takes two thirds of float32's time. On
            one with AVX-512's bfloat16 alone a trial of half a second
            decides: the student takes 0.7 of that time on one such processor
            and took 1.3 on another. A resumed run goes on as it was.
        **kwargs (Any): Those of mmengine's ``OptimWrapper``.

    Raises:
        TypeError: ``enabled`` is no bool.

    Example:
        >>> optim_wrapper = dict(
        ...     architecture=dict(type='mmrazor_ssdkd.Bf16OptimWrapper'))
    """

    def __init__(
        self, *args: Any, enabled: Optional[bool] = None, **kwargs: Any
    ) -> None:
        if enabled is not None:
            check_bool('enabled', enabled)
        super().__init__(*args, **kwargs)
        self.enabled = enabled
        # How this run, or the one that it resumes, did it.
        self._in_bf16: Optional[bool] = None

    def state_dict(self) -> dict[str, Any]:
        """Returns the optimizer's state, and whether it is in bfloat16."""
        state = super().state_dict()
        if self._in_bf16 is not None:
            state['bfloat16'] = self._in_bf16
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Goes on from a state.

        Args:
            state_dict (dict): From :meth:`state_dict`, or another wrapper's.

        Raises:
            TypeError: What it says of bfloat16 is no bool.
        """
        state = dict(state_dict)
        if (in_bf16 := state.pop('bfloat16', None)) is not None:
            self._in_bf16 = check_bool('optimizer.bfloat16', in_bf16)
            if self.enabled is None:
                _log(in_bf16, 'as the run did that it resumes')
        super().load_state_dict(state)

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Autocasts on the device of the model's parameters inside.

        Args:
            model (nn.Module): The model that runs inside.
        """
        device = next(model.parameters()).device
        if self.enabled is not None:
            self._in_bf16 = self.enabled
        elif self._in_bf16 is None:
            self._in_bf16 = _pays(device)
        if not self._in_bf16:
            with super().optim_context(model):
                yield
            return
        autocast = torch.autocast(device.type, dtype=torch.bfloat16)
        softmaxes = (
            _Float32Softmax() if device.type == 'cpu' else nullcontext()
        )
        mended = _mended(model, device)
        with super().optim_context(model), autocast, mended, softmaxes:
            yield


@cache
def _pays(device: torch.device) -> bool:
    """Tells whether bfloat16 is the faster one, and logs it."""
    if device.type == 'cuda':
        pays = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        pays = device.type != 'cpu' or _pays_on_processor()
    _log(pays, 'the faster one on this device')
    return pays


def _log(in_bf16: bool, why: str) -> None:
    """Says which precision it is, and how to have the other."""
    kind = 'bfloat16' if in_bf16 else 'float32'
    print_log(
        f'Trains in {kind}, {why}; `enabled` in the optimizer wrapper has the '
        'last word',
        logger='current',
    )


def _pays_on_processor() -> bool:
    """Asks the processor, and where that is not enough, the clock."""
    # No public names for them in torch 2.6.
    has_amx = getattr(torch.cpu, '_is_amx_tile_supported', bool)
    has_bf16 = getattr(torch.cpu, '_is_avx512_bf16_supported', bool)
    pays = has_amx() or (has_bf16() and trial_ratio() < 1)
    # Of several processes all or none, though their processors be two kinds.
    votes = sum_over_processes(torch.tensor(int(pays), device='cpu'))
    return int(votes) == num_processes()


@torch.inference_mode(False)
@torch.enable_grad()
def trial_ratio() -> float:
    """Returns how long bfloat16 takes on a CPU, over what float32 takes.

    Of three convolutions with BatchNorm and ReLU, forward and backward, the
    best of several trials that alternate. It draws no random numbers.
    """
    shape = (64, 32, 16, 16)
    # Whatever a caller has made the default.
    kind: Any = dict(device='cpu', dtype=torch.float32)
    images = torch.linspace(-1, 1, math.prod(shape), **kind).view(shape)
    images = images.contiguous(memory_format=torch.channels_last)
    weight = torch.linspace(-1, 1, 32 * 32 * 9, **kind).view(32, 32, 3, 3)
    best = {True: math.inf, False: math.inf}
    for _ in range(_TRIALS):
        for enabled in best:
            # Other processes' time does not count.
            start = time.process_time()
            features = images.clone().requires_grad_()
            kernel = weight.clone().requires_grad_()
            with torch.autocast('cpu', torch.bfloat16, enabled=enabled):
                for _ in range(3):
                    features = F.conv2d(features, kernel, padding=1)
                    features = F.batch_norm(
                        features, None, None, training=True
                    )
                    features = features.relu()
            features.float().sum().backward()
            best[enabled] = min(best[enabled], time.process_time() - start)
    return best[True] / best[False]


class _Float32Softmax(TorchFunctionMode):
    """Hands softmaxes float32 inputs, as autocast does on a GPU."""

    def __torch_function__(
        self,
        func: Callable,
        types: Any,
        args: tuple = (),
        kwargs: Optional[dict] = None,
    ) -> Any:
        """Calls a function, on another input where it is a softmax."""
        kwargs = dict(kwargs or {})
        if func in _SOFTMAXES:
            if args:
                args = (_widened(args[0]), *args[1:])
            elif 'input' in kwargs:
                kwargs['input'] = _widened(kwargs['input'])
        return func(*args, **kwargs)


def _widened(logits: torch.Tensor) -> torch.Tensor:
    """Returns what is in bfloat16 in float32."""
    return logits.float() if logits.dtype == torch.bfloat16 else logits


@contextmanager
def _mended(model: nn.Module, device: torch.device) -> Iterator[None]:
    """Hands dilated depthwise convolutions what they differentiate right.

    In bfloat16 on a CPU, where inputs or weights have their channels last, the
    gradients of their weights are another number in every call, infinity
    included (torch 2.13, oneDNN 3.12). MobileNets in DeepLabs have them.
    """
    layers = [
        layer
        for layer in model.modules()
        if device.type == 'cpu'
        and isinstance(layer, nn.Conv2d)
        and layer.groups > 1
        and max(layer.dilation) > 1
    ]
    for layer in layers:
        # `contiguous` keeps the strides of channels last for one channel.
        layer.weight.data = layer.weight.data.clone(
            memory_format=torch.contiguous_format
        )
    handles = [
        layer.register_forward_pre_hook(_channels_first) for layer in layers
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _channels_first(
    layer: nn.Module, inputs: tuple[torch.Tensor, ...]
) -> tuple[torch.Tensor, ...]:
    """Lays a layer's inputs out anew, as a forward pre-hook."""
    return tuple(x.contiguous() for x in inputs)
