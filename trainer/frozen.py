"""What comes before the cut, as the line will run it: quantised first, so that what is trained learns from that."""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from inspector.vision.export import to_openvino
from inspector.vision.graph import JOINED_LAYER
from inspector.vision.memory import CellProjection
from inspector.vision.network import CUTS, InspectionNetwork
from inspector.vision.preprocess import preprocess
from inspector.vision.processor import this_processor
from trainer.cache import OpenVinoExtractor, Plain
from trainer.protocol import Progress
from trainer.steps import fast_int8

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from inspector.vision.preprocess import Preprocessing
    from inspector.vision.processor import Processor
    from trainer.cache import Extractor
    from trainer.dataset import Sample
    from trainer.protocol import Report

#: So many training pictures, at most, fix the ranges of the int8 activations. With 24 the pooled features of 40 other
#: pictures differ from float's as much as with 96 (by 6.5 and 6.4 % on bottle, 8.5 and 8.3 % on magnetic_tile), and
#: each costs 0.15 s.
CALIBRATION_PICTURES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """The part before a cut.

    Args:
        cut: One of `CUTS`, or `JOINED_LAYER`.
        extractor: Computes the activations at the cut.
        model: The `openvino.Model` in float; None where nothing is frozen.
        int8: The quantised `openvino.Model` behind the extractor; None where it computes in float.
        in_float: With int8: computes the same in float. What is trained learns the plain views from both, so that it
            judges alike where the float graph runs (on a GPU, say). On bottle's validation pictures P(defective) of a
            head that learns from int8 alone is off by up to 0.16 there, by 0.05 when it learns from both, and the
            validation loss is no larger (0.182 against 0.193).
    """

    cut: str
    extractor: Extractor
    model: Any = None
    int8: Any = None
    in_float: Extractor | None = None

    def release(self) -> None:
        """Let go of what is compiled: at 896 pixels its buffers take more than a gigabyte."""
        for extractor in (self.extractor, self.in_float):
            if isinstance(extractor, OpenVinoExtractor):
                extractor.release()

    @property
    def ways(self) -> int:
        """In how many other ways a training picture's plain view is there too."""
        return 0 if self.in_float is None else 1


def sees_cells(cut: str) -> bool:
    """Whether what lies before a cut has all that the memory of good looks at.

    Args:
        cut: One of `CUTS`, or `JOINED_LAYER`.
    """
    return cut not in CUTS[: CUTS.index("layer3")]


def nothing(preprocessing: Preprocessing) -> Frozen:
    """Return what is before the first cut."""
    return Frozen(cut=CUTS[0], extractor=Plain(preprocessing))


@dataclass(slots=True)
class Freezer:
    """Makes frozen parts, and keeps the last one: settings that are tried one after another often share it.

    Args:
        int8: Whether what is frozen is quantised.
    """

    int8: bool
    _key: str = ""
    _last: Frozen | None = None
    _models: dict[tuple[str, int], Any] = field(default_factory=dict)

    def in_float(self, network: InspectionNetwork, cut: str, size: int) -> Any:  # noqa: ANN401 - openvino.Model
        """Return the part before a cut in float, for pictures of a size; `of` goes on from it where it takes that size.

        Args:
            network: As for `of`.
            cut: As for `of`, not the first.
            size: Side of the input, pixels.
        """
        if (cut, size) not in self._models:
            self._models[cut, size] = to_openvino(_Before(network, cut), size)
        return self._models[cut, size]

    def of(
        self, network: InspectionNetwork, cut: str, preprocessing: Preprocessing, training: Sequence[Sample]
    ) -> Generator[Report, None, Frozen]:
        """Return the part of a network before a cut; the generator's value.

        Args:
            network: Its frozen weights are those of the backbone's file.
            cut: One of `CUTS`, or `JOINED_LAYER`.
            preprocessing: Of the pictures; it fixes the size.
            training: The training pictures; some of them calibrate, by their plain views.

        Yields:
            Progress.

        Raises:
            PictureError: If a picture cannot be read.
        """
        if cut == CUTS[0]:
            return nothing(preprocessing)
        chosen = _calibrating(training)
        key = "|".join([cut, preprocessing.model_dump_json(), _digest(chosen)])
        if self._last is None or key != self._key:
            stage = f"quantising what is frozen, {preprocessing.input_size} px"
            if self.int8:
                yield Progress(stage=stage, done=0, total=1)
            model = self._models.get((cut, preprocessing.input_size))
            self._models.clear()  # each takes as much as its weights
            self._last = freeze(network, cut, preprocessing, chosen if self.int8 else (), model)
            self._key = key
            if self.int8:
                yield Progress(stage=stage, done=1, total=1)
        return self._last


def freezer(precision: str, processor: Processor | None = None) -> Freezer:
    """Return a freezer.

    Args:
        precision: "auto": int8 where this processor multiplies 8-bit numbers without overflow and fast (VNNI, AMX);
            elsewhere an int8 graph would be no faster, and its sums could saturate where another machine's do not.
            "float": never.
        processor: None for the one of this machine.
    """
    return Freezer(int8=precision == "auto" and fast_int8(processor or this_processor()))


def freeze(
    network: InspectionNetwork,
    cut: str,
    preprocessing: Preprocessing,
    calibrating: Sequence[Sample],
    model: Any = None,  # noqa: ANN401 - openvino.Model
) -> Frozen:
    """Build the part before a cut: in int8 where there are pictures that calibrate, else in float.

    Args:
        network: Its weights are copied.
        cut: One of `CUTS`, not the first.
        calibrating: Pictures of the training part that int8 is calibrated with.
        model: What `Freezer.in_float` gives; None: it is made.

    Raises:
        PictureError: If a picture cannot be read.
    """
    model = model or to_openvino(_Before(network, cut), preprocessing.input_size)
    if not calibrating:
        return Frozen(cut=cut, extractor=OpenVinoExtractor(model, preprocessing), model=model)
    quantised = _quantised(model, preprocessing, calibrating)
    # what is not int8 in it computes in float32: near an operating point the station judges again in just that way
    return Frozen(
        cut=cut,
        extractor=OpenVinoExtractor(quantised, preprocessing, "f32"),
        model=model,
        int8=quantised,
        in_float=OpenVinoExtractor(model, preprocessing),
    )


class _Before(torch.nn.Module):
    """Pictures → the activations at a cut; behind layer3 also the cells for the memory of good."""

    def __init__(self, network: InspectionNetwork, cut: str) -> None:
        super().__init__()
        self.network, self.cut = network, cut
        self.projection = CellProjection()

    def forward(self, pictures: torch.Tensor) -> torch.Tensor | tuple[torch.Tensor, torch.Tensor]:
        if not sees_cells(self.cut):
            return self.network.until(self.cut, pictures)
        layer2 = self.network.until("layer2", pictures)
        layer3 = self.network.between("layer2", "layer3", layer2)
        joined = self.cut == JOINED_LAYER
        judged = self.network.together(layer2, layer3) if joined else self.network.between("layer3", self.cut, layer3)
        return judged, self.projection(layer2, layer3)


class CellsOf(torch.nn.Module):
    """Pictures, or activations at a cut → the cells for the memory of good, as a network sees them.

    Args:
        network: Its weights are those that will judge.
        cut: One of `CUTS`, not behind layer2.
    """

    def __init__(self, network: InspectionNetwork, cut: str = CUTS[0]) -> None:
        super().__init__()
        self.network, self.cut = network, cut
        self.projection = CellProjection()

    def forward(self, activations: torch.Tensor) -> torch.Tensor:
        """(N, C, h', w') float → (N, 128, h, w) float."""
        layer2 = self.network.between(self.cut, "layer2", activations)
        cells: torch.Tensor = self.projection(layer2, self.network.between("layer2", "layer3", layer2))
        return cells


def _quantised(model: Any, preprocessing: Preprocessing, samples: Sequence[Sample]) -> Any:  # noqa: ANN401 - openvino
    """Quantise with NNCF: weights per channel, activations per tensor, pictures read one at a time.

    The first convolution stays in float (3 % of the work) and bias correction is left out: so the pooled features of
    bottle, deeppcb and magnetic_tile are off by 6.8, 6.4 and 8.2 %; with bias correction by 6.3, 6.7 and 9.3 %; with
    the first convolution in int8 by 7.1, 7.2 and 13.5 %; with NNCF's defaults by 14.5, 14.1 and 15.0 %. The cells for
    the memory of good are averaged, enlarged and added in float: see docs/decisions/0106-cost-of-the-memory.md.
    """
    import nncf  # seconds
    from nncf.quantization.advanced_parameters import (
        AdvancedQuantizationParameters,
        OverflowFix,
    )

    def load(sample: Sample) -> Any:  # noqa: ANN401 - NNCF's
        return preprocess(sample.picture(), preprocessing)[None]

    nodes = model.get_ordered_ops()
    first = next(node.get_friendly_name() for node in nodes if node.get_type_name() == "Convolution")
    cells = [node.get_friendly_name() for node in nodes if _of_cells(node)]
    nncf.set_log_level(logging.ERROR)
    with contextlib.redirect_stdout(io.StringIO()):  # it draws bars, and stdout is the answer's
        quantised = nncf.quantize(
            model.clone(),
            nncf.Dataset(samples, load),
            preset=nncf.QuantizationPreset.MIXED,
            subset_size=len(samples),
            ignored_scope=nncf.IgnoredScope(names=[first, *cells]),
            advanced_parameters=AdvancedQuantizationParameters(
                overflow_fix=OverflowFix.DISABLE, disable_bias_correction=True
            ),
        )
    _pool_bytes(quantised)
    return quantised


def _pool_bytes(model: Any) -> None:  # noqa: ANN401 - openvino.Model
    """Let the strongest cells of layer2 be taken from its bytes, as the layers behind it take them.

    They would be taken from floats, which layer2 were written in for that alone: the head's graph, with its memory,
    would take 19 % longer than one that judges by layer3; so it takes 8 % longer (224 pixels, AMX).
    """
    for node in model.get_ordered_ops():
        if node.get_type_name() == "MaxPool":
            users = [target.get_node() for target in node.input_value(0).get_target_inputs()]
            rounded = [user for user in users if user.get_type_name() == "FakeQuantize"]
            if rounded:
                first = min(rounded, key=lambda user: str(user.get_friendly_name()))
                node.input(0).replace_source_output(first.output(0))


def _of_cells(node: Any) -> bool:  # noqa: ANN401 - openvino.Node
    """Say whether a node makes cells of what was projected, see `CellProjection`."""
    if node.get_type_name() == "Add":
        return any(value.get_node().get_type_name() == "Interpolate" for value in node.input_values())
    return node.get_type_name() in {"AvgPool", "Interpolate"}


def _calibrating(training: Sequence[Sample]) -> list[Sample]:
    """Return pictures of every class, the same ones whatever the order."""
    ordered = sorted(training, key=lambda sample: sample.sha256)
    if len(ordered) <= CALIBRATION_PICTURES:
        return ordered
    places = np.linspace(0, len(ordered) - 1, CALIBRATION_PICTURES).round().astype(int)
    return [ordered[place] for place in places]


def _digest(samples: Sequence[Sample]) -> str:
    return hashlib.sha256("".join(sample.sha256 for sample in samples).encode()).hexdigest()
