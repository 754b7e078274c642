"""Judges labelled pictures with a finished bundle, exactly as the station does, and measures its heatmaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.pictures import read_picture
from inspector.vision.overlay import WHOLE_PICTURE, fit_to_picture
from trainer.judged import JudgedPicture, arrays
from trainer.pointing import pointing
from trainer.protocol import Progress
from trainer.samples import SampleTile, choose_samples

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from numpy.typing import NDArray

    from inspector.vision.classifier import Classifier
    from trainer.dataset import Sample
    from trainer.evaluation import Pointing
    from trainer.protocol import Report

#: Names of the heatmaps in a report.
DEFECT_MAP, GRAD_CAM = "Defect map (shown)", "Grad-CAM, closed form"
_TILE_PX = 480
_MASK_PX = 512
_MAP_PX = 128


class JudgedPictures:
    """What a classifier says of some pictures.

    Attributes:
        judged: In the order in which they were judged.
        maps: (h, w) float32, Grad-CAM of the class "defective", by the picture's name.
        shown: (h, w) float32, 0..1, the heatmap that the station shows of a part that is not good, likewise.
        samples: By the picture's name.
        strangeness: As `judged`; empty where the model has no memory of good.
        heat_outside: As `judged`; see `Prediction.heat_outside`.
    """

    def __init__(self) -> None:
        self.judged: list[JudgedPicture] = []
        self.maps: dict[str, NDArray[np.float32]] = {}
        self.shown: dict[str, NDArray[np.float32]] = {}
        self.samples: dict[str, Sample] = {}
        self.strangeness: list[float] = []
        self.heat_outside: list[bool | None] = []

    def scores(self) -> NDArray[np.float64]:
        """Return (N,) P(defective)."""
        return arrays(self.judged)[0]

    def tiles(self, threshold: float) -> list[SampleTile]:
        """Return sample predictions with their pictures and heatmaps."""
        return [
            SampleTile(
                picture=_picture(self.samples[chosen.name]),
                heatmap=self.shown[chosen.name],
                name=chosen.name,
                path=chosen.path,
                truth=chosen.defect,
                p_defective=chosen.p_defective,
            )
            for chosen in choose_samples(self.judged, threshold)
        ]

    def pointings(self) -> dict[str, Pointing]:
        """Measure what the station shows, and Grad-CAM beside it, against the masks; empty where there is no mask."""
        kinds = {DEFECT_MAP: self.shown, GRAD_CAM: self.maps}
        return {name: measured for name, maps in kinds.items() if (measured := self.pointing(maps)) is not None}

    def pointing(self, maps: Mapping[str, NDArray[np.float32]]) -> Pointing | None:
        """Measure maps against the masks (empty ones for good parts); None where there is no mask.

        Args:
            maps: (h, w) float by the picture's name.
        """
        masked = [(name, sample.mask) for name, sample in self.samples.items() if sample.mask is not None]
        if not masked:
            return None
        masks = []
        for _, path in masked:
            mask = read_picture(path)
            plane = mask if mask.ndim == 2 else mask[..., :3].max(axis=2)
            scale = min(1.0, _MASK_PX / max(plane.shape))
            size = (max(1, round(plane.shape[1] * scale)), max(1, round(plane.shape[0] * scale)))
            masks.append(cv2.resize((plane > 0).astype(np.uint8), size, interpolation=cv2.INTER_AREA) > 0)
        good = [name for name, sample in self.samples.items() if not sample.defective and name in maps]
        masks += [np.zeros((_MASK_PX // 4, _MASK_PX // 4), np.bool_)] * len(good)
        return pointing([maps[name] for name in [*(name for name, _ in masked), *good]], masks)


def judge(classifier: Classifier, samples: Sequence[Sample], stage: str) -> Generator[Report, None, JudgedPictures]:
    """Judge pictures; the generator's value is what the classifier says.

    Args:
        classifier: Not closed.
        stage: Its name in the reports.

    Raises:
        PictureError: If a picture cannot be read.
        ClassifierError: If the network fails.
    """
    judgement = JudgedPictures()
    for number, sample in enumerate(samples, 1):
        image = sample.picture()
        prediction = classifier.predict(image)
        judgement.judged.append(
            JudgedPicture(sample.name, str(sample.path), sample.defect, sample.category, prediction.p_defective)
        )
        if prediction.strangeness is not None:
            judgement.strangeness.append(prediction.strangeness)
        judgement.heat_outside.append(prediction.heat_outside)
        others = list(prediction.classes.defect_indices)
        raw = prediction.maps[others].max(axis=0).astype(np.float32)
        judgement.maps[sample.name] = on_picture(raw, image.shape, prediction.map_box)
        judgement.shown[sample.name] = on_picture(prediction.heatmap, image.shape, prediction.map_box)
        judgement.samples[sample.name] = sample
        yield Progress(stage=stage, done=number, total=len(samples))
    return judgement


def on_picture(
    raw: NDArray[np.float32], shape: tuple[int, ...], map_box: tuple[float, float, float, float]
) -> NDArray[np.float32]:
    """Lay a map of the network's input over the whole picture, on its own scale.

    Args:
        raw: (h, w), 0 or more.
        shape: Of the picture's pixels: height, width, channels.
        map_box: As in `Prediction.map_box`; a map of the whole picture is returned as it is.

    Returns:
        (h, w), or the picture's proportions with a longer side of 128.
    """
    if map_box == WHOLE_PICTURE:
        return raw
    top = float(raw.max()) or 1.0
    scale = _MAP_PX / max(shape[:2])
    width, height = max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale))
    return np.asarray(fit_to_picture(raw, width, height, map_box=map_box, full_scale=top) * np.float32(top))


def _picture(sample: Sample) -> NDArray[np.uint8]:
    """Return (H, W, 3) uint8 BGR, at most 480 pixels wide or tall."""
    image = sample.picture()
    if image.dtype != np.uint8:
        image = (image / 257).astype(np.uint8)
    if image.ndim == 2:
        image = np.repeat(image[..., None], 3, axis=2)
    image = image[..., :3]
    scale = min(1.0, _TILE_PX / max(image.shape[:2]))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.ascontiguousarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
