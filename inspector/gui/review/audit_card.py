"""What the blind audit shows: escapes with their interval, the yield corrected for them, what a claim would need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.domain.sentence import sentence
from inspector.gui.review.words import interval, percent
from inspector.gui.widgets.basics import card, label

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLabel

    from inspector.domain.audit import AuditCounts, AuditEstimate
    from inspector.domain.rates import Estimate
    from inspector.review.estimate import AuditReport

_ROWS = (
    ("audited", "Passes audited"),
    ("defective", "Found defective"),
    ("share", "Defective passes"),
    ("escapes", "Escape rate"),
    ("counted", "Yield as counted"),
    ("corrected", "Yield corrected"),
)
_TIPS = {
    "share": "Fraction of the passed parts that are defective; 95 % Wilson interval. Unclear parts count as defective",
    "escapes": "Defective parts that passed, over all defective parts; needs audited rejects too. At least 95 %",
    "corrected": "Passed and good, over inspected",
}


class AuditCard(QWidget):
    """See the module; it states intervals and never a success on few parts."""

    archive_wanted = Signal()  #: the recipe's archive setting
    more_wanted = Signal()  #: a larger sample
    suspects_wanted = Signal()  #: after an escape
    study_wanted = Signal()  #: measurement system analysis

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        layout.addWidget(label("BLIND AUDIT OF PASSED PARTS", "heading"))
        self._grid = QWidget(frame)
        grid = QGridLayout(self._grid)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(3)
        self.values: dict[str, QLabel] = {}
        for row, (name, words) in enumerate(_ROWS):
            heading = label(words, "muted")
            heading.setToolTip(_TIPS.get(name, ""))
            grid.addWidget(heading, row, 0)
            value = label("–", "score")
            value.setAccessibleName(words)
            value.setToolTip(_TIPS.get(name, ""))
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(value, row, 1)
            self.values[name] = value
        grid.setColumnStretch(1, 1)
        layout.addWidget(self._grid)
        self.words = label("", "muted")
        self.words.setWordWrap(True)
        layout.addWidget(self.words)
        layout.addLayout(self._build_buttons(frame))
        self.suspects_button = QPushButton("After an escape…", frame)
        self.suspects_button.setToolTip("Judge kept pictures again: which parts left as good and would not pass now?")
        self.suspects_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.suspects_button.clicked.connect(self.suspects_wanted)
        layout.addWidget(self.suspects_button)
        self.study_button = QPushButton("Measurement system analysis…", frame)
        self.study_button.setToolTip("Do people and the station agree on good and defective? A blind study (AIAG MSA)")
        self.study_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.study_button.clicked.connect(self.study_wanted)
        layout.addWidget(self.study_button)
        layout.addStretch(1)
        self.show_report(None, sample=0)

    def _build_buttons(self, frame: QWidget) -> QHBoxLayout:
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        self.archive_button = QPushButton("Keep pictures…", frame)
        self.archive_button.setToolTip("The recipe's archive setting: keep one pass in N, or all")
        self.archive_button.clicked.connect(self.archive_wanted)
        self.more_button = QPushButton("Larger sample", frame)
        self.more_button.setToolTip("Draw 60 more passed parts into the blind audit")
        self.more_button.clicked.connect(self.more_wanted)
        for button in (self.archive_button, self.more_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            buttons.addWidget(button, 1)
        return buttons

    def show_report(self, report: AuditReport | None, *, sample: int) -> None:
        """Show what the audit says.

        Args:
            report: Of the chosen parts; None while it is not known.
            sample: How many passed parts the queue draws at present.
        """
        problem = report is not None and bool(report.population.problem)
        self._grid.setVisible(report is not None and not problem)
        self.archive_button.setVisible(report is not None and (problem or report.population.outside > 0))
        self.more_button.setVisible(report is not None and sample < len(report.population.kept_passes))
        if report is None:
            self.words.setText("Reading the record.")
        elif problem:
            population = report.population
            self.words.setText(f"{sentence(population.problem)}. {population.next_step}")
        else:
            self._fill(report.estimate, report.population.passes)
            self.words.setText(audit_words(report))

    def _fill(self, audit: AuditEstimate, passes: int) -> None:
        texts = {
            "audited": f"{audit.passed.judged:,} of {passes:,}",
            "defective": _counted(audit.passed),
            "share": _estimate(audit.defective_passes, audit.passed.judged),
            "escapes": _estimate(audit.escape_rate, audit.passed.judged),
            "counted": percent(audit.yield_fraction),
            "corrected": _estimate(audit.yield_corrected, audit.passed.judged),
        }
        for name, text in texts.items():
            self.values[name].setText(text)


def audit_words(report: AuditReport) -> str:
    """Return what has to be known of the figures, and what a claim would need."""
    population, estimate = report.population, report.estimate
    if not estimate.passed.judged:
        kept = f"1 in {population.one_in} was kept" if population.one_in > 1 else "all were kept"
        first = f"{len(population.kept_passes):,} passed parts can be audited ({kept}). Nothing is judged blind yet."
        return " ".join((first, *report.notes[: len(population.notes)]))
    return " ".join(report.notes) or _shown(estimate)


def _shown(estimate: AuditEstimate) -> str:
    claim = estimate.claim
    return f"Shown with 95 %: at most {percent(claim.claim)} of the passed parts are defective."


def _counted(counts: AuditCounts) -> str:
    words = f"{counts.defective}"
    if counts.unsure:
        words += f" + {counts.unsure} unsure"
    return words + (f" + {counts.conflict} in conflict" if counts.conflict else "")


def _estimate(share: Estimate, judged: int) -> str:
    """Return a share with its limits; without a judged part only a dash: anything is possible."""
    if not judged:
        return "–"
    limits = interval(share.low, share.high)
    return limits if share.value is None else f"{percent(share.value)} ({limits})"
