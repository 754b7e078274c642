"""The frozen records that travel along the arrow: Frame → Part → Prediction → Decision → Inspection."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.config import TriggerMode
from inspector.domain.errors import PictureError
from inspector.domain.geometry import Box, Image
from inspector.domain.prediction import Prediction
from inspector.domain.text import shortened
from inspector.domain.thresholds import Thresholds

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from inspector.domain.classes import Classes
    from inspector.domain.picture_measures import PictureMeasures
    from inspector.domain.picture_range import PictureRange
    from inspector.domain.strangeness import GoodScale

__all__ = [
    "ArchivedPicture",
    "BadPicture",
    "Box",
    "Decision",
    "Frame",
    "Image",
    "Inspection",
    "Latencies",
    "ModelIdentity",
    "Origin",
    "Part",
    "PartTruth",
    "Prediction",
    "Thresholds",
    "Verdict",
    "ViewRecord",
]


_CALLED = 24


class Verdict(Enum):
    """What the station says of one part."""

    PASS = "PASS"  # noqa: S105 - a verdict
    FAIL = "FAIL"
    REVIEW = "REVIEW"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartTruth:
    """What is really in a synthetic picture (demo line only; used by tests, never by the line).

    Args:
        part: Number of the part, counted from 1 as it enters the belt.
        defect: Name of the defect type; None for a good part.
        part_box: The part in the frame's pixels.
        defect_box: The defect in the frame's pixels; None for a good part.
    """

    part: int
    defect: str | None
    part_box: Box
    defect_box: Box | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a picture comes from, whether it can be read or not, and whether it is judged or not.

    Args:
        captured_at: Wall-clock time of capture, UTC.
        captured_s: `time.perf_counter()` at capture, for latencies.
        source: The source's name, as ``camera:0``.
        path: The file the picture was read from; None for a live picture.
        file_key: Identity of that file's content, see `inspector.sources.identity.FileKey`, so that it is taken once
            only, also across restarts; empty for a live picture.
        frame_id: A camera's own number of the picture, by which a signal's picture is known; None where it has none.
        trigger_id: The trigger of the line for which the station asked the camera for it; empty where it did not.
    """

    captured_at: datetime
    captured_s: float
    source: str
    path: Path | None = None
    file_key: str = ""
    frame_id: int | None = None
    trigger_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One picture as it came from a source.

    Args:
        image: Read-only pixels, see `Image`.
        sequence: Number of the frame at its source, from 0; gaps are frames that were dropped.
        time_s: Seconds on the source's clock, monotonic: capture time for a camera, media time for a video.
        origin: Where it comes from.
        truth: The parts in view, where the source knows them (demo line); empty elsewhere.

    Raises:
        PictureError: If the array is not a picture.
    """

    image: Image
    sequence: int
    time_s: float
    origin: Origin
    truth: tuple[PartTruth, ...] = ()

    def __post_init__(self) -> None:
        image = self.image
        ok = image.ndim == 2 or (image.ndim == 3 and image.shape[2] in (3, 4))
        if not ok or image.size == 0 or image.dtype not in (np.uint8, np.uint16):
            raise PictureError(
                f"a picture must be (H, W), (H, W, 3) or (H, W, 4) of uint8 or uint16, got {image.shape} {image.dtype}",
                "Check the source's pixel format.",
            )
        image.setflags(write=False)

    @property
    def width_px(self) -> int:
        """Width in pixels."""
        return int(self.image.shape[1])

    @property
    def height_px(self) -> int:
        """Height in pixels."""
        return int(self.image.shape[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class BadPicture:
    """A file or capture that should have been a part but has no usable pixels; it becomes an ERROR inspection.

    Args:
        reason: What is wrong, as one sentence.
        sequence: As in `Frame`.
        origin: Where it comes from.
    """

    reason: str
    sequence: int
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part, once: the frame that the trigger chose for it.

    Args:
        frame: The chosen frame.
        region: What of the frame is inspected, in its pixels; None for the whole picture.
        triggered_s: `time.perf_counter()` when the trigger decided.
        trigger: Name of the trigger mode, as ``part-crossing``.
        fault: Why it was not seen well enough to be judged: it becomes an ERROR; empty where it was.
        behind_s: How old the newest frame was by then, or the line's trigger: what is late makes the verdict late.
        trigger_id: Of the event that asked for it; empty where the trigger found it.
        part_serial: What the line, or the station's scanner, said the part is called; empty where neither did.
        challenge: It is shown as a challenge part: it is judged, and neither recorded nor counted as a part.
    """

    frame: Frame
    region: Box | None
    triggered_s: float
    trigger: str
    fault: str = ""
    behind_s: float = 0.0
    trigger_id: str = ""
    part_serial: str = ""
    challenge: bool = False

    @property
    def origin(self) -> Origin:
        """Where its picture comes from."""
        return self.frame.origin

    @property
    def since_s(self) -> float:
        """When the frame was captured in which the trigger saw that there is a part: its time for a verdict runs."""
        return self.triggered_s - self.behind_s

    def pixels(self) -> Image:
        """Return the inspected pixels, a read-only view.

        Raises:
            PictureError: If the region does not lie inside the picture: what is cut off would never be judged.
        """
        return self.frame.image if self.region is None else self.region.cut_whole(self.frame.image)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The verdict and why.

    Args:
        reason: In words; empty for a plain PASS.
        p_defective: The score, 0..1; None where there is no prediction (ERROR).
        thresholds: The operating point that judged.
        strangeness: How unlike good parts it is, 0 or more; None where there is no prediction, or the model has no
            memory of good.
        heat_outside: Whether the heat lies outside the part; None where there is no prediction, or `thresholds` do not
            ask for it.
    """

    verdict: Verdict
    reason: str
    p_defective: float | None
    thresholds: Thresholds
    strangeness: float | None = None
    heat_outside: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelIdentity:
    """Which model judged.

    Args:
        name: The bundle's name.
        sha256: SHA-256 of the bundle's manifest, hex.
        device: Where it ran, as ``CPU``.
        precision: As ``fp32``, ``bf16``, ``int8``.
        backend: As ``openvino`` or ``torch``.
        reason: Why this precision, for people; it is shown, not recorded.
        pictures: What the pictures are like that it learnt from; None where unknown. It is not recorded.
        good_scale: How strange good parts look to it; None where it has no memory of good. It is not recorded.
        may_spare: Whether a failure may become REVIEW where the heat lies outside the part. It is not recorded.
    """

    name: str
    sha256: str
    device: str
    precision: str
    backend: str
    reason: str = field(default="", compare=False)
    pictures: PictureRange | None = field(default=None, compare=False)
    good_scale: GoodScale | None = field(default=None, compare=False)
    may_spare: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    """Where the time of one part went, in milliseconds, each 0 or more; None where a stage did not run."""

    trigger_ms: float | None = None  #: capture → trigger decided
    wait_ms: float | None = None  #: trigger decided → taken up by the inspection thread
    quality_ms: float | None = None  #: looking at the picture's own quality
    preprocess_ms: float | None = None
    inference_ms: float | None = None
    decision_ms: float | None = None  #: to the network's thread and back, and the policy
    archive_ms: float | None = None  #: encoding and writing the picture
    total_ms: float | None = None  #: capture → ready to commit
    commit_ms: float | None = None  #: committing the row; known, and added to the log, only after that


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedPicture:
    """A kept picture.

    Args:
        path: The picture file.
        sha256: SHA-256 of the file, hex.
        heatmap_path: The small heatmap file beside it; None where there is no heatmap.
    """

    path: Path
    sha256: str
    heatmap_path: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewRecord:
    """What one view of a part with several showed, as it is committed beside the part's row.

    Args:
        name: The view's, as in the recipe.
        source: As in `Inspection`.
        decision: On this view alone.
        model: As in `Inspection`.
        picture: As in `Inspection`.
        image_not_saved: As in `Inspection`.
        measures: As in `Inspection`.
    """

    name: str
    source: str
    decision: Decision
    model: ModelIdentity | None
    picture: ArchivedPicture | None = None
    image_not_saved: str = ""
    measures: PictureMeasures | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """One part's complete record, exactly as it is committed to the result log.

    Args:
        id: Unique and ordered by time (UUID version 7), as text.
        time_utc: When the part was captured.
        station: The station's name.
        recipe: The recipe's name.
        recipe_version: The recipe's version.
        lot: The lot; empty where none is set.
        part_number: Running number within the lot, from 1.
        source: The source's name, as ``camera:0``.
        source_path: The file inspected, where it came from one.
        file_key: As in `Origin`; empty for a live picture.
        trigger: The trigger mode, or ``manual``.
        trigger_id: Of the event that asked for it, as the line gave it; empty where the trigger found the part.
        part_serial: What the part itself is called, as line, scanner or a code on it says; empty where unknown.
        nest: From which nest of a mould, or which tool, it is; empty where the recipe has none, or nothing says so.
        decision: Verdict, reason, score and thresholds; of a part with several views the worst of all.
        classes: Of the model; None on ERROR without prediction.
        probabilities: One per class; empty on ERROR without prediction.
        model: Which model judged; None where none was loaded.
        software_version: The station's version.
        latencies: Where the time went.
        picture: The kept picture; None where none was kept.
        image_not_saved: Why a picture that should have been kept was not; empty otherwise.
        views: Each view of a part with several, the main one first, whose score, model and picture are also the part's;
            empty where the part has one.
        measures: What the picture of the main view is like; None where it was not measured, and of a part that is read
            back: statistics read them by themselves.
    """

    id: str
    time_utc: datetime
    station: str
    recipe: str
    recipe_version: int
    lot: str
    part_number: int
    source: str
    source_path: str | None
    file_key: str
    trigger: str
    decision: Decision
    classes: Classes | None
    probabilities: tuple[float, ...]
    model: ModelIdentity | None
    software_version: str
    latencies: Latencies
    picture: ArchivedPicture | None
    image_not_saved: str
    trigger_id: str = ""
    part_serial: str = ""
    nest: str = ""
    views: tuple[ViewRecord, ...] = ()
    measures: PictureMeasures | None = field(default=None, compare=False)

    @property
    def called(self) -> str:
        """What the line calls the part, in at most 24 characters: its serial number, else its trigger; may be empty."""
        by_line = self.trigger == TriggerMode.EXTERNAL.value
        return shortened(self.part_serial or (f"trigger {self.trigger_id}" if by_line else ""), _CALLED)
