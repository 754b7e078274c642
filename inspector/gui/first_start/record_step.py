"""Third step: the station's name, where the record goes, and who works here."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from inspector.domain.config import KeepPolicy
from inspector.domain.text import STATION
from inspector.gui.first_start.answers import RecordAnswer
from inspector.gui.first_start.parts import asked
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.inputs import ChoiceBox
from inspector.gui.widgets.path_field import PathField
from inspector.gui.widgets.text_field import TextField
from inspector.gui.words import KEEP

if TYPE_CHECKING:
    from inspector.gui.work import Worker
    from inspector.paths import Home
    from inspector.settings import Settings

_PEOPLE = "Records have the name of the computer's user, or of who is signed in. Later: Settings → Users."


class RecordStep(QWidget):
    """See the module.

    Args:
        settings: What is shown at first.
        work: Asks how much room there is.
        home: The data folder, where the record goes unless another place is named.
    """

    title = "Where does the record go?"
    hint = "Later: Settings → Station, and Archive."

    def __init__(self, settings: Settings, *, work: Worker, home: Home, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._work, self._home = work, home
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        self.station = TextField(STATION, self)
        self.station.setText(settings.station)
        self.station.setAccessibleName("Station")
        asked(layout, "Station", self.station, "Stands in every row of the log.")
        self.log = PathField("Result log", f"{home.log}", "save", self)
        self.log.line.setText(settings.log_path)
        asked(layout, "Result log", self.log, "One row for every part, committed before anything is shown.")
        self.archive = PathField("Kept pictures", f"{home.archive}", "folder", self)
        self.archive.line.setText(settings.archive_path)
        asked(layout, "Kept pictures", self.archive)
        self.keep = ChoiceBox(self)
        self.keep.setAccessibleName("Which pictures are kept")
        for policy, words in KEEP.items():
            self.keep.addItem(words, policy)
        self.keep.setCurrentIndex(list(KEEP).index(KeepPolicy.FAILURES))
        layout.addWidget(self.keep)
        self.room = label("", "muted")
        self.room.setWordWrap(True)
        layout.addWidget(self.room)
        self.people = ChoiceBox(self)
        self.people.addItems(["One person: nobody signs in", "Several people: users sign in, each with a role"])
        self.people.setAccessibleName("Who works at this station")
        asked(layout, "Who works at this station", self.people, _PEOPLE)
        layout.addStretch(1)
        self.archive.settled.connect(self.ask_room)

    def ask_room(self) -> None:
        """Say how much room there is where pictures go."""
        wanted = Path(self.archive.text() or self._home.archive)

        def look() -> str:
            there = next((folder for folder in (wanted, *wanted.parents) if folder.is_dir()), None)
            if there is None:
                return f"{wanted} cannot be made here: no folder above it exists."
            free = shutil.disk_usage(there).free
            return f"{free / 1e9:,.0f} GB are free there. Limits: Settings → Archive."

        self._work.do(look, self.room.setText, lambda error: self.room.setText(str(error)))

    def show_people(self, *, on: bool) -> None:
        """Say that people sign in already; that is changed in Settings."""
        self.people.setCurrentIndex(int(on))
        self.people.setEnabled(not on)

    @property
    def several(self) -> bool:
        """Whether several people work here, who are to sign in."""
        return self.people.currentIndex() == 1

    def answer(self) -> RecordAnswer:
        """Return what was answered."""
        keep = self.keep.currentData()
        assert isinstance(keep, KeepPolicy)
        return RecordAnswer(
            station=self.station.text(), log_path=self.log.text(), archive_path=self.archive.text(), keep=keep
        )

    def fault(self) -> str:
        """Say what is missing; empty where nothing is."""
        return "" if self.station.text().strip() else "Give the station a name."
