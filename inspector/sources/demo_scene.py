"""The demo line's belt: parts from `demo_part` move through a 1280 × 1024 view.

Each frame is a function of the seed and its number, whatever was rendered before.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import cv2
import numpy as np

from inspector.domain.records import Box, Image, PartTruth
from inspector.sources.demo_part import DEFECTS, SPRITE_PX, RenderedPart, render_part
from inspector.sources.demo_tag import TAG_PX, render_tag

WIDTH_PX = 1280
HEIGHT_PX = 1024
FPS = 30.0

_BELT_PERIOD_PX = 1536
_RAIL_PX = 84
_NOISE_MARGIN_PX = 64
_TAG_TOP_PX = 100  # between the rail and what is cut out for a part
#: Where a part of 400 px with its surroundings lies in the middle, and its tag, where the belt is guided.
MIDDLE = Box(x=(WIDTH_PX - 400) // 2, y=(HEIGHT_PX - 400) // 2, width=400, height=400)
TAG_PLACE = Box(x=(WIDTH_PX - 2 * TAG_PX) // 2, y=90, width=2 * TAG_PX, height=TAG_PX + 20)
_FIRST_PART_PX = 900  # the belt is empty at first, so that the trigger can learn it


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPlan:
    """Where and what one part is.

    Args:
        number: Counted from 1.
        defect: Kind of defect; None for a good part.
        behind_px: How far the part's left sprite edge lies behind the view's left edge at frame 0, in pixels.
        top_px: The sprite's upper edge, in pixels.
    """

    number: int
    defect: str | None
    behind_px: int
    top_px: int


class DemoScene:
    """A belt with parts; the same seed gives the same frames, whatever the order in which they are asked for.

    Args:
        seed: 0 or more.
        defect_rate: Fraction of defective parts, 0..1.
        tags: Whether a tag travels beside each part.
        guided: Whether all parts lie in the middle of the belt.
    """

    def __init__(self, *, seed: int, defect_rate: float, tags: bool = False, guided: bool = False) -> None:
        self._seed = seed
        self._defect_rate = defect_rate
        self._tags, self._guided = tags, guided
        rng = np.random.default_rng([seed, 1])
        self.speed_px = int(rng.integers(13, 20))  #: belt speed in pixels per frame
        self._belt = _belt(rng)
        self._light = _light_field(rng)
        self._noise = _sensor_noise(rng)
        self._plans: list[PartPlan] = []
        self._sprites: OrderedDict[int, _Sprite] = OrderedDict()

    def plan(self, number: int) -> PartPlan:
        """Return the plan of part ``number``, counted from 1."""
        while len(self._plans) < number:
            self._plans.append(self._next_plan())
        return self._plans[number - 1]

    def part(self, number: int) -> RenderedPart:
        """Return part ``number``, counted from 1, rendered; the last few are kept."""
        return self._sprite(number).part

    def _sprite(self, number: int) -> _Sprite:
        if number not in self._sprites:
            rng = np.random.default_rng([self._seed, 2, number])
            tag = render_tag(number) if self._tags else None
            self._sprites[number] = _prepare(render_part(rng, self.plan(number).defect), tag)
            while len(self._sprites) > 6:
                self._sprites.popitem(last=False)
        return self._sprites[number]

    def frame_of(self, number: int) -> int:
        """Return the frame in which part ``number``, counted from 1, lies in the middle of the view."""
        return round((self.plan(number).behind_px + (WIDTH_PX - SPRITE_PX) / 2) / self.speed_px)

    def visible(self, frame: int) -> list[tuple[PartPlan, int]]:
        """Return the parts that touch the view in a frame, each with its sprite's left edge in pixels."""
        travelled = frame * self.speed_px
        number = self._first_in_view(travelled)
        in_view: list[tuple[PartPlan, int]] = []
        while True:
            plan = self.plan(number)
            left = travelled - plan.behind_px
            if left <= -SPRITE_PX:
                return in_view
            if left < WIDTH_PX:
                in_view.append((plan, left))
            number += 1

    def render(self, frame: int) -> tuple[Image, tuple[PartTruth, ...]]:
        """Return the picture, (1024, 1280, 3) BGR uint8, and the truth of every part that touches the view."""
        shift = (-frame * self.speed_px) % _BELT_PERIOD_PX
        image = np.empty((HEIGHT_PX, WIDTH_PX, 3), dtype=np.uint8)
        image[_RAIL_PX:-_RAIL_PX] = self._belt[_RAIL_PX:-_RAIL_PX, shift : shift + WIDTH_PX]
        image[:_RAIL_PX] = self._belt[:_RAIL_PX, :WIDTH_PX]
        image[-_RAIL_PX:] = self._belt[-_RAIL_PX:, :WIDTH_PX]
        truths = []
        for plan, left in self.visible(frame):
            sprite = self._sprite(plan.number)
            _lay(image, sprite, left, plan.top_px)
            if sprite.tag is not None:
                _lay_tag(image, sprite.tag, left + (SPRITE_PX - TAG_PX) // 2)
            truth = _truth(plan, sprite.part, left)
            if truth is not None:
                truths.append(truth)
        cv2.multiply(image, self._light, dst=image, scale=self._gain(frame) / 200.0)
        rng = np.random.default_rng([self._seed, 3, frame])
        dx, dy = (int(v) for v in rng.integers(0, _NOISE_MARGIN_PX, size=2))
        noise = self._noise[dy : dy + HEIGHT_PX, dx : dx + WIDTH_PX]
        cv2.addWeighted(image, 1.0, noise, 1.0, -128.0, dst=image)
        return image, tuple(truths)

    def _gain(self, frame: int) -> float:
        """Return the lamp's brightness: a slow drift and a faint mains ripple, around 1."""
        phase = self._seed % 97
        return 1.0 + 0.03 * float(np.sin(frame / 900.0 + phase)) + 0.006 * float(np.sin(frame * 2.1 + phase))

    def _first_in_view(self, travelled_px: int) -> int:
        """Return the number of a part at or before the first that can be in view."""
        low, high = 1, 1
        while self.plan(high).behind_px < travelled_px - WIDTH_PX:
            low, high = high, high * 2
        while low < high:
            middle = (low + high) // 2
            if self.plan(middle).behind_px <= travelled_px - WIDTH_PX:
                low = middle + 1
            else:
                high = middle
        return low

    def _next_plan(self) -> PartPlan:
        number = len(self._plans) + 1
        rng = np.random.default_rng([self._seed, 4, number])
        gap = 425 + int(rng.exponential(70.0)) if rng.random() < 0.85 else int(rng.integers(405, 425))
        before = self._plans[-1].behind_px if self._plans else SPRITE_PX + _FIRST_PART_PX - gap
        defective = rng.random() < self._defect_rate
        return PartPlan(
            number=number,
            defect=DEFECTS[int(rng.integers(len(DEFECTS)))] if defective else None,
            behind_px=before + gap,
            top_px=(HEIGHT_PX - SPRITE_PX) // 2 + (0 if self._guided else int(rng.integers(-110, 111))),
        )


@dataclass(frozen=True, slots=True)
class _Sprite:
    """A part prepared for laying: what it adds to the belt, how much of the belt stays, in 1/255, and its tag."""

    part: RenderedPart
    adds: Image
    keeps: Image
    tag: Image | None


def _prepare(part: RenderedPart, tag: Image | None) -> _Sprite:
    """Premultiply a part by its coverage, and put its soft shadow into what is left of the belt."""
    shade = cv2.blur(np.roll(part.alpha, (7, 9), axis=(0, 1)), (13, 13))
    keeps = (255.0 * (1.0 - part.alpha) * (1.0 - 0.45 * shade)).astype(np.uint8)
    adds = (part.bgr * part.alpha[..., None]).astype(np.uint8)
    return _Sprite(part=part, adds=adds, keeps=cv2.merge([keeps] * 3), tag=tag)


def _lay(image: Image, sprite: _Sprite, left: int, top: int) -> None:
    """Lay a part with its shadow on the belt, where it is inside the view."""
    first, last = max(0, left), min(WIDTH_PX, left + SPRITE_PX)
    columns = slice(first - left, last - left)
    target = image[top : top + SPRITE_PX, first:last]
    belt = cv2.multiply(target, sprite.keeps[:, columns], scale=1 / 255.0)
    target[:] = cv2.add(belt, sprite.adds[:, columns])


def _lay_tag(image: Image, tag: Image, left: int) -> None:
    first, last = max(0, left), min(WIDTH_PX, left + TAG_PX)
    if first < last:
        image[_TAG_TOP_PX : _TAG_TOP_PX + TAG_PX, first:last] = tag[:, first - left : last - left]


def _truth(plan: PartPlan, part: RenderedPart, left: int) -> PartTruth | None:
    """Return the truth in frame pixels, clipped to the view; None where the part itself is outside it."""

    def placed(box: Box | None) -> Box | None:
        if box is None:
            return None
        moved = Box(x=box.x + left, y=box.y + plan.top_px, width=box.width, height=box.height)
        return moved.clipped(WIDTH_PX, HEIGHT_PX)

    where = placed(part.part_box)
    if where is None:
        return None
    return PartTruth(part=plan.number, defect=part.defect, part_box=where, defect_box=placed(part.defect_box))


def _belt(rng: np.random.Generator) -> Image:
    """Return the belt's texture, one period and a view wide, with a seam and the rails; (1024, 2816, 3) uint8."""
    fine = rng.standard_normal((HEIGHT_PX, _BELT_PERIOD_PX)).astype(np.float32)
    weave = cv2.GaussianBlur(np.hstack([fine, fine]), (0, 0), sigmaX=1.6, sigmaY=0.8)[:, 64 : 64 + _BELT_PERIOD_PX] * 5
    coarse = rng.standard_normal((18, 26)).astype(np.float32)
    coarse = np.hstack([coarse, coarse[:, :1]])
    stains = cv2.resize(coarse, (_BELT_PERIOD_PX, HEIGHT_PX), interpolation=cv2.INTER_LINEAR) * 2.2
    grey = 52.0 + weave + stains
    grey[:, 700:706] += 9.0  # the seam
    colour = grey[..., None] * np.array([1.06, 1.0, 0.93], dtype=np.float32)
    period = np.clip(colour, 0, 255).astype(np.uint8)
    belt = np.hstack([period, period[:, :WIDTH_PX]])
    rail = np.linspace(150, 84, _RAIL_PX, dtype=np.float32)[:, None, None] * np.array([1.0, 0.99, 0.97])
    brushed = rng.standard_normal((_RAIL_PX, 1, 1)) * 5
    steel = np.clip(rail + brushed, 0, 255).astype(np.uint8)
    belt[:_RAIL_PX] = steel
    belt[-_RAIL_PX:] = steel[::-1]
    belt[_RAIL_PX : _RAIL_PX + 6] //= 2
    belt[-_RAIL_PX - 6 : -_RAIL_PX] //= 2
    return belt


def _light_field(rng: np.random.Generator) -> Image:
    """Return the lamp's unevenness over the view, (1024, 1280, 3) uint8 around 200, in 1/200."""
    x = np.linspace(-1, 1, WIDTH_PX)[None, :] - rng.uniform(-0.15, 0.15)
    y = np.linspace(-1, 1, HEIGHT_PX)[:, None] - rng.uniform(-0.15, 0.15)
    field = 214.0 - 34.0 * (0.7 * x**2 + 0.9 * y**2)
    return np.repeat(field[..., None], 3, axis=2).astype(np.uint8)


def _sensor_noise(rng: np.random.Generator) -> Image:
    """Return a field of sensor noise around 128, larger than the view so that each frame takes another part of it."""
    shape = (HEIGHT_PX + _NOISE_MARGIN_PX, WIDTH_PX + _NOISE_MARGIN_PX, 3)
    noise = rng.standard_normal(shape, dtype=np.float32)
    noise *= 2.4
    noise += 128.5
    return noise.astype(np.uint8)
