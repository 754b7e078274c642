"""What a recipe fixes for the line: trigger, picture quality limits, archive policy."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from inspector.domain.about import About, check_limits, told
from inspector.domain.source import FORMS
from inspector.domain.strangeness import RATES

ABOUT_SOURCE = About("Source", description=FORMS)
ABOUT_MODEL = About("Model", description="name or folder of a bundle")
ABOUT_GUARD_RATE = About(
    "Guard rate",
    description="share of good parts that goes to REVIEW as unlike good parts: 0.005 is 5 in 1,000; 0 is off",
    low=0,
    high=RATES[1],
)

ABOUT_SPARES = About(
    "Review heat outside the part",
    description="a part that would fail goes to REVIEW where the heat lies outside its outline; only with a model "
    "whose training has shown that no known defect looks so",
)
ABOUT_HEATMAP = About(
    "Heatmap",
    description="which map Live shows first, the archive keeps and a batch draws: where the defect most likely is, "
    "what the classifier looked at (Grad-CAM), or what is unlike good parts; without a memory of good Grad-CAM only",
)


class TriggerMode(Enum):
    """When there is a part."""

    PART_CROSSING = "part-crossing"
    PART_SETTLED = "part-settled"
    INTERVAL = "interval"
    MANUAL = "manual"
    EVERY_PICTURE = "every-picture"
    EXTERNAL = "external"  #: the line says so: `TriggerEvent`


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


_MOVING = (TriggerMode.PART_CROSSING,)
_INDEXED = (TriggerMode.PART_SETTLED,)
_FOREGROUND = (TriggerMode.PART_CROSSING, TriggerMode.PART_SETTLED)
_EXTERNAL = (TriggerMode.EXTERNAL,)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerConfig:
    """How the trigger finds parts; what each value does stands beside it.

    Raises:
        ValueError: If a value is outside its range.
    """

    mode: TriggerMode = field(default=TriggerMode.EVERY_PICTURE, metadata=told(About("A part is")))
    direction: Direction = field(
        default=Direction.RIGHT, metadata=told(About("Direction", description="which way parts move", only=_MOVING))
    )
    line_fraction: float = field(
        default=0.5,
        metadata=told(About("Line", description="place along the region, 0 to 1", low=0.0, high=1.0, only=_MOVING)),
    )
    min_area_fraction: float = field(
        default=0.01,
        metadata=told(
            About(
                "Smallest part",
                description="fraction of the region; what is smaller is no part",
                low=0.0,
                high=1.0,
                only=_FOREGROUND,
            )
        ),
    )
    foreground_level: int = field(
        default=25,
        metadata=told(
            About(
                "Contrast", description="grey levels from the empty belt, 1 to 255", low=1, high=255, only=_FOREGROUND
            )
        ),
    )
    settle_s: float = field(
        default=0.3, metadata=told(About("At rest for", unit="seconds", low=0.0, high=60.0, only=_INDEXED))
    )
    interval_s: float = field(
        default=1.0,
        metadata=told(About("Interval", unit="seconds", low=0.01, high=86400.0, only=(TriggerMode.INTERVAL,))),
    )
    frame_within_s: float = field(
        default=0.5,
        metadata=told(
            About(
                "Picture within",
                unit="seconds",
                description="captured after the line's trigger; later is ERROR “no picture”",
                low=0.01,
                high=60.0,
                only=_EXTERNAL,
            )
        ),
    )
    frame_age_s: float = field(
        default=0.0,
        metadata=told(
            About(
                "Picture before",
                unit="seconds",
                description="captured so long before the line's trigger arrives, it may still be the part's",
                low=0.0,
                high=10.0,
                only=_EXTERNAL,
            )
        ),
    )
    sharpest_of: int = field(
        default=3,
        metadata=told(About("Sharpest of", description="frames around the line", low=1, high=15, only=_MOVING)),
    )
    deadline_s: float | None = field(
        default=None,
        metadata=told(
            About(
                "Verdict within",
                description="from the trigger on; later is ERROR “too late”. Files have no such limit",
                unit="seconds",
                low=0.01,
                high=3600.0,
                empty="until the next part, or 1 s",
            )
        ),
    )
    crop: Crop = field(default=Crop.REGION, metadata=told(About("The model sees")))
    part_size_px: int = field(
        default=400,
        metadata=told(
            About(
                "Square",
                description="side of that square in pixels",
                unit="pixels",
                low=16,
                high=20000,
                only=(Crop.PART,),
            )
        ),
    )

    def __post_init__(self) -> None:
        check_limits(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityLimits:
    """When a picture is too bad to be judged; such a part is ERROR, never PASS.

    Raises:
        ValueError: If a value is outside its range.
    """

    darkest_mean: float = field(
        default=4.0,
        metadata=told(About("Black below", description="mean grey, 0 to 255: ERROR “bad image”", low=0.0, high=255.0)),
    )
    max_saturated_fraction: float = field(
        default=0.98,
        metadata=told(
            About("Saturated above", description="fraction of pixels at full scale, 0 to 1", low=0.0, high=1.0)
        ),
    )
    min_sharpness: float = field(
        default=0.0,
        metadata=told(
            About("Out of focus below", description="sharpness, as such an ERROR names it; 0 is off", low=0.0, high=1e6)
        ),
    )

    def __post_init__(self) -> None:
        check_limits(self)


#: For parts that had a verdict before: a picture that was good enough then is not judged a second time.
NO_LIMITS = QualityLimits(darkest_mean=0.0, max_saturated_fraction=1.0, min_sharpness=0.0)


class KeepPolicy(Enum):
    """Which pictures are kept."""

    ALL = "all"
    FAILURES = "failures-and-reviews"  #: FAIL, REVIEW and ERROR
    ONE_IN_N = "one-in-n"  #: failures, reviews and errors, and one of n passes, at random
    NONE = "none"


_KEPT = (KeepPolicy.ALL, KeepPolicy.FAILURES, KeepPolicy.ONE_IN_N)


class PictureFormat(Enum):
    """How pictures are kept."""

    PNG = "png"  #: lossless
    WEBP = "webp"  #: lossy at `ArchiveConfig.webp_quality`


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveConfig:
    """Which pictures are kept, how, and for how long.

    Over a limit the oldest passes go first, then reviewed failures; an unreviewed failure is never removed.

    Raises:
        ValueError: If a value is outside its range.
    """

    keep: KeepPolicy = field(default=KeepPolicy.FAILURES, metadata=told(About("Keep")))
    one_in: int = field(
        default=100,
        metadata=told(
            About("N", description="of “one in N passes”", low=1, high=1_000_000_000, only=(KeepPolicy.ONE_IN_N,))
        ),
    )
    format: PictureFormat = field(default=PictureFormat.PNG, metadata=told(About("Format", only=_KEPT)))
    webp_quality: int = field(
        default=90,
        metadata=told(About("WebP quality", description="1 to 100", low=1, high=100, only=(PictureFormat.WEBP,))),
    )
    max_size_gb: float = field(
        default=50.0, metadata=told(About("Largest size", unit="GB", description="0 is no limit", low=0.0, high=1e6))
    )
    max_age_days: int = field(
        default=0, metadata=told(About("Greatest age", unit="days", description="0 is no limit", low=0, high=36500))
    )

    def __post_init__(self) -> None:
        check_limits(self)
