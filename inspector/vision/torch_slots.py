"""Slots of the torch back end: bytes in, probabilities and maps out; on CUDA copied and computed side by side."""

from __future__ import annotations

import copy
import itertools
import logging
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from inspector.vision.graph import (
    LOCATED_OUTPUT,
    MAPS_OUTPUT,
    PROBABILITIES_OUTPUT,
    STRANGENESS_OUTPUT,
    WHOLE_OUTPUT,
    layers_of,
    output_names,
)
from inspector.vision.prediction import Outputs
from inspector.vision.preprocess import ColourOrder

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from inspector.vision.network import InspectionNetwork
    from inspector.vision.preprocess import Preprocessing

_WARM_UPS = 3  # cuDNN chooses its kernels in the first calls; a capture must not see that

logger = logging.getLogger(__name__)


class ByteNetwork(nn.Module):
    """A network that takes bytes: normalisation, the trunk in some type, head and maps in float32.

    Args:
        network: In evaluation mode. Where the type is not float32 it is copied, and the copy's batch norms are drawn
            into their convolutions before they are rounded.
        preprocessing: Mean, deviation and colour order.
        kind: In which type the trunk computes. Float32 is full float32, not TensorFloat-32.
    """

    def __init__(self, network: InspectionNetwork, preprocessing: Preprocessing, kind: torch.dtype) -> None:
        super().__init__()
        self.network = network if kind is torch.float32 else fused(network)
        trunk = ["conv1", "bn1", *layers_of(network.backbone)]
        for name in trunk:
            getattr(self.network, name).to(dtype=kind, memory_format=torch.channels_last)
        self._kind = kind
        self._turned = preprocessing.colour_order is ColourOrder.RGB
        std = torch.tensor(preprocessing.std)[:, None, None]
        mean = torch.tensor(preprocessing.mean)[:, None, None]
        self.register_buffer("scale", 1.0 / (255.0 * std), persistent=False)
        self.register_buffer("shift", mean / std, persistent=False)
        self.scale: Tensor
        self.shift: Tensor

    def normalised(self, squares: Tensor) -> Tensor:
        """The same as `inspector.vision.preprocess.normalise`: (N, S, S, 3) uint8 BGR → (N, 3, S, S) float32."""
        planes = squares.permute(0, 3, 1, 2).float()
        if self._turned:
            planes = planes.flip(1)
        return planes * self.scale - self.shift

    def forward(self, squares: Tensor) -> tuple[Tensor, ...]:
        """(N, S, S, 3) uint8 BGR → what `InspectionNetwork.forward` returns, float32."""
        if squares.is_cuda and self._kind is torch.float32:
            with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
                return self._judged(squares)
        return self._judged(squares)

    def _judged(self, squares: Tensor) -> tuple[Tensor, ...]:
        planes = self.normalised(squares).to(self._kind, memory_format=torch.channels_last)
        activations, cells = self.network.looked_at(planes)
        return self.network.explained(activations.float().contiguous(), cells)


def fused(network: InspectionNetwork) -> InspectionNetwork:
    """Copy a network in evaluation mode with its batch norms drawn into the convolutions before them."""
    folded = copy.deepcopy(network)
    for block in list(folded.modules()):
        names = [name for name, _ in block.named_children()]
        for first, second in itertools.pairwise(names):
            convolution, norm = getattr(block, first), getattr(block, second)
            if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(block, first, fuse_conv_bn_eval(convolution, norm))
                setattr(block, second, nn.Identity())
    return folded


def replayable(
    network: nn.Module,
    squares: Tensor,
    capture: Callable[[Callable[[], tuple[Tensor, ...]]], Callable[[], tuple[Tensor, ...]]],
) -> Callable[[], tuple[Tensor, ...]]:
    """Return what judges the bytes that lie in a fixed place.

    Args:
        network: As `ByteNetwork`.
        squares: The place, (N, S, S, 3) uint8.
        capture: Records the work once and returns what repeats it, as `cuda_graph`. Where it fails, the network is run
            as it is.
    """

    def eager() -> tuple[Tensor, ...]:
        with torch.inference_mode():
            answer: tuple[Tensor, ...] = network(squares)
            return answer

    try:
        return capture(eager)
    except RuntimeError as error:
        logger.warning("the network is run without a CUDA graph: %s", error)
        return eager


def cuda_graph(work: Callable[[], tuple[Tensor, ...]]) -> Callable[[], tuple[Tensor, ...]]:
    """Record CUDA work and return what replays it: one launch instead of some two hundred.

    Raises:
        RuntimeError: If it cannot be recorded.
    """
    side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(_WARM_UPS):
            work()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, capture_error_mode="thread_local"):
        outputs = work()

    def replay() -> tuple[Tensor, ...]:
        graph.replay()
        return outputs

    return replay


class TorchSlot:
    """Room for a fixed number of pictures: on the host, on the device, and for the answers.

    On CUDA the host's room is pinned, so that copying runs beside computing, on the stream that is given. A slot that
    was started must be finished before it is started again; so nothing is overwritten while it is read.

    Args:
        network: Already on the device.
        count: Pictures N of the slot.
        size: Side S of the input, pixels.
        device: The device that computes.
        copies: CUDA: the stream of the copies to the device.
    """

    def __init__(
        self, network: ByteNetwork, count: int, size: int, device: torch.device, copies: torch.cuda.Stream | None
    ) -> None:
        cuda = device.type == "cuda"
        self._host = torch.zeros((count, size, size, 3), dtype=torch.uint8, pin_memory=cuda)
        self._there = torch.zeros_like(self._host, device=device) if cuda else self._host
        self._network = network
        self._copies = copies
        self._run = replayable(network, self._there, cuda_graph) if cuda else None
        self._done = torch.cuda.Event() if cuda else None  # type: ignore[no-untyped-call]
        self._answers: tuple[Tensor, ...] = ()
        self._used = 0
        if cuda:
            torch.cuda.synchronize()  # the warm-up read the room that the first copy overwrites

    @property
    def squares(self) -> NDArray[np.uint8]:
        """(N, S, S, 3) uint8 BGR on the host: what is judged next; write into it when it is not at work."""
        squares: NDArray[np.uint8] = self._host.numpy()
        return squares

    def start(self, used: int) -> None:
        """Begin to judge the first pictures; the others' answers are not looked at."""
        self._used = used
        if self._run is None or self._copies is None or self._done is None:
            with torch.inference_mode():
                self._answers = self._network(self._there[:used])
            return
        compute = torch.cuda.current_stream()
        with torch.cuda.stream(self._copies):
            self._there.copy_(self._host, non_blocking=True)
        compute.wait_stream(self._copies)
        outputs = self._run()
        if not self._answers:
            self._answers = tuple(torch.empty_like(output, device="cpu", pin_memory=True) for output in outputs)
        for target, source in zip(self._answers, outputs, strict=True):
            target.copy_(source, non_blocking=True)
        self._done.record()

    def finish(self) -> list[Outputs]:
        """Wait, and return what is said of each picture, as copies."""
        if self._done is not None:
            self._done.synchronize()
        answers = [answer[: self._used].numpy().copy() for answer in self._answers]
        named = dict(zip(output_names([answer.ndim for answer in answers]), answers, strict=True))
        planes = {name: named[name][:, 0] for name in (STRANGENESS_OUTPUT, LOCATED_OUTPUT) if name in named}
        return [
            Outputs(
                probabilities=named[PROBABILITIES_OUTPUT][index],
                maps=named[MAPS_OUTPUT][index],
                strangeness=planes[STRANGENESS_OUTPUT][index] if STRANGENESS_OUTPUT in planes else None,
                located=planes[LOCATED_OUTPUT][index] if LOCATED_OUTPUT in planes else None,
                whole=float(named[WHOLE_OUTPUT][index]) if WHOLE_OUTPUT in named else None,
            )
            for index in range(self._used)
        ]
