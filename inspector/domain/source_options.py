"""What a recipe says of its source: size, rate, exposure and the like; which kind takes which stands beside each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

from inspector.domain.about import About, check_limits, told
from inspector.domain.pixel_format import PixelFormat
from inspector.domain.source import SourceKind

if TYPE_CHECKING:
    from collections.abc import Mapping


class CameraDriver(Enum):
    """Which interface of the system a camera is read through."""

    AUTO = "auto"
    V4L2 = "v4l2"
    DSHOW = "dshow"
    MSMF = "msmf"
    AVFOUNDATION = "avfoundation"
    GSTREAMER = "gstreamer"


class FrameStart(Enum):
    """What starts a picture of an industrial camera."""

    FREE = "free-run"  #: the camera itself, at its rate
    SOFTWARE = "software"  #: the station, as soon as it has taken the picture before
    EVENT = "per-trigger"  #: the station, once for each trigger of the line
    LINE0 = "Line0"  #: a signal at the camera's input
    LINE1 = "Line1"
    LINE2 = "Line2"
    LINE3 = "Line3"
    LINE4 = "Line4"

    @property
    def is_input(self) -> bool:
        """True where a signal at the camera starts it, so that nobody knows when the next one comes."""
        return self not in {FrameStart.FREE, FrameStart.SOFTWARE, FrameStart.EVENT}


class SignalEdge(Enum):
    """Which edge of a signal counts."""

    RISING = "RisingEdge"
    FALLING = "FallingEdge"


_CAMERA, _FOLDER, _DEMO = (SourceKind.CAMERA,), (SourceKind.FOLDER,), (SourceKind.DEMO,)
_DEVICES = tuple(kind for kind in SourceKind if kind.is_device)
_INDUSTRIAL = tuple(kind for kind in SourceKind if kind.is_industrial)
_SIZED = (*_CAMERA, *_INDUSTRIAL)


def _industrial(title: str, *, unit: str = "", description: str = "", low: float, high: float) -> Mapping[str, About]:
    """Describe an option of industrial cameras that are left as they are where it is not given."""
    about = About(title, unit=unit, description=description, low=low, high=high, empty="the camera's", only=_INDUSTRIAL)
    return told(about)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    """Options of the source; what each does, and which kinds of source take it, stands beside it.

    Raises:
        ValueError: If a value is outside its range.
    """

    width_px: int | None = field(
        default=None,
        metadata=told(About("Width", unit="pixels", low=16, high=20000, empty="the camera's", only=_SIZED)),
    )
    height_px: int | None = field(
        default=None,
        metadata=told(About("Height", unit="pixels", low=16, high=20000, empty="the camera's", only=_SIZED)),
    )
    fps: float | None = field(
        default=None,
        metadata=told(
            About(
                "Rate",
                unit="pictures per second",
                low=0.001,
                high=1000,
                empty="the source's own",
                only=(*_SIZED, SourceKind.DEMO),
            )
        ),
    )
    exposure: float | None = field(
        default=None,
        metadata=told(
            About(
                "Exposure",
                description="in its driver's own unit",
                low=-1e9,
                high=1e9,
                empty="automatic",
                only=_CAMERA,
            )
        ),
    )
    left_px: int | None = field(default=None, metadata=_industrial("Left edge", unit="pixels", low=0, high=20000))
    top_px: int | None = field(default=None, metadata=_industrial("Top edge", unit="pixels", low=0, high=20000))
    pixel_format: PixelFormat = field(
        default=PixelFormat.CAMERA, metadata=told(About("Pixel format", only=_INDUSTRIAL))
    )
    exposure_us: float | None = field(
        default=None, metadata=_industrial("Exposure time", unit="microseconds", low=1, high=1e8)
    )
    gain: float | None = field(
        default=None,
        metadata=_industrial("Gain", description="in dB, or in an older camera's own unit", low=-100, high=10000),
    )
    balance_red: float | None = field(
        default=None, metadata=_industrial("White balance, red", description="against green", low=0.01, high=100)
    )
    balance_blue: float | None = field(
        default=None, metadata=_industrial("White balance, blue", description="against green", low=0.01, high=100)
    )
    frame_start: FrameStart = field(
        default=FrameStart.FREE,
        metadata=told(
            About(
                "A picture starts",
                description="free-run: at the camera's own rate; per-trigger: one for each trigger of the line",
                only=_INDUSTRIAL,
            )
        ),
    )
    signal_edge: SignalEdge = field(
        default=SignalEdge.RISING,
        metadata=told(About("Edge", description="of the signal that starts a picture", only=_INDUSTRIAL)),
    )
    packet_bytes: int | None = field(
        default=None,
        metadata=_industrial("Packet size", unit="bytes", description="GigE cameras", low=220, high=16000),
    )
    producer: str = field(
        default="",
        metadata=told(
            About(
                "GenTL producer",
                description="the driver's file (.cti) or its folder",
                empty="those that GENICAM_GENTL64_PATH names",
                only=(SourceKind.GENICAM,),
            )
        ),
    )
    backend: CameraDriver = field(
        default=CameraDriver.AUTO,
        metadata=told(About("Driver", description="which system interface is used", only=_CAMERA)),
    )
    still_s: float = field(
        default=5.0,
        metadata=told(
            About(
                "Stands still after",
                unit="seconds",
                description="a picture that does not change at all for so long is a fault; 0 is off",
                low=0.0,
                high=3600.0,
                only=_DEVICES,
            )
        ),
    )
    as_fast_as_possible: bool = field(
        default=False,
        metadata=told(
            About(
                "As fast as possible",
                description="do not pace; no frame is dropped",
                only=(SourceKind.VIDEO, SourceKind.DEMO),
            )
        ),
    )
    recursive: bool = field(default=True, metadata=told(About("Sub-folders too", only=_FOLDER)))
    existing: bool = field(default=True, metadata=told(About("Take what is there already", only=_FOLDER)))
    polling: bool = field(
        default=False, metadata=told(About("Poll", description="for network shares without events", only=_FOLDER))
    )
    bit_depth: int | None = field(
        default=None,
        metadata=told(
            About(
                "Bit depth",
                unit="bits",
                description="used of the 16 of a channel: 10, 12 or 14 for many cameras",
                low=9,
                high=16,
                empty="as the file or the pixel format says",
                only=(*_FOLDER, *_INDUSTRIAL),
            )
        ),
    )
    seed: int = field(
        default=1,
        metadata=told(About("Seed", description="another line for another number", low=0, only=_DEMO)),
    )
    defect_rate: float = field(
        default=0.1,
        metadata=told(
            About("Defect rate", description="fraction of defective parts, 0 to 1", low=0.0, high=1.0, only=_DEMO)
        ),
    )
    indexed: bool = field(
        default=False,
        metadata=told(
            About(
                "The belt stops for a trigger",
                description="its picture is of the part in the middle; then the next one comes",
                only=_DEMO,
            )
        ),
    )
    tags: bool = field(
        default=False,
        metadata=told(About("Parts have a tag", description="with their number as a Data Matrix", only=_DEMO)),
    )

    def __post_init__(self) -> None:
        check_limits(self)

    def is_paced(self, kind: SourceKind) -> bool:
        """Return whether a camera sends pictures by itself, so that one that stays away is a fault."""
        return kind.is_device and not self.waits_for_signal(kind)

    def waits_for_signal(self, kind: SourceKind) -> bool:
        """Return whether a camera sends a picture only when something else tells it to."""
        return kind.is_industrial and (self.frame_start.is_input or self.frame_start is FrameStart.EVENT)

    def waits_for_event(self, kind: SourceKind) -> bool:
        """Return whether that is a trigger of the line, for which the station asks the source for one picture."""
        camera = kind.is_industrial and self.frame_start is FrameStart.EVENT
        return camera or (kind is SourceKind.DEMO and self.indexed)

    def without_line(self) -> SourceOptions:
        """Return the options for a look at the source while no line runs: nobody triggers a picture then."""
        if self.frame_start is not FrameStart.EVENT:
            return self
        return replace(self, frame_start=FrameStart.SOFTWARE)
