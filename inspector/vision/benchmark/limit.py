"""The convolutions of a ResNet-50 as a graph of their own: what a processor allows at most, whatever runs them.

A ResNet-50 (He et al., arXiv 1512.03385; stride in the 3×3 convolution, as torchvision has it) spends nearly all its
arithmetic in 53 convolutions. The limit is their time alone: a graph with exactly these shapes, strides and paddings,
each reading what the one before wrote, in the number format of the precision, run by the same library under the best
of several schedules. Additions, pooling, softmax, head and heatmap are absent. Where two convolutions do not fit
together without the pooling between them, and where an output would have been added to another (four of them), a slice
takes a corner of it or a single pixel; a slice of an output does not spare the convolution from computing all of it.
It is a limit for this kernel library on this machine; a library with faster kernels would raise it. The roof-line
model (Williams et al., CACM 52(4), 2009) reasons likewise; its bound from the peak arithmetic rate is approached by
`largest_alone`, which repeats only the convolutions with the most favourable shape.

In int8, activations are unsigned and weights signed bytes: the requantisation between two convolutions is part of both
graphs, since the library does it inside the convolution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import openvino as ov
from openvino import opset13 as op

from inspector.vision.graph import BACKBONE, layers_of

#: Width, number of bottlenecks and stride of the four stages.
_STAGES = ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2))
_EXPANSION = 4
_LEVELS = 256
_REACH = np.float32(2.55)  # of the activations, which are noise
_REPEATED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Convolution:
    """The shape of a convolution with padding kernel // 2, without bias.

    Args:
        inputs: Channels read.
        outputs: Channels written.
        kernel: Side of the kernel.
        stride: 1 or 2.
        input_side: Side of the square that is read, cells.
        branch: Whether it is a shortcut, beside the path of the others.
    """

    inputs: int
    outputs: int
    kernel: int
    stride: int
    input_side: int
    branch: bool = False

    @property
    def output_side(self) -> int:
        """Side of the square that is written, cells."""
        return -(-self.input_side // self.stride)

    @property
    def macs(self) -> int:
        """Multiply-accumulates for one picture."""
        return self.inputs * self.outputs * self.kernel**2 * self.output_side**2


def resnet50_convolutions(input_size: int, backbone: str = BACKBONE) -> tuple[Convolution, ...]:
    """The 53 convolutions in the order of computation, a block's shortcut before the block.

    Args:
        input_size: Side of the network's input, pixels.
        backbone: A key of `inspector.vision.graph.JUDGED_LAYER`; up to layer3 there are 43.
    """
    stem = Convolution(inputs=3, outputs=64, kernel=7, stride=2, input_side=input_size)
    convolutions, channels, side = [stem], 64, -(-stem.output_side // 2)
    for width, blocks, first_stride in _STAGES[: len(layers_of(backbone))]:
        wide = _EXPANSION * width
        for block in range(blocks):
            stride = first_stride if block == 0 else 1
            if block == 0:
                convolutions.append(
                    Convolution(inputs=channels, outputs=wide, kernel=1, stride=stride, input_side=side, branch=True)
                )
            convolutions.append(Convolution(inputs=channels, outputs=width, kernel=1, stride=1, input_side=side))
            convolutions.append(Convolution(inputs=width, outputs=width, kernel=3, stride=stride, input_side=side))
            side = convolutions[-1].output_side
            convolutions.append(Convolution(inputs=width, outputs=wide, kernel=1, stride=1, input_side=side))
            channels = wide
    return tuple(convolutions)


def convolution_limit(input_size: int, batch: int, *, int8: bool, backbone: str = BACKBONE) -> Any:  # noqa: ANN401 - openvino.Model
    """Build the graph of a ResNet-50's convolutions alone.

    Args:
        input_size: Side of the input, pixels.
        batch: Pictures per call.
        int8: Bytes between the convolutions; else the format is the device's (see INFERENCE_PRECISION_HINT).
        backbone: As in `resnet50_convolutions`.

    Returns:
        An `openvino.Model` with the input (batch, 3, S, S) float32; its outputs mean nothing.
    """
    stem, *others = resnet50_convolutions(input_size, backbone)
    rng = np.random.default_rng(0)
    pictures = op.parameter([batch, 3, input_size, input_size], np.float32)
    first = _bytes(pictures) if int8 else pictures
    path = _corner(_convolve(first, stem, rng, int8=int8), others[0].input_side)
    outputs = []
    for shape in others:
        result = _convolve(path, shape, rng, int8=int8)
        if shape.branch:
            outputs.append(_corner(result, 1))
        else:
            path = result
    return ov.Model([*outputs, _corner(path, 1)], [pictures], "convolutions")


def largest_alone(input_size: int, batch: int, *, int8: bool, backbone: str = BACKBONE) -> list[tuple[Any, int]]:
    """Build graphs that repeat one large convolution each.

    Args:
        input_size: Side of the network's input, pixels.
        batch: Pictures per call.
        int8: As in `convolution_limit`.
        backbone: As in `resnet50_convolutions`.

    Returns:
        One graph for the 3×3 convolution of each stage, and the multiply-accumulates that it spends on one picture.
    """
    shapes = {
        shape
        for shape in resnet50_convolutions(input_size, backbone)
        if shape.kernel == 3 and shape.stride == 1 and shape.inputs == shape.outputs
    }
    return [
        (_repeated(shape, batch, int8=int8), _REPEATED * shape.macs)
        for shape in sorted(shapes, key=lambda convolution: convolution.inputs)
    ]


def _repeated(shape: Convolution, batch: int, *, int8: bool) -> Any:  # noqa: ANN401 - openvino.Model
    rng = np.random.default_rng(0)
    cells = op.parameter([batch, shape.inputs, shape.input_side, shape.input_side], np.float32)
    path = _bytes(cells) if int8 else cells
    for _ in range(_REPEATED):
        path = _convolve(path, shape, rng, int8=int8)
    return ov.Model([_corner(path, 1)], [cells], "one convolution")


def _convolve(cells: Any, shape: Convolution, rng: np.random.Generator, *, int8: bool) -> Any:  # noqa: ANN401 - nodes
    size = (shape.outputs, shape.inputs, shape.kernel, shape.kernel)
    # this spread keeps the activations' spread from layer to layer, so that nothing overflows or becomes denormal
    weights = rng.standard_normal(size, np.float32) / np.float32(np.sqrt(shape.inputs * shape.kernel**2))
    constant = op.constant(weights)
    if int8:
        reach = np.float32(np.abs(weights).max())
        constant = _quantise(constant, -reach, reach, _LEVELS - 1)
    padding = [shape.kernel // 2] * 2
    result = op.convolution(cells, constant, [shape.stride] * 2, padding, padding, [1, 1])
    return _bytes(result) if int8 else result


def _bytes(cells: Any) -> Any:  # noqa: ANN401 - nodes
    return _quantise(cells, np.float32(0), _REACH, _LEVELS)


def _quantise(values: Any, low: np.float32, high: np.float32, levels: int) -> Any:  # noqa: ANN401 - nodes
    edges = (op.constant(low), op.constant(high))
    return op.fake_quantize(values, *edges, *edges, levels)


def _corner(cells: Any, side: int) -> Any:  # noqa: ANN401 - nodes
    def pair(value: int) -> Any:  # noqa: ANN401 - node
        return op.constant(np.array([value, value], np.int64))

    return op.slice(cells, pair(0), pair(side), pair(1), op.constant(np.array([2, 3], np.int64)))
