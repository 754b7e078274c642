"""A deep look at one picture: what pytorch-grad-cam's methods show at several layers, beside the line's own map."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import torch

from inspector.domain.errors import BundleError, PictureError
from inspector.domain.policy import verdict_of
from inspector.domain.records import Verdict
from inspector.files import FileError
from inspector.pictures import read_content, write_picture
from inspector.vision.backends import load_classifier
from inspector.vision.graph import JUDGED_LAYER
from inspector.vision.overlay import displayable, draw_overlay
from inspector.vision.preprocess import map_place, preprocess
from inspector.vision.torch_backend import load_network
from inspector.vision.torchvision_compat import import_torchvision
from trainer.deep import LogitsOnly
from trainer.explain_protocol import Explained, MapLeftOut, MapMade
from trainer.labelled import decoded
from trainer.protocol import Progress

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from inspector.domain.records import Image, Prediction
    from inspector.vision.bundle import Bundle
    from inspector.vision.network import InspectionNetwork
    from trainer.explain_protocol import ExplainReport

#: By the name on the command line: what it is called, and its class in pytorch-grad-cam; the line's own has none.
METHODS = {
    "closed-form": ("Grad-CAM, closed form", ""),
    "grad-cam": ("Grad-CAM", "GradCAM"),
    "grad-cam++": ("Grad-CAM++", "GradCAMPlusPlus"),
    "eigen-cam": ("Eigen-CAM", "EigenCAM"),
    "layer-cam": ("Layer-CAM", "LayerCAM"),
}
LAYERS = ("layer3", "layer4")
_STAGE = "maps"
_LONGEST_PX = 1024


def explain(
    bundle: Bundle,
    picture: Path,
    out: Path,
    *,
    methods: Sequence[str],
    layers: Sequence[str],
    bit_depth: int | None = None,
) -> Generator[ExplainReport]:
    """Draw the maps of one picture, each as soon as it is there.

    The class that is explained is the most probable one that is not good, as at the line. Every map is scaled to its
    own hottest place; the methods have no common unit. The line's own map is that of the layer that is judged by.

    Args:
        bundle: A verified bundle; one without weights for torch, or with another trunk, has the line's own map only.
        out: Folder of the PNGs; made where it does not exist.
        methods: Keys of `METHODS`.
        layers: Names of layers, of `LAYERS`.
        bit_depth: As in `trainer.labelled.decoded`.

    Yields:
        `MapMade` for each map, `Progress` after it, and at the end `Explained`.

    Raises:
        PictureError: If the picture cannot be read.
        BundleError: If the model cannot be used, has none of what was asked for, or the folder cannot be written.
    """
    image, _ = decoded(read_content(picture), str(picture), bit_depth)
    classifier = load_classifier(bundle)
    try:
        prediction = classifier.predict(image)
    finally:
        classifier.close()
    network, reason = _network(bundle)
    own = JUDGED_LAYER.get(bundle.manifest.backbone, LAYERS[-1])
    steps = [(method, layer) for method in methods for layer in (layers if METHODS[method][1] else (own,))]
    reasons = {step: _why_not(network, step, own, reason) for step in steps}
    possible = [step for step in steps if not reasons[step]]
    left_out = [
        MapLeftOut(method=METHODS[step[0]][0], layer=step[1], reason=reasons[step])
        for step in steps
        if step not in possible
    ]
    if not possible:
        raise BundleError(f"none of these maps can be made: {reasons[steps[0]]}", "Ask for the method closed-form.")
    sheet = _Sheet(image, out, contour=verdict_of(prediction.p_defective, bundle.manifest.thresholds) is Verdict.FAIL)
    for number, (method, layer) in enumerate(possible, 1):
        started_s = time.perf_counter()
        title, kind = METHODS[method]
        if kind:
            assert network is not None
            place = map_place(image, bundle.manifest.preprocessing)
            heatmap = place.laid(_cam(network, kind, layer, image, bundle, prediction.defect_index))
            box = place.box
        else:
            heatmap, box = prediction.maps[prediction.defect_index], prediction.map_box
        overlay, plain = sheet.write(f"{method}-{layer}".replace("+", "p"), heatmap, box)
        yield MapMade(
            method=title, layer=layer, overlay=overlay, heatmap=plain, map_box=box,
            seconds=round(time.perf_counter() - started_s, 3),
        )  # fmt: skip
        yield Progress(stage=_STAGE, done=number, total=len(possible))
    yield _explained(picture, bundle, prediction, left_out)


def _why_not(network: InspectionNetwork | None, step: tuple[str, str], own: str, no_network: str) -> str:
    """Say why a map cannot be made; empty where it can."""
    method, layer = step
    if not METHODS[method][1]:
        return ""
    if network is None:
        return no_network
    return "" if hasattr(network, layer) else f"the model judges by {own}, and has no {layer}"


def _explained(picture: Path, bundle: Bundle, prediction: Prediction, left_out: list[MapLeftOut]) -> Explained:
    return Explained(
        picture=str(picture),
        model=bundle.manifest.name,
        model_sha256=bundle.sha256,
        p_defective=round(prediction.p_defective, 6),
        explained_class=prediction.classes.names[prediction.defect_index],
        left_out=left_out,
    )


def _network(bundle: Bundle) -> tuple[InspectionNetwork | None, str]:
    """Return the network in torch; where there is none, why."""
    try:
        return load_network(bundle).requires_grad_(True), ""
    except BundleError as error:
        return None, error.what


def _cam(
    network: InspectionNetwork, kind: str, layer: str, image: Image, bundle: Bundle, target: int
) -> NDArray[np.float32]:
    """Return (h, w) float32, 0..1, of the network's input."""
    import_torchvision()  # before pytorch-grad-cam imports it by itself
    import pytorch_grad_cam  # seconds
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    pixels = torch.from_numpy(preprocess(image, bundle.manifest.preprocessing))[None]
    method: Any = getattr(pytorch_grad_cam, kind)
    with method(model=LogitsOnly(network), target_layers=[getattr(network, layer)]) as cam:
        heatmap = cam(input_tensor=pixels, targets=[ClassifierOutputTarget(target)])[0]
    return np.nan_to_num(np.asarray(heatmap, np.float32))


class _Sheet:
    """Writes the maps of one picture.

    Args:
        out: Folder of the PNGs.
        contour: Outline the hottest region; below the threshold it is noise.
    """

    def __init__(self, image: Image, out: Path, *, contour: bool) -> None:
        scale = min(1.0, _LONGEST_PX / max(image.shape[:2]))
        size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
        shown = displayable(image)
        self._picture = shown if scale == 1.0 else cv2.resize(shown, size, interpolation=cv2.INTER_AREA)
        self._out = out
        self._contour = contour

    def write(self, name: str, heatmap: NDArray[np.float32], box: tuple[float, float, float, float]) -> tuple[str, str]:
        """Write overlay and map (8 bit grey, its hottest cell 255), and return their paths.

        Raises:
            BundleError: If they cannot be written.
        """
        overlay, plain = self._out / f"{name}.overlay.png", self._out / f"{name}.heatmap.png"
        peak = float(heatmap.max())
        grey = np.rint(heatmap * (255.0 / peak) if peak > 0 else np.zeros_like(heatmap)).astype(np.uint8)
        try:
            drawn = draw_overlay(np.asarray(self._picture, np.uint8), heatmap, map_box=box, contour=self._contour)
            write_picture(overlay, drawn)
            write_picture(plain, grey)
        except (FileError, PictureError) as error:
            raise BundleError(
                f"the map {overlay} cannot be written: {error}", "Take another folder for the maps."
            ) from error
        return str(overlay), str(plain)
