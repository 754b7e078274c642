"""The line of a page that says where is worked: here, or on the cluster of the settings."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QWidget

from inspector.domain.cluster import ChosenCluster
from inspector.gui.widgets.basics import OneLine


class ClusterLine(QWidget):
    """See the module; hidden where the settings name no cluster.

    Args:
        words: Beside the box to be ticked.
        hint: Its tool tip.
    """

    test_wanted = Signal()

    def __init__(self, words: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._address = self._certificates = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        self.wanted = QCheckBox(words, self)
        self.wanted.setToolTip(hint)
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
        """Where is to be worked; empty for this computer."""
        return self._address if self.wanted.isChecked() else ""

    @property
    def chosen(self) -> ChosenCluster | None:
        """Likewise, with the certificates; None for this computer."""
        return ChosenCluster(self.address, self._certificates) if self.address else None

    def show_address(self, address: str, certificates: str = "") -> None:
        """Set the settings' cluster, and the folder of its certificates."""
        self._certificates = certificates
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
        """Choose as a run was worked on, where that is still the cluster."""
        self.wanted.setChecked(bool(address) and address == self._address)
