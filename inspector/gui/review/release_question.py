"""Asks before locked parts are learnt from: then they test no model any more."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from inspector.domain.counts import counted, verb
from inspector.gui.widgets.question import Question
from inspector.people.roles import Permission

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QWidget

    from inspector.gui.station.session import Session
    from inspector.outputs.regression_log import LockedPart
    from inspector.recipes.recipe import Recipe


def ask_release(
    parts: Sequence[LockedPart],
    session: Session,
    release: Callable[[Recipe, Sequence[LockedPart], str, str], None],
    parent: QWidget,
) -> Question | None:
    """Ask; an engineer may. None where nobody is asked.

    Args:
        parts: Locked parts among what is to be learned.
        session: Knows the recipe, and who acts.
        release: Called after a yes, with the recipe, the parts, the reason and the name.
    """
    recipe, people = session.recipe, session.people
    if recipe is None or not people.allows(Permission.MODELS):
        return None
    kinds = Counter(part.kind for part in parts)
    said = ", ".join(counted(count, kind.value) for kind, count in kinds.items())
    words = (
        f"{said} of what is to be learned {verb(len(parts), 'is')} locked: no model may lose them, and none learns "
        "from them. What is released is learnt from, and tests no model any more. To keep some as tests, go back and "
        "remove them from the list. Who releases them, and why, is recorded."
    )
    title = f"Release {counted(len(parts), 'locked part')} and learn from them?"
    question = Question(title, words, "Release and train", reason="Why? For the record", parent=parent)
    question.accepted.connect(lambda: release(recipe, parts, question.reason.text(), people.actor.name))
    question.open()
    return question
