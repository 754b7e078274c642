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

from inspector.domain.errors import PictureError
from inspector.gui.review.maps_dialog import MapsDialog
from inspector.gui.review.words import clock
from inspector.gui.widgets.render import to_qimage
from inspector.gui.work import Latest
from inspector.pictures import read_picture
from inspector.review.explain_process import DeepLookError, ExplainProcess
from inspector.vision.bundle import MANIFEST_FILE
from inspector.vision.graph import TORCH_WEIGHTS_FILE
from trainer.explain_protocol import Explained, MapMade
from trainer.protocol import Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QWidget

    from inspector.domain.records import Image, Inspection
    from inspector.gui.work import Worker
    from inspector.vision.store import ModelStore
    from trainer.explain_protocol import ExplainReport

_LONGEST_PX = 1024
_LINE = "Grad-CAM, closed form"
_METHODS = ("Grad-CAM", "Grad-CAM++", "Eigen-CAM", "Layer-CAM")
_PICTURE = "picture"
#: Rows of the grid: a layer, and the keys and names of its maps. The line's own map has one layer; the picture lies
#: under it.
_LINE_ROW = "layer4"
PLAN = (
    (_LINE_ROW, ((_LINE, "Shown at the line"), *((method, f"{method} · layer4") for method in _METHODS))),
    ("layer3", ((_PICTURE, "Picture"), *((method, f"{method} · layer3") for method in _METHODS))),
)


class MapsProcess(Protocol):
    """What computes the maps; as `ExplainProcess` does."""

    over: bool

    def poll(self) -> list[ExplainReport]:
        """Return what has come since the last time."""
        ...

    def cancel(self) -> None:
        """End it."""
        ...


@dataclass(frozen=True, slots=True)
class _Running:
    process: MapsProcess
    folder: Path
    words: str
    picture: QImage


@dataclass(frozen=True, slots=True)
class _News:
    reports: list[tuple[ExplainReport, QImage | None]]


class DeepLooks(QObject):
    """Owned by the page, on the GUI thread. One look at a time; a new one ends that before.

    Args:
        work: Starts the process, asks it, reads its maps.
        models: The models; that which judged a part is looked for among them.
    """

    def __init__(self, *, work: Worker, models: ModelStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work, self._models = work, models
        #: Starts the process that computes the maps: of a model (its folder), of a picture, into a folder.
        self.start: Callable[[Path, Path, Path], MapsProcess] = ExplainProcess
        self._latest = Latest(work, self._fail)
        self.dialog: MapsDialog | None = None
        self._asked: tuple[Inspection, Image] | None = None
        self._running: _Running | None = None

    def open(self, inspection: Inspection, image: Image, parent: QWidget) -> None:
        """Begin a look at a part, in a dialog of its own."""
        self.end()
        title = f"Part {inspection.part_number:,} · {clock(inspection.time_utc)}"
        dialog = MapsDialog(title, "Looking for the model that judged it.", parent)
        dialog.finished.connect(lambda _: self.end())
        dialog.cancel_wanted.connect(self._cancel)
        dialog.again_wanted.connect(self._begin)
        self.dialog, self._asked = dialog, (inspection, image)
        self._begin()
        dialog.open()

    def poll(self) -> None:
        """Look whether there is news."""
        running = self._running
        if running is not None and not self._latest.busy:
            self._latest.also(lambda: _news(running), self._take)

    @property
    def running(self) -> bool:
        """True while a process computes."""
        return self._running is not None

    def end(self) -> None:
        """End the process, remove its maps, and let the dialog go."""
        self._stop()
        dialog, self.dialog, self._asked = self.dialog, None, None
        if dialog is not None and dialog.isVisible():
            dialog.done(0)

    def release(self) -> None:
        """End at once: the window is closing, and the worker takes no more tasks."""
        running, self._running = self._running, None
        self._latest.forget()
        if running is not None:
            _clear(running)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._stop()
        start, models = self.start, self._models
        if self._asked is None or self.dialog is None:
            return
        inspection, image = self._asked
        self.dialog.show_plan(PLAN)
        self.dialog.show_running()
        self.dialog.show_progress(0, 0, "Starting")
        self._latest.ask(
            lambda: _begin(start, models, inspection, image),
            self._show_begun,
            late=lambda running: self._work.do(lambda: _clear(running)),
        )

    def _show_begun(self, running: _Running) -> None:
        self._running = running
        if self.dialog is not None:
            self.dialog.words.setText(running.words)
            self.dialog.show_map("layer3", _PICTURE, running.picture, "The picture itself")
            self.dialog.show_progress(0, 0, "Loading the model")

    def _stop(self) -> None:
        self._latest.forget()
        running, self._running = self._running, None
        if running is not None:
            self._work.do(lambda: _clear(running))

    def _cancel(self) -> None:
        self._stop()
        if self.dialog is not None:
            self.dialog.show_end("Cancelled")

    def _take(self, news: _News) -> None:
        if self.dialog is None:
            return
        for report, image in news.reports:
            if isinstance(report, MapMade) and image is not None:
                row = _LINE_ROW if report.method == _LINE else report.layer  # of a model that judges by layer3 too
                self.dialog.show_map(row, report.method, image, f"{report.method}, {report.layer}")
            elif isinstance(report, Progress):
                self.dialog.show_progress(report.done, report.total, f"{report.done} of {report.total} maps")
            elif isinstance(report, Explained):
                self._finish(report)

    def _finish(self, report: Explained) -> None:
        assert self.dialog is not None
        self._stop()
        left = "; ".join(f"{out.method}, {out.layer}: {out.reason}" for out in report.left_out[:1])
        more = f" {len(report.left_out)} maps cannot be made ({left})." if left else ""
        self.dialog.show_end(f"P(defective) {report.p_defective:.3f}, explained: {report.explained_class}.{more}")

    def _fail(self, error: Exception) -> None:
        self._stop()
        if self.dialog is not None:
            self.dialog.show_end("", fault=str(error))


def _begin(
    start: Callable[[Path, Path, Path], MapsProcess], models: ModelStore, inspection: Inspection, image: Image
) -> _Running:
    """Find the model and start the process; called on the worker.

    Raises:
        InspectorError: If the model is gone, or the process cannot be started.
    """
    model = inspection.model
    if model is None or inspection.picture is None:
        raise DeepLookError("this part was judged by no model", "Look at a part that has a score.")
    folder = models.find(model.name)
    if not (folder / TORCH_WEIGHTS_FILE).is_file():
        raise DeepLookError(
            f"the model {model.name} comes as a finished graph without its weights, and other heatmaps need these",
            "The line's own heatmap stands on the page. A model that was trained here has more.",
        )
    words = f"Explained by {model.name}, the model that judged it."
    if hashlib.sha256((folder / MANIFEST_FILE).read_bytes()).hexdigest() != model.sha256:
        words = f"{model.name} has been replaced since it judged this part: these are the maps of what it is now."
    out = Path(tempfile.mkdtemp(prefix="deep-look-"))
    try:
        process = start(folder, inspection.picture.path, out)
    except BaseException:
        shutil.rmtree(out, ignore_errors=True)
        raise
    return _Running(process, out, words, _small(image))


def _news(running: _Running) -> _News:
    """Ask the process, and read its new maps; called on the worker.

    Raises:
        DeepLookError: If the process has failed.
    """
    return _News([(report, _overlay(report)) for report in running.process.poll()])


def _overlay(report: ExplainReport) -> QImage | None:
    if not isinstance(report, MapMade):
        return None
    try:
        return to_qimage(read_picture(Path(report.overlay)))
    except PictureError as error:
        raise DeepLookError(error.what, error.next_step) from error


def _clear(running: _Running) -> None:
    """End the process and remove its maps; called on the worker."""
    running.process.cancel()
    shutil.rmtree(running.folder, ignore_errors=True)


def _small(image: Image) -> QImage:
    """Return the picture as large as the maps are."""
    scale = min(1.0, _LONGEST_PX / max(image.shape[:2]))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return to_qimage(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
