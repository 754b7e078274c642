"""The section “Record” of the Settings page: is the record what was written, and where was its end signed last."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QPushButton, QVBoxLayout

from inspector.domain.counts import counted
from inspector.domain.errors import InspectorError
from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.later import Page
from inspector.gui.work import Latest
from inspector.outputs.log_handle import log_errors
from inspector.outputs.rows import parse_time
from inspector.proof.check import RecordCheck
from inspector.proof.heads import stored_heads
from inspector.proof.keeper import ASKED, sign_and_send
from inspector.signing import trusted_keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from inspector.gui.work import Worker
    from inspector.proof.check import RecordReport
    from inspector.proof.heads import RecordHead
    from inspector.settings import Settings

_HINT = (
    "Every part, review and change of settings is chained by hash to the one before it. The check reads them all, with "
    "the kept pictures and the signed heads, and names what is not as it was written. The line goes on meanwhile."
)
_NOT_SIGNED = "not signed yet: that happens when a shift or a run ends"


@dataclass(frozen=True, slots=True)
class RecordState:
    """What the section shows.

    Args:
        head: Signed last; None for none.
        report: Of a check; None where none was made.
        file: Into which the head was written; None for none.
    """

    head: RecordHead | None
    report: RecordReport | None = None
    file: Path | None = None


class RecordDesk:
    """Checks and signs; used on a worker of its own, as a check takes minutes.

    Args:
        root: The data folder.
        log: Where the result log is.
        settings: The station's, as they are in force.
    """

    def __init__(self, root: Path, *, log: Callable[[], Path], settings: Callable[[], Settings]) -> None:
        self._root, self._log, self._settings = root, log, settings
        self._ending = threading.Event()
        self.progress = ""  #: how far a check is; read by the window

    def last(self) -> RecordState:
        """Return what was signed last; nothing where there is no log yet."""
        if not self._log().is_file():
            return RecordState(None)
        with log_errors(self._log(), "read"):
            heads = stored_heads(self._log())
        return RecordState(heads[-1] if heads else None)

    def check(self) -> RecordState:
        """Check the record.

        Raises:
            LogError: If it cannot be read.
            SigningError: If a key cannot be read.
        """
        check = RecordCheck(self._log(), keys=trusted_keys(self._root))
        for what, done, total in check.steps():
            self.progress = f"{what}: {done:,} of {total:,}"
            if self._ending.is_set():
                raise InspectorError("the check was ended", "")
        return RecordState(check.report.last_head, check.report)

    def sign(self) -> RecordState:
        """Sign where the record ends now.

        Raises:
            LogError: If that cannot be recorded.
            SigningError: If the key cannot be read or made.
            FileError: If it cannot be written into the folder.
        """
        head, file = sign_and_send(self._log(), self._root, self._settings(), ASKED)
        return RecordState(head, file=file)

    def end(self) -> None:
        """End a check that is being made; any thread."""
        self._ending.set()


class RecordCard(Page):
    """See the module.

    Args:
        desk: Used on the worker.
        worker: For it alone.
    """

    def __init__(self, desk: RecordDesk, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._latest = Latest(worker, self._on_error)
        self._checking = False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        row = QHBoxLayout()
        row.addWidget(label("Record", "title"), 1)
        self.sign_button = QPushButton("Sign now", self)
        self.sign_button.setToolTip("Sign where the record ends now; a cut-off end then shows up to here")
        self.sign_button.clicked.connect(self._sign)
        self.check_button = QPushButton("Check the record", self)
        self.check_button.clicked.connect(self._check)
        row.addWidget(self.sign_button)
        row.addWidget(self.check_button)
        layout.addLayout(row)
        self.verdict, self.facts, self.head = label("Not checked since this window was opened."), label(""), label("")
        for words in (label(_HINT, "muted"), self.verdict, self.facts, self.head):
            words.setWordWrap(True)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            layout.addWidget(words)
        self.facts.hide()
        self.findings = QListWidget(self)
        self.findings.setWordWrap(True)
        self.findings.setAccessibleName("What is not as it was written")
        self.findings.hide()
        layout.addWidget(self.findings, 1)
        outer.addStretch(1)

    def enter(self) -> None:
        """The section is shown: read what was signed last."""
        if not self._checking:
            self._latest.ask(self._desk.last, self._show_head)

    def poll(self) -> None:
        """Show how far a check is."""
        if self._checking and self._desk.progress:
            self.verdict.setText(f"Checking, {self._desk.progress}")

    def release(self) -> None:
        """End a check."""
        self._desk.end()

    def _check(self) -> None:
        self._begin(checking=True)
        self.verdict.setText("Checking…")
        self.facts.hide()
        self.findings.hide()
        self._latest.ask(self._desk.check, self._on_checked)

    def _sign(self) -> None:
        self._begin(checking=False)
        self._latest.ask(self._desk.sign, self._on_signed)

    def _begin(self, *, checking: bool) -> None:
        self._checking = checking
        for button in (self.check_button, self.sign_button):
            button.setEnabled(False)

    def _ended(self) -> None:
        self._checking = False
        self._desk.progress = ""
        for button in (self.check_button, self.sign_button):
            button.setEnabled(True)

    def _on_checked(self, state: RecordState) -> None:
        self._ended()
        report = state.report
        if report is None:
            return
        self.verdict.setText(report.verdict())
        facts = f"{counted(report.entries, 'row')} and {counted(report.pictures, 'picture')} are checked"
        if report.removed:
            facts += f"; {counted(report.removed, 'picture')} removed by the archive's limits"
        if report.before_chain:
            facts += f"; {counted(report.before_chain, 'row')} from before the chain"
        self.facts.setText(f"{facts}.")
        self.facts.show()
        self.findings.clear()
        self.findings.addItems([change.words for change in (*report.changes, *report.gaps)])
        self.findings.setVisible(not report.whole)
        self._show_head(state)

    def _on_signed(self, state: RecordState) -> None:
        self._ended()
        self._show_head(state)

    def _show_head(self, state: RecordState) -> None:
        head = state.head
        if head is None:
            self.head.setText(f"Its end was {_NOT_SIGNED}.")
            return
        when = parse_time(head.time_utc).astimezone()
        sent = f" It was written to {state.file}." if state.file else ""
        self.head.setText(f"Signed last: {when:%Y-%m-%d %H:%M}, {counted(head.entries, 'row')}.{sent}")

    def _on_error(self, error: Exception) -> None:
        self._ended()
        self.verdict.setText(str(error))
