"""First step: camera, folder, stream or demo line, with a live preview."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from inspector.domain.config import TriggerMode
from inspector.domain.errors import PictureError, SourceError
from inspector.domain.sentence import sentence
from inspector.domain.source import DEMO, SourceKind, SourceSpec, shown
from inspector.domain.source_options import SourceOptions
from inspector.domain.text import RECIPE_NAME
from inspector.gui.first_start.answers import USUAL_MODE, Pictures
from inspector.gui.first_start.parts import ChoiceButton, asked, row_of
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.inputs import ChoiceBox
from inspector.gui.widgets.path_field import PathField
from inspector.gui.widgets.picture import PictureView
from inspector.gui.widgets.render import Scene
from inspector.gui.widgets.text_field import TextField
from inspector.gui.words import MODES
from inspector.gui.work import Latest
from inspector.pictures import is_picture, read_picture
from inspector.sources.check import check_source, check_trigger

if TYPE_CHECKING:
    from inspector.domain.records import Image
    from inspector.gui.station.catalogue import Catalogue
    from inspector.gui.station.preview import Preview
    from inspector.gui.station.session import Session
    from inspector.gui.work import Worker

_WORDS = {
    SourceKind.CAMERA: ("Camera", "A camera at this computer"),
    SourceKind.FOLDER: ("Folder", "Pictures that another program writes into a folder"),
    SourceKind.STREAM: ("Stream or video", f"A network camera ({SourceKind.STREAM.form}), or a video file"),
    SourceKind.DEMO: ("Demo line", "A drawn belt with parts: nothing is needed, to look around"),
}
_CHOICES = tuple(_WORDS)
#: Files of a folder that are looked through for a first picture.
_LOOKED_AT = 5000
#: MVTec AD keeps the masks of defects there, beside the pictures.
_MASKS = "ground_truth"


class PicturesStep(QWidget):
    """See the module.

    Args:
        session: Opens previews.
        catalogue: Lists cameras.
        work: Reads the first picture of a folder.
    """

    looked = Signal()  #: whether the source is there is known now

    title = "Where do the pictures come from?"
    hint = "Later: Settings → Source, and Region and trigger."

    def __init__(self, session: Session, *, catalogue: Catalogue, work: Worker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._catalogue = session, catalogue
        self._preview: Preview | None = None
        self._first, self._check = Latest(work), Latest(work)
        self._faults: dict[str, str] = {}  # what was said of sources that cannot deliver
        self._looked_at = ""  # the source of which that is known
        self._previewed = ""
        self._released = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self.choices = {kind: ChoiceButton(*words, self) for kind, words in _WORDS.items()}
        row_of(layout, *self.choices.values())
        columns = QHBoxLayout()
        columns.setSpacing(14)
        columns.addWidget(self._build_fields(), 4)
        self.view = PictureView(self)
        self.view.setMinimumSize(320, 240)
        self.view.say_when_empty("The picture appears here")
        columns.addWidget(self.view, 5)
        layout.addLayout(columns, 1)
        for kind, choice in self.choices.items():
            choice.clicked.connect(lambda _=False, kind=kind: self.choose(kind))
        self.choose(SourceKind.CAMERA)
        self.look_for_cameras()

    def _build_fields(self) -> QWidget:
        fields = QWidget(self)
        layout = QVBoxLayout(fields)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        self._stack = QStackedWidget(fields)
        layout.addWidget(self._stack)
        self.cameras = ChoiceBox(fields)
        self.cameras.setAccessibleName("Camera")
        self.cameras.currentIndexChanged.connect(lambda _: self._show_preview())
        again = QPushButton("Look again", fields)
        again.clicked.connect(self.look_for_cameras)
        self.folder = PathField("Folder of pictures", "Folder that is watched", "folder", fields)
        self.stream = PathField("Stream or video", f"{SourceKind.STREAM.form} or a video file", "file", fields)
        for field in (self.folder, self.stream):
            field.settled.connect(self._show_preview)
        demo = label("The demo line and the demo model come with the program. Nothing has to be set up.")
        demo.setWordWrap(True)
        for words, widgets in (
            ("Camera", (self.cameras, again)),
            ("Folder that is watched, with its sub-folders", (self.folder,)),
            ("Address or file", (self.stream,)),
            ("", (demo,)),
        ):
            page = QWidget(self._stack)
            inside = QVBoxLayout(page)
            inside.setContentsMargins(0, 0, 0, 0)
            if words:
                inside.addWidget(label(words))
            for widget in widgets:
                inside.addWidget(widget)
            inside.addStretch(1)
            self._stack.addWidget(page)
        layout.addWidget(self._build_own(fields))
        layout.addStretch(1)
        return fields

    def _build_own(self, fields: QWidget) -> QWidget:
        """Return what is asked of the user's own parts, not of the demo line's."""
        self._own = QWidget(fields)
        inside = QVBoxLayout(self._own)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(6)
        self.product = TextField(RECIPE_NAME, self._own)
        self.product.setText("Part 1")
        self.product.setAccessibleName("Product")
        asked(inside, "Product", self.product, "The recipe is called so.")
        self.mode = ChoiceBox(self._own)
        self.mode.setAccessibleName("A part is")
        for mode, words in MODES.items():
            self.mode.addItem(words, mode)
        asked(inside, "A part is", self.mode)
        return self._own

    @property
    def kind(self) -> SourceKind:
        """What is chosen."""
        return next(kind for kind, choice in self.choices.items() if choice.isChecked())

    def choose(self, kind: SourceKind) -> None:
        """Choose where pictures come from."""
        self.choices[kind].setChecked(True)
        self._stack.setCurrentIndex(_CHOICES.index(kind))
        self._own.setVisible(kind is not SourceKind.DEMO)
        self.mode.setCurrentIndex(list(MODES).index(USUAL_MODE[kind]))
        self._show_preview()

    def look_for_cameras(self) -> None:
        """List the cameras; takes seconds."""
        self.cameras.clear()
        self.cameras.setPlaceholderText("Looking for cameras…")
        self.cameras.setCurrentIndex(-1)

        def listed(names: list[str]) -> None:
            self.cameras.setPlaceholderText("No camera found")
            self.cameras.addItems(names)
            self.cameras.setCurrentIndex(0 if names else -1)
            self._show_preview()

        def failed(error: Exception) -> None:
            self.cameras.setPlaceholderText(str(error))

        self._catalogue.cameras(listed, failed)

    def source(self) -> str:
        """Return the source as a recipe names it; empty where it is not said yet."""
        kind = self.kind
        if kind is SourceKind.CAMERA:
            return self.cameras.currentText()
        if kind is SourceKind.FOLDER:
            return str(SourceSpec(kind, self.folder.text())) if self.folder.text() else ""
        if kind is SourceKind.STREAM:
            text = self.stream.text()
            return text if "://" in text or not text else str(SourceSpec(SourceKind.VIDEO, text))
        return str(DEMO)

    def answer(self) -> Pictures:
        """Return what was answered."""
        mode = self.mode.currentData()
        assert isinstance(mode, TriggerMode)
        return Pictures(kind=self.kind, source=self.source(), product=self.product.text(), mode=mode)

    def fault(self) -> str:
        """Say what is missing; empty where nothing is."""
        answer = self.answer()
        if not answer.source:
            return {
                SourceKind.CAMERA: "No camera is chosen. Connect one and look again, or choose another way.",
                SourceKind.FOLDER: "Name the folder of pictures.",
            }.get(answer.kind, "Name the address or the file.")
        if not answer.complete:
            return "Give the product a name."
        try:
            check_trigger(answer.kind, answer.mode)
        except SourceError as error:
            return sentence(error)
        return self._faults.get(answer.source, "")

    @property
    def looking(self) -> bool:
        """Whether it is not known yet if the source is there; a share or a camera may take seconds to answer."""
        source = self.source()
        if source and source not in (self._looked_at, self._previewed):
            self._show_preview()  # what was typed is not settled yet
        return bool(source) and source != self._looked_at

    def poll(self) -> None:
        """Take the preview's newest picture."""
        if self._preview is not None:
            frame, ended = self._preview.take(), self._preview.ended
            if frame is not None:
                size = f"{frame.image.shape[1]}×{frame.image.shape[0]}"
                self.view.show_scene(Scene(image=frame.image, label=size))
            elif ended is not None:
                self.view.say_when_empty(ended)
                self._end()
        self.view.poll()

    def pause(self) -> None:
        """End the preview: the camera belongs to the line again."""
        self._end()
        self._previewed = ""

    def resume(self) -> None:
        """Show the preview again."""
        self._show_preview()

    def release(self) -> None:
        """End preview and renderer, for good: what answers later, a camera's name or a field, begins none."""
        self._released = True
        self._end()
        self.view.release()

    def _end(self) -> None:
        self._first.forget()
        preview, self._preview = self._preview, None
        if preview is not None:
            preview.stop()

    def _show_preview(self) -> None:
        source = self.source()
        if self._released or source == self._previewed:
            return
        self._end()
        self._previewed = source
        self.view.show_scene(None)
        if source:
            self._look_at(source)
        if not source:
            self.view.say_when_empty("The picture appears here")
        elif self._session.running:
            self.view.say_when_empty("No preview while the line runs")
        else:
            self.view.say_when_empty(f"Waiting for {shown(source)}")
            if self.kind is SourceKind.FOLDER:
                self._show_first(Path(self.folder.text()))
                return
            self._preview = self._session.preview(source, SourceOptions())

    def _look_at(self, source: str) -> None:
        """See whether a source is there, for `fault`."""
        kind = self.kind

        def good(_: object) -> None:
            self._faults.pop(source, None)
            known()

        def bad(error: Exception) -> None:
            self._faults[source] = sentence(error)
            known()

        def known() -> None:
            self._looked_at = source
            self.looked.emit()

        self._check.ask(lambda: check_source(source, USUAL_MODE[kind]), good, bad)

    def _show_first(self, folder: Path) -> None:
        """Show one picture of a folder: nothing is watched yet."""

        def show(image: Image | None) -> None:
            self.view.say_when_empty(f"There is no picture in {folder} yet")
            self.view.show_scene(None if image is None else Scene(image=image, label="a picture of the folder"))

        self._first.ask(lambda: first_picture(folder), show, lambda error: self.view.say_when_empty(str(error)))


def first_picture(folder: Path) -> Image | None:
    """Return a picture of a folder or of its sub-folders; None where none is found among the first files.

    Raises:
        PictureError: If the folder is not there, or the picture cannot be read.
    """
    if not folder.is_dir():
        raise PictureError(f"there is no folder {folder}", "Make it, or choose another.")
    looked = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != _MASKS and not name.startswith("."))
        for name in sorted(names):
            if is_picture(path := Path(place) / name):
                return read_picture(path)
        looked += len(names)
        if looked > _LOOKED_AT:
            return None
    return None
