"""Runs a deep look for the Review page: a process of the trainer, looked at on the worker, shown in a dialog."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import cv2
from PySide6.QtCore import QObject

from inspector import assembly
from inspector.domain.errors import PictureError
from inspector.gui.review.deep_look_dialog import LookDialog
from inspector.gui.review.words import clock
from inspector.gui.widgets.render import to_qimage
from inspector.pictures import read_picture
from inspector.review.deep_look import DeepLook, DeepLookError
from inspector.vision.bundle import MANIFEST_FILE
from trainer.protocol import Explained, MapMade, Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QWidget

    from inspector.domain.records import Image, Inspection
    from inspector.gui.work import Worker
    from inspector.paths import Home
    from trainer.protocol import ExplainReport

_LONGEST_PX = 1024
_LINE = "Grad-CAM, closed form"
_METHODS = ("Grad-CAM", "Grad-CAM++", "Eigen-CAM", "Layer-CAM")
_PICTURE = "picture"
#: Rows of the grid: a layer, and the keys and names of its maps. The line's own map has one layer; the picture lies
#: under it.
PLAN = (
    ("layer4", ((_LINE, "Shown at the line"), *((one, f"{one} · layer4") for one in _METHODS))),
    ("layer3", ((_PICTURE, "Picture"), *((one, f"{one} · layer3") for one in _METHODS))),
)


class LookProcess(Protocol):
    """What computes the maps; see `DeepLook`."""

    over: bool

    def poll(self) -> list[ExplainReport]:
        """Return what has come since the last time."""
        ...

    def cancel(self) -> None:
        """End it."""
        ...


@dataclass(frozen=True, slots=True)
class _Begun:
    process: LookProcess
    folder: Path
    words: str
    picture: QImage


@dataclass(frozen=True, slots=True)
class _News:
    reports: list[tuple[ExplainReport, QImage | None]]


class Looking(QObject):
    """Owned by the page, on the GUI thread. One look at a time; a new one ends that before.

    Args:
        work: Starts the process, asks it, reads its maps.
        home: Where models are.
    """

    def __init__(self, work: Worker, home: Home, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work, self._home = work, home
        self.start: Callable[[Path, Path, Path], LookProcess] = DeepLook
        self.dialog: LookDialog | None = None
        self._asked: tuple[Inspection, Image] | None = None
        self._begun: _Begun | None = None
        self._number = 0
        self._polling = False

    def open(self, inspection: Inspection, image: Image, parent: QWidget) -> None:
        """Begin a look at a part, in a dialog of its own."""
        self.end()
        title = f"Part {inspection.part_number:,} · {clock(inspection.time_utc)}"
        dialog = LookDialog(title, "Looking for the model that judged it.", parent)
        dialog.finished.connect(lambda _: self.end())
        dialog.cancel_wanted.connect(self._cancel)
        dialog.again_wanted.connect(self._begin)
        self.dialog, self._asked = dialog, (inspection, image)
        self._begin()
        dialog.open()

    def poll(self) -> None:
        """Look whether there is news."""
        begun, number = self._begun, self._number
        if begun is None or self._polling:
            return
        self._polling = True
        self._work.do(
            lambda: _news(begun), lambda news: self._take(number, news), lambda error: self._fail(number, error)
        )

    def end(self) -> None:
        """End the process, remove its maps, and let the dialog go."""
        self._stop()
        dialog, self.dialog, self._asked = self.dialog, None, None
        if dialog is not None and dialog.isVisible():
            dialog.done(0)

    def release(self) -> None:
        """End at once: the window is closing, and the worker takes no more tasks."""
        begun, self._begun = self._begun, None
        self._number += 1
        if begun is not None:
            _clear(begun)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._stop()
        number, start, home = self._number, self.start, self._home
        if self._asked is None or self.dialog is None:
            return
        inspection, image = self._asked
        self.dialog.show_plan(PLAN)
        self.dialog.show_running()
        self.dialog.show_progress(0, 0, "Starting")

        def begun(found: _Begun) -> None:
            if number != self._number or self.dialog is None:
                self._work.do(lambda: _clear(found))
                return
            self._begun = found
            self.dialog.words.setText(found.words)
            self.dialog.show_map("layer3", _PICTURE, found.picture, "The picture itself")
            self.dialog.show_progress(0, 0, "Loading the model")

        self._work.do(lambda: _start(start, home, inspection, image), begun, lambda error: self._fail(number, error))

    def _stop(self) -> None:
        self._number += 1
        self._polling = False
        begun, self._begun = self._begun, None
        if begun is not None:
            self._work.do(lambda: _clear(begun))

    def _cancel(self) -> None:
        self._stop()
        if self.dialog is not None:
            self.dialog.show_end("Cancelled")

    def _take(self, number: int, news: _News) -> None:
        if number != self._number or self.dialog is None:
            return
        self._polling = False
        for report, image in news.reports:
            if isinstance(report, MapMade) and image is not None:
                self.dialog.show_map(report.layer, report.method, image, f"{report.method}, {report.layer}")
            elif isinstance(report, Progress):
                self.dialog.show_progress(report.done, report.total, f"{report.done} of {report.total} maps")
            elif isinstance(report, Explained):
                self._finish(report)

    def _finish(self, report: Explained) -> None:
        assert self.dialog is not None
        self._stop()
        left = "; ".join(f"{one.method}, {one.layer}: {one.reason}" for one in report.left_out[:1])
        more = f" {len(report.left_out)} maps cannot be made ({left})." if left else ""
        self.dialog.show_end(f"P(defective) {report.p_defective:.3f}, explained: {report.explained_class}.{more}")

    def _fail(self, number: int, error: Exception) -> None:
        if number == self._number and self.dialog is not None:
            self._stop()
            self.dialog.show_end("", fault=str(error))


def _start(
    start: Callable[[Path, Path, Path], LookProcess], home: Home, inspection: Inspection, image: Image
) -> _Begun:
    """Find the model and start the process; called on the worker.

    Raises:
        InspectorError: If the model is gone, or the process cannot be started.
    """
    model = inspection.model
    if model is None or inspection.picture is None:
        raise DeepLookError("this part was judged by no model", "Look at a part that has a score.")
    folder = assembly.model_store(home).find(model.name)
    words = f"Explained by {model.name}, the model that judged it."
    if hashlib.sha256((folder / MANIFEST_FILE).read_bytes()).hexdigest() != model.sha256:
        words = f"{model.name} has been replaced since it judged this part: these are the maps of what it is now."
    out = Path(tempfile.mkdtemp(prefix="deep-look-"))
    try:
        process = start(folder, inspection.picture.path, out)
    except BaseException:
        shutil.rmtree(out, ignore_errors=True)
        raise
    return _Begun(process, out, words, _small(image))


def _news(begun: _Begun) -> _News:
    """Ask the process, and read its new maps; called on the worker.

    Raises:
        DeepLookError: If the process has failed.
    """
    return _News([(one, _overlay(one)) for one in begun.process.poll()])


def _overlay(report: ExplainReport) -> QImage | None:
    if not isinstance(report, MapMade):
        return None
    try:
        return to_qimage(read_picture(Path(report.overlay)))
    except PictureError as error:
        raise DeepLookError(error.what, error.next_step) from error


def _clear(begun: _Begun) -> None:
    """End the process and remove its maps; called on the worker."""
    begun.process.cancel()
    shutil.rmtree(begun.folder, ignore_errors=True)


def _small(image: Image) -> QImage:
    """Return the picture as large as the maps are."""
    scale = min(1.0, _LONGEST_PX / max(image.shape[:2]))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return to_qimage(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
