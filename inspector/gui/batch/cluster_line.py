"""The line of the Batch page that says where is judged: here, or on the cluster of the settings."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QWidget

from inspector.gui.widgets.basics import OneLine


class ClusterLine(QWidget):
    """See the module; hidden where the settings name no cluster."""

    test_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._address = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        self.wanted = QCheckBox("Judge on the cluster", self)
        self.wanted.setToolTip("Workers judge the pictures, which every one of them must see under the same path")
        row.addWidget(self.wanted)
        self.test = QPushButton("Test connection", self)
        self.test.setToolTip("How many workers answer, with how many cores")
        self.test.clicked.connect(self.test_wanted)
        row.addWidget(self.test)
        self.words = OneLine()
        row.addWidget(self.words, 1)
        self.hide()

    @property
    def address(self) -> str:
        """Where is to be judged; empty for this computer."""
        return self._address if self.wanted.isChecked() else ""

    def show_address(self, address: str) -> None:
        """Set the settings' cluster."""
        if address != self._address:
            self._address = address
            self.words.say(address)
        if not address:
            self.wanted.setChecked(False)
        self.setVisible(bool(address))

    def show_answer(self, words: str) -> None:
        """Say who answers; where it has not been asked, the cluster's address."""
        self.words.say(words or self._address)

    def show_chosen(self, address: str) -> None:
        """Choose as a run was judged, where that is still the cluster."""
        self.wanted.setChecked(bool(address) and address == self._address)
