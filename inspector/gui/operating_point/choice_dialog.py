"""Asks who chooses an operating point and why, before it becomes the recipe's next version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.domain.counts import counted, verb
from inspector.domain.text import PERSON, REASON
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.question import Question
from inspector.gui.widgets.text_field import TextField
from inspector.gui.words import RESTARTS
from inspector.operating_point.words import before_in_words, points_in_words

if TYPE_CHECKING:
    from inspector.domain.records import Thresholds
    from inspector.domain.text import TextKind
    from inspector.recipes.recipe import ChangeEvidence, Recipe
    from inspector.recipes.versions import RecipeVersion


class ChoiceDialog(QDialog):
    """See the module; `accepted` says that it was wanted.

    Args:
        recipe: The recipe in force.
        points: The operating point in force, and the one that is chosen.
        guard_rate: That is chosen; None where the guard stays as it is.
        evidence: What is recorded with it; None where there are no parts.
        author: Name that stands in the field at first.
    """

    def __init__(
        self,
        recipe: Recipe,
        points: tuple[Thresholds, Thresholds],
        guard_rate: float | None,
        *,
        evidence: ChangeEvidence | None,
        author: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Use these thresholds?")
        self.setMinimumSize(520, 420)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(label("Use these thresholds?", "title"))
        meaning = (
            f"The recipe {recipe.name} gets version {recipe.version + 1} and works at these thresholds from the next "
            f"part on. {RESTARTS} It is recorded, and can be taken back."
        )
        before, after = points_in_words(recipe, points, guard_rate)
        words = (
            meaning,
            f"Now: {before}.",
            f"Then: {after}.",
            evidence_line(evidence),
        )
        for sentence in words:
            line = label(sentence)
            line.setWordWrap(True)
            layout.addWidget(line)
        self.reason = self._field("Why? For the record", REASON, layout)
        self.author = self._field("Who chooses", PERSON, layout)
        self.author.setText(author)
        layout.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        no = QPushButton("Back", self)
        no.clicked.connect(self.reject)
        row.addWidget(no)
        self.yes_button = QPushButton("Use them", self)
        self.yes_button.setProperty("kind", "primary")
        self.yes_button.setDefault(True)
        self.yes_button.clicked.connect(self.accept)
        row.addWidget(self.yes_button)
        layout.addLayout(row)
        self._check()

    def _field(self, words: str, kind: TextKind, layout: QVBoxLayout) -> TextField:
        name = label(words, "muted")
        layout.addWidget(name)
        field = TextField(kind, self)
        name.setBuddy(field)
        field.setAccessibleName(words)
        field.textChanged.connect(self._check)
        layout.addWidget(field)
        return field

    def _check(self) -> None:
        if hasattr(self, "yes_button"):
            self.yes_button.setEnabled(bool(self.reason.text().strip() and self.author.text().strip()))


def evidence_line(evidence: ChangeEvidence | None) -> str:
    """Say on what a choice rests."""
    if evidence is None:
        return "There are no labelled parts to judge it by; that is recorded too."
    return (
        f"By the {evidence.source}: {evidence.defective_passed:,} of "
        f"{counted(evidence.defective, 'defective part')} pass, "
        f"{evidence.good_failed:,} of {counted(evidence.good, 'good one')} fail, "
        f"{evidence.looked_at:,} {verb(evidence.looked_at, 'is')} to be looked at.{_guarded(evidence)}"
    )


def _guarded(evidence: ChangeEvidence) -> str:
    """Say what the guard alone does; empty where it holds nothing back."""
    good, defective = evidence.good_held or 0, evidence.defective_held or 0
    if not good + defective:
        return ""
    return f" The guard alone sends {counted(good, 'good part')} and {counted(defective, 'defective one')} to review."


def take_back_question(recipe: Recipe, undone: RecipeVersion, parent: QWidget) -> Question:
    """Return what is asked before the last change of the operating point is taken back."""
    assert undone.change is not None
    words = (
        f"The recipe {recipe.name} gets version {recipe.version + 1} and works as before: "
        f"{before_in_words(undone.change)}. {RESTARTS} It is recorded."
    )
    return Question(f"Take back version {undone.version}?", words, "Take back", parent=parent)
