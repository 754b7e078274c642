"""Pictures of the demo line as the station's trigger cuts them out, with the place of the defect."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.sources.demo_part import DEFECTS, SPRITE_PX
from inspector.sources.demo_scene import WIDTH_PX, DemoScene, PartPlan

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: What the demo recipe cuts out around a part, in pixels.
CROP_PX = 400
#: Side of the stored mask of the defect.
MASK_CELLS = 28
#: How far the trigger's idea of the part's middle may be off, in pixels.
JITTER_PX = 16


@dataclass(frozen=True, slots=True)
class Crops:
    """Cut-out parts.

    Args:
        pictures: (N, S, S, 3) uint8 BGR, resized with antialiasing.
        masks: (N, 28, 28) float32, the fraction of each cell that is defective, 0..1.
        kinds: (N,) int64, 0 for good, else 1 + the index of the defect in `DEFECTS`.
    """

    pictures: NDArray[np.uint8]
    masks: NDArray[np.float32]
    kinds: NDArray[np.int64]


def make_crops(*, first_seed: int, scenes: int, parts_per_scene: int, defect_rate: float, size_px: int) -> Crops:
    """Render parts of many scenes, each with its own belt, lamp and speed, on all cores.

    Args:
        first_seed: Seed of the first scene; the others follow it.
        scenes: Pictures of a belt that are rendered.
        parts_per_scene: Parts that lie on each of them.
        defect_rate: Fraction of defective parts, 0..1.
        size_px: Side S of the pictures.
    """
    jobs = [(first_seed + i, parts_per_scene, defect_rate, size_px) for i in range(scenes)]
    # spawned, because a forked child of a process with torch's threads in it can hang
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        rendered = list(pool.map(_scene_crops, jobs))
    return Crops(
        pictures=np.concatenate([scene.pictures for scene in rendered]),
        masks=np.concatenate([scene.masks for scene in rendered]),
        kinds=np.concatenate([scene.kinds for scene in rendered]),
    )


def _scene_crops(job: tuple[int, int, float, int]) -> Crops:
    seed, count, defect_rate, size_px = job
    cv2.setNumThreads(1)
    scene = DemoScene(seed=seed, defect_rate=defect_rate)
    rng = np.random.default_rng([seed, 9])
    pictures, masks, kinds = [], [], []
    for number in range(1, count + 1):
        plan = scene.plan(number)
        crop, mask = _cut(scene, plan, rng)
        pictures.append(_resized(crop, size_px))
        masks.append(cv2.resize(mask, (MASK_CELLS, MASK_CELLS), interpolation=cv2.INTER_AREA))
        kinds.append(0 if plan.defect is None else 1 + DEFECTS.index(plan.defect))
    return Crops(np.stack(pictures), np.stack(masks), np.array(kinds, dtype=np.int64))


def _cut(scene: DemoScene, plan: PartPlan, rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return a part's crop, (400, 400, 3) uint8, from a frame in which it is near the middle, and its defect's mask."""
    wanted = WIDTH_PX // 2 + int(rng.integers(-200, 201)) - SPRITE_PX // 2
    frame = (plan.behind_px + wanted) // scene.speed_px
    left = frame * scene.speed_px - plan.behind_px
    image, _ = scene.render(frame)
    box = scene.part(plan.number).part_box
    x = int(left + box.centre[0] + rng.integers(-JITTER_PX, JITTER_PX + 1)) - CROP_PX // 2
    y = int(plan.top_px + box.centre[1] + rng.integers(-JITTER_PX, JITTER_PX + 1)) - CROP_PX // 2
    whole = np.zeros((image.shape[0], image.shape[1]), dtype=np.float32)
    whole[plan.top_px : plan.top_px + SPRITE_PX, left : left + SPRITE_PX] = scene.part(plan.number).defect_mask
    return image[y : y + CROP_PX, x : x + CROP_PX], whole[y : y + CROP_PX, x : x + CROP_PX]


def _resized(crop: NDArray[np.uint8], size_px: int) -> NDArray[np.uint8]:
    """Resize as the station does (its one preprocessing), kept as uint8 for the memory's sake."""
    from inspector.vision.preprocess import ColourOrder, Preprocessing, preprocess  # in the child only

    plain = Preprocessing(input_size=size_px, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0), colour_order=ColourOrder.BGR)
    channels_first = preprocess(crop, plain)
    return np.ascontiguousarray(np.rint(channels_first * 255).astype(np.uint8).transpose(1, 2, 0))
