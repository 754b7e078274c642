"""What a recipe fixes for the line: trigger, picture quality limits, archive policy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class TriggerMode(Enum):
    """When there is a part."""

    PART_CROSSING = "part-crossing"
    PART_SETTLED = "part-settled"
    INTERVAL = "interval"
    MANUAL = "manual"
    EVERY_PICTURE = "every-picture"


class Crop(Enum):
    """What of the frame the network sees."""

    REGION = "region"  #: the region of interest
    PART = "part"  #: a square of `TriggerConfig.part_size_px` around the part that the trigger found


class Direction(Enum):
    """Which way parts move through the view."""

    RIGHT = "right"
    LEFT = "left"
    DOWN = "down"
    UP = "up"


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerConfig:
    """How the trigger finds parts.

    Args:
        mode: When there is a part.
        direction: Which way parts move (part-crossing).
        line_fraction: Where the trigger line lies across the region, along the direction, 0..1 (part-crossing).
        min_area_fraction: Foreground smaller than this fraction of the region is not a part, 0..1.
        foreground_level: Difference to the empty background, in grey levels 1..255, that counts as foreground.
        settle_s: How long a part must stand still, in seconds (part-settled).
        interval_s: Seconds between two captures (interval).
        sharpest_of: How many frames around the crossing the sharpest is chosen from, 1..15 (part-crossing).
        crop: What of the frame the network sees.
        part_size_px: Side of the square around the part, in pixels (crop "part").

    Raises:
        ValueError: If a value is outside its range.
    """

    mode: TriggerMode = TriggerMode.EVERY_PICTURE
    direction: Direction = Direction.RIGHT
    line_fraction: float = 0.5
    min_area_fraction: float = 0.01
    foreground_level: int = 25
    settle_s: float = 0.3
    interval_s: float = 1.0
    sharpest_of: int = 3
    crop: Crop = Crop.REGION
    part_size_px: int = 400

    def __post_init__(self) -> None:
        _within("line_fraction", self.line_fraction, 0.0, 1.0)
        _within("min_area_fraction", self.min_area_fraction, 0.0, 1.0)
        _within("foreground_level", self.foreground_level, 1, 255)
        _within("settle_s", self.settle_s, 0.0, 60.0)
        _within("interval_s", self.interval_s, 0.01, 86400.0)
        _within("sharpest_of", self.sharpest_of, 1, 15)
        _within("part_size_px", self.part_size_px, 16, 20000)


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityLimits:
    """When a picture is too bad to be judged; such a part is ERROR, never PASS.

    Args:
        darkest_mean: A mean grey level below this is black, 0..255.
        max_saturated_fraction: More than this fraction of pixels at full scale is saturated, 0..1.
        min_sharpness: A variance of the Laplacian (8 bit grey levels squared) below this is out of focus; 0 is off.
    """

    darkest_mean: float = 4.0
    max_saturated_fraction: float = 0.98
    min_sharpness: float = 0.0

    def __post_init__(self) -> None:
        _within("darkest_mean", self.darkest_mean, 0.0, 255.0)
        _within("max_saturated_fraction", self.max_saturated_fraction, 0.0, 1.0)
        _within("min_sharpness", self.min_sharpness, 0.0, 1e6)


class KeepPolicy(Enum):
    """Which pictures are kept."""

    ALL = "all"
    FAILURES = "failures-and-reviews"  #: FAIL, REVIEW and ERROR
    ONE_IN_N = "one-in-n"  #: failures, reviews and errors, and one of n passes, at random
    NONE = "none"


class PictureFormat(Enum):
    """How pictures are kept."""

    PNG = "png"  #: lossless
    WEBP = "webp"  #: lossy at `ArchiveConfig.webp_quality`


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveConfig:
    """Which pictures are kept, how, and for how long.

    Args:
        keep: Which pictures.
        one_in: With "one-in-n": each pass is kept with the chance of 1 in n (`inspector.domain.sampling`), 1 or more.
        format: How.
        webp_quality: 1..100.
        max_size_gb: When the archive is larger (10^9 bytes), the oldest passes go first, then reviewed failures; an
            unreviewed failure is never removed. 0 is no limit.
        max_age_days: Pictures older than this go, by the same rule; 0 is no limit.
    """

    keep: KeepPolicy = KeepPolicy.FAILURES
    one_in: int = 100
    format: PictureFormat = PictureFormat.PNG
    webp_quality: int = 90
    max_size_gb: float = 50.0
    max_age_days: int = 0

    def __post_init__(self) -> None:
        _within("one_in", self.one_in, 1, 1_000_000_000)
        _within("webp_quality", self.webp_quality, 1, 100)
        _within("max_size_gb", self.max_size_gb, 0.0, 1e6)
        _within("max_age_days", self.max_age_days, 0, 36500)


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        msg = f"{name} must be between {low} and {high}, got {value}"
        raise ValueError(msg)
