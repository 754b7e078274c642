"""The line's picture: the newest frame, a judged part for a moment, and never an old one that looks live."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from inspector.domain.config import TriggerMode
from inspector.domain.source import is_live, label_of
from inspector.engine.faces import FACES, Face
from inspector.gui.station.face_words import EMPTY_IN_KIOSK, EMPTY_VIEW
from inspector.gui.widgets.picture import PictureView
from inspector.gui.widgets.render import Scene

if TYPE_CHECKING:
    from inspector.domain.config import TriggerConfig
    from inspector.domain.records import Box, Frame
    from inspector.engine.status import PartInspected

#: How long a judged part stays in the picture before the live view returns, in seconds.
HOLD_S = 1.6
#: The picture of a camera that is older than this is not called live.
OLD_S = 2.0


class LinePicture(PictureView):
    """See the module; the page says what there is to show."""

    def __init__(self) -> None:
        super().__init__()
        self._frame: Frame | None = None
        self._hold_until_s = 0.0
        self._stale = True  # the picture, if any, is not that of this moment
        self._said_live = False  # the picture is the newest frame, and said to be live
        self._judged_only = False  # every picture is a part: one that waits never stands beside another one's verdict
        self._judged = False  # a judged part has been shown
        self._unread = ""  # says of the last part that it has no picture
        self._face = Face.STARTING
        self._in_kiosk = False

    @property
    def in_kiosk(self) -> bool:
        """Whether this is a kiosk, in which no picture can be dropped."""
        return self._in_kiosk

    @in_kiosk.setter
    def in_kiosk(self, shut: bool) -> None:
        self._in_kiosk = shut
        self._say_why_empty()

    @property
    def holds(self) -> bool:
        """True while a judged part stands in the picture."""
        return perf_counter() < self._hold_until_s

    def show_marks(self, region: Box | None, trigger: TriggerConfig | None, *, setup: bool = False) -> None:
        """Set the marks; the trigger also says whether a frame is a part by itself."""
        self._judged_only = trigger is not None and trigger.mode is TriggerMode.EVERY_PICTURE
        super().show_marks(region, trigger, setup=setup)

    def show_frame(self, frame: Frame) -> None:
        """Show a new frame, or keep it until the part has been looked at.

        Where every picture is a part, frames are shown before the first verdict only.
        """
        self._frame = frame
        if not self.holds and not (self._judged_only and self._judged):
            self._show_frame(frame)

    def show_part(self, event: PartInspected, *, heatmap: bool, opacity: float, view: str = "") -> None:
        """Show a judged part, with its heatmap or without.

        Args:
            event: With the picture of the view that is to be shown.
            opacity: Of the heatmap, 0..1.
            view: What that view is called; empty where the part has one.
        """
        self._judged, self._unread, inspection = True, "", event.inspection
        if event.part is None:
            if self._judged_only:  # the part before must not stand for the one that could not be read
                self._unread = f"Part {inspection.part_number:,} has no picture"
                self.show_scene(None)
            return
        self._said_live = False
        origin = event.part.origin
        name = f" · {origin.path.name}" if origin.path is not None else ""
        name = f" · {inspection.called}{name}" if inspection.called else name
        name = f" · {view}{name}" if view else name
        self.show_scene(
            Scene(
                image=event.part.frame.image,
                label=f"part {inspection.part_number:,} · {inspection.time_utc.astimezone():%H:%M:%S}{name}",
                heatmap=event.prediction if heatmap else None,
                region=event.part.region,
                opacity=opacity,
                part=True,
            )
        )

    def hold(self) -> None:
        """Keep the part that is shown up for `HOLD_S`."""
        self._hold_until_s = perf_counter() + HOLD_S

    def go_on(self) -> None:
        """Go on with the newest frame."""
        self._hold_until_s = 0.0
        if self._frame is not None and not self._stale and not (self._judged_only and self._judged):
            self._show_frame(self._frame)

    def forget(self) -> None:
        """Show nothing any more: what comes is another product."""
        self._frame, self._hold_until_s, self._stale, self._said_live = None, 0.0, True, False
        self._judged, self._unread = False, ""
        self.show_scene(None)

    def show_state(self, face: Face) -> None:
        """Without a camera the picture goes; after the end it says that it is old."""
        if face is Face.STOPPED:
            self._judged, self._unread = False, ""
        stale = face not in FACES.values() and face not in (Face.WAITING, Face.STARTING, Face.TOO_SLOW)
        self._face = face
        self._say_why_empty()
        if stale and not self._stale:
            self._hold_until_s, self._said_live = 0.0, False
            if face in (Face.NO_CAMERA, Face.NO_SOURCE):
                self.show_scene(None)
            elif self._frame is not None:
                self.show_scene(Scene(image=self._frame.image, label="not live: the last picture"))
        self._stale = stale

    def poll(self) -> None:
        """Take what was rendered; a frame that no other has followed says when it was taken."""
        frame = self._frame
        if frame is not None and self._said_live and perf_counter() - frame.origin.captured_s >= OLD_S:
            self._said_live = False
            words = f"not live: the picture of {frame.origin.captured_at.astimezone():%H:%M:%S}"
            self.show_scene(Scene(image=frame.image, label=words))
        super().poll()

    def _say_why_empty(self) -> None:
        words = EMPTY_VIEW.get(self._face, self._unread or "Waiting for a picture")
        self.say_when_empty(EMPTY_IN_KIOSK.get(self._face, words) if self._in_kiosk else words)

    def _show_frame(self, frame: Frame) -> None:
        source, path = frame.origin.source, frame.origin.path
        self._said_live = is_live(source)
        name = "live" if self._said_live else path.name if path is not None else label_of(source)
        more = "not judged yet" if self._judged_only and not self._said_live else f"{frame.width_px}×{frame.height_px}"
        self.show_scene(Scene(image=frame.image, label=f"{name} · {more}"))
