"""How labels that look wrong, and what is said of them, are told; without widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.counts import counted
from inspector.domain.review import Judgement
from inspector.gui.widgets.filmstrip import Still

if TYPE_CHECKING:
    from inspector.review.labels import LabelAnswer, LabelWalk
    from trainer.evaluation import Suspect

#: A picture that is not shown, as what would be said of it would be said of another one.
ALTERED = "The file is gone, or another one than was trained with:\nit cannot be judged here."
_TEST = (
    "It is of the test part. Who corrects only what the model contradicts there makes its figures better than the line "
    "will see."
)


def labelled_words(kind: str) -> str:
    """Return a label as it is shown."""
    return "good" if kind == "good" else "defective" if kind == "defective" else f"defective, {kind}"


def why_lines(suspect: Suspect) -> list[str]:
    """Return what speaks against a label, a line for each."""
    own = f"labelled {suspect.label}"  # stands above already
    return [f"•  {said}" for said in suspect.evidence.split("; ") if said != own]


def part_words(suspect: Suspect) -> str:
    """Return where a picture is, and what is to be known of a test picture."""
    words = f"{suspect.name}, {suspect.part} part of the split"
    return f"{words}\n{_TEST}" if suspect.part == "test" else words


def said_words(answer: LabelAnswer) -> str:
    """Return what was said of a picture."""
    if answer.judgement is Judgement.UNSURE:
        return f"{answer.name}: unsure, the label stays as it is."
    if answer.right:
        return f"{answer.name}: the label “{answer.was}” is right."
    now = "good" if answer.judgement is Judgement.GOOD else labelled_words(answer.defect_type or "defective")
    return f"{answer.name}: {now}, not “{answer.was}”."


def so_far_words(walk: LabelWalk) -> str:
    """Return what has been said of all pictures."""
    said = list(walk.answers.said.values())
    if not said:
        return "Nothing is said yet. The pictures and their folders stay as they are, whatever is said here."
    right = sum(answer.right for answer in said)
    changed = sum(answer.decided and not answer.right for answer in said)
    pieces = [f"{right} right", f"{changed} corrected"]
    if unsure := len(said) - right - changed:
        pieces.append(f"{unsure} unsure")
    return f"{len(said)} of {len(walk.suspects)} judged: {', '.join(pieces)}. It is kept."


def end_words(walk: LabelWalk) -> str:
    """Return what is said at the end."""
    left = sum(suspect.sha256 not in walk.answers.said for suspect in walk.suspects)
    if not left:
        return "All labels are judged.\nThe next training takes them: “Train again with these”."
    return f"The end of the list. {counted(left, 'picture')} skipped: Back, or the strip below, leads there."


def still_of(suspect: Suspect, answer: LabelAnswer | None) -> Still:
    """Return a picture of the strip."""
    tip = f"{suspect.name}\n{suspect.evidence}"
    return Still(
        key=suspect.sha256,
        words=suspect.label,
        tip=tip if answer is None else f"{tip}\n{said_words(answer)}",
        state="good" if suspect.label == "good" else "fail",
        done=answer is not None,
    )
