"""What trainings on toy parts need: pictures of spots, and a backbone that nobody has trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch

from inspector.vision.network import InspectionNetwork
from inspector.vision.weights import save_weights

if TYPE_CHECKING:
    from pathlib import Path


def draw_spots(folder: Path, each: int) -> Path:
    """Write so many pictures of grey noise into ``good``, and as many with a bright spot into ``spot``."""
    rng = np.random.default_rng(0)
    for label in ("good", "spot"):
        (folder / label).mkdir()
        for number in range(each):
            image = rng.normal(110, 12, (72, 72)).clip(0, 255).astype(np.uint8)
            if label == "spot":
                x, y = (int(v) for v in rng.integers(16, 56, 2))
                cv2.circle(image, (x, y), 7, 250, -1)
            cv2.imwrite(str(folder / label / f"{number:02}.png"), image)
    return folder


def draw_types(folder: Path, good: int, types: dict[str, int], *, radius: int, dark: int) -> Path:
    """Write pictures of grey noise; those of a type have a bright spot, a dark hole or a bar, as it is called.

    Args:
        good: Pictures without a defect.
        types: How many have each.
        radius: Of a spot or hole, pixels.
        dark: Level of a hole.
    """
    rng = np.random.default_rng(0)
    for label, count in (("good", good), *types.items()):
        (folder / label).mkdir(parents=True)
        for number in range(count):
            image = rng.normal(110, 12, (72, 72)).clip(0, 255).astype(np.uint8)
            x, y = (int(v) for v in rng.integers(16, 56, 2))
            if label == "bar":
                image[:, x : x + 5] = 200
            elif label != "good":
                cv2.circle(image, (x, y), radius, 250 if label == "spot" else dark, -1)
            cv2.imwrite(str(folder / label / f"{number:02}.png"), image)
    return folder


def random_weights(folder: Path) -> Path:
    """Write a ResNet-50 with random weights, the same each time: enough to run every line."""
    torch.manual_seed(0)
    path = folder / "random.safetensors"
    save_weights(InspectionNetwork(2), path)
    return path
