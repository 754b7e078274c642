"""A number in a table of labels against verdicts; pressed, it leads to the parts behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPushButton

from inspector.domain.records import Verdict

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

#: What happened to parts of each verdict, in the order of the table's columns.
VERDICT_WORDS = {Verdict.PASS: "passed", Verdict.REVIEW: "review", Verdict.FAIL: "failed", Verdict.ERROR: "error"}
#: How a number is coloured, by label (defective or not) and verdict; the others are plain.
_TONES = {
    (False, Verdict.PASS): "right",
    (True, Verdict.FAIL): "right",
    (True, Verdict.PASS): "escape",
    (False, Verdict.FAIL): "overkill",
}


class CountButton(QPushButton):
    """See the module.

    Args:
        defective: What the label says of the parts; None for parts without a label.
        verdict: Of the parts that are counted.
    """

    def __init__(self, *, defective: bool | None, verdict: Verdict, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = VERDICT_WORDS[verdict]
        self._tone = "plain" if defective is None else _TONES.get((defective, verdict), "plain")
        self.setProperty("kind", "cell")

    def show_count(self, count: int, line: str, more: str = "") -> None:
        """Set the number.

        Args:
            count: Number of parts.
            line: Words of the line of the table, for tips and screen readers.
            more: Text that follows the tooltip's own.
        """
        text = f"{count:,}"
        if text != self.text():
            self.setText(text)
        self.setEnabled(True)
        self.setAccessibleName(f"{line}, {self._words}: {text}")
        self.setToolTip(f"Show these: {line}, {self._words}{more}")
        self._set_tone(self._tone if count else "none")

    def show_nothing(self) -> None:
        """There are no parts to count."""
        self.setText("–")
        self.setEnabled(False)
        self._set_tone("none")

    def _set_tone(self, tone: str) -> None:
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)
