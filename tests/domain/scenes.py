"""Small synthetic scenes: a noisy belt, things that move over it, a lamp that changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from inspector.domain.records import Frame, Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from inspector.domain.records import Part
    from inspector.domain.trigger import Trigger

WIDTH, HEIGHT, FPS = 640, 360, 30.0


@dataclass(frozen=True)
class Thing:
    """A rectangle: its middle as a function of time in seconds (None: not there), its size, its grey level."""

    where: Callable[[float], tuple[float, float] | None]
    width: int = 100
    height: int = 100
    grey: int = 170


@dataclass
class Scene:
    things: list[Thing]
    lamp: Callable[[float], float] = lambda _: 1.0
    noise: float = 3.0
    colour: bool = False
    depth: type[np.uint8 | np.uint16] = np.uint8
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def frame(self, number: int) -> Frame:
        time_s = number / FPS
        image = np.full((HEIGHT, WIDTH), 60.0)
        for thing in self.things:
            place = thing.where(time_s)
            if place is None:
                continue
            x0, y0 = int(place[0] - thing.width / 2), int(place[1] - thing.height / 2)
            image[max(0, y0) : max(0, y0 + thing.height), max(0, x0) : max(0, x0 + thing.width)] = thing.grey
        image = image * self.lamp(time_s) + self.rng.normal(0, self.noise, image.shape)
        pixels: Any = np.clip(image, 0, 255).astype(np.uint8)
        if self.depth is np.uint16:
            pixels = pixels.astype(np.uint16) * 257
        if self.colour:
            pixels = np.repeat(pixels[..., None], 3, axis=2)
        return Frame(
            image=pixels,
            sequence=number,
            time_s=time_s,
            origin=Origin(captured_at=datetime.now(UTC), captured_s=0.0, source="scene"),
        )


def moving(
    start_s: float, speed: float, y: float = 180.0, start_x: float = -60.0
) -> Callable[[float], tuple[float, float]]:
    """To the right at `speed` pixels per second from time `start_s` on."""
    return lambda t: (start_x + speed * (t - start_s), y)


def count(trigger: Trigger, scene: Scene, numbers: Iterable[int]) -> int:
    return len(parts(trigger, scene, numbers))


def parts(trigger: Trigger, scene: Scene, numbers: Iterable[int]) -> list[Part]:
    found = [part for number in numbers for part in trigger.update(scene.frame(number))]
    return found + list(trigger.flush())
