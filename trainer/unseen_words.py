"""What happens to defects of a type that the model has never seen, in words and as a table; no torch here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.counts import counted
from inspector.domain.rates import Rate

if TYPE_CHECKING:
    from trainer.evaluation import Unseen, UnseenType

UNSEEN_HEADS = (
    "Type never seen",
    "Parts",
    "Passed, 95 % interval",
    "Passed with the guard",
    "Good parts to REVIEW",
)
_TITLE = "Defects of a type that the model has never seen"


def unseen_sentence(unseen: Unseen) -> str:
    """Say what passes of a type that was never seen, and what the guard costs; or why it was not measured."""
    if not unseen.types:
        return " ".join([f"{_TITLE}: not measured.", *(note[:1].upper() + note[1:] for note in unseen.notes)])
    parts = sum(each.parts for each in unseen.types)
    passed = sum(each.passed for each in unseen.types)
    said = f"{_TITLE}: of {counted(parts, 'part')} {passed} would pass (95 % interval {_interval(Rate(passed, parts))})"
    with_guard = unseen.passed_with_guard
    if with_guard is None:
        said += ". This model has no memory of good, so no guard can hold them back."
    else:
        said += f", and {with_guard} with the guard ({_interval(Rate(with_guard, parts))})."
    said += " For this each type was kept from a training of its own, and all its parts were judged."
    if (mean := unseen.mean_good_to_review) is not None and unseen.good:
        good = counted(unseen.good, "good test part")
        said += f" The price: in the mean the guard sent {mean:.2g} of {good} to REVIEW."
    left_out = f" Left out: {' '.join(unseen.notes)}" if unseen.notes else ""
    return said + left_out


def held_sentence(held: Rate) -> str:
    """Say what the memory of good alone, which was shown no defect, makes of the defective test parts.

    Args:
        held: Those of them that it would send to REVIEW.
    """
    said = (
        f"By the memory of good alone {held.count} of {counted(held.total, 'defective test part')} would go to REVIEW "
        f"(95 % interval {_interval(held)})."
    )
    if 2 * held.count >= held.total:
        return said
    return f"{said} Good parts differ so much here that the guard lets most of what the model has never seen pass."


def unseen_rows(unseen: Unseen) -> list[list[str]]:
    """Return a row for each type, as `UNSEEN_HEADS` names them, with 95 % intervals."""
    return [_row(each, unseen.good) for each in unseen.types]


def _row(each: UnseenType, good: int) -> list[str]:
    return [
        each.name,
        f"{each.parts:,}",
        _cell(each.passed, each.parts),
        "no guard" if each.passed_with_guard is None else _cell(each.passed_with_guard, each.parts),
        "no guard" if each.good_to_review is None else _cell(each.good_to_review, good),
    ]


def _cell(count: int, total: int) -> str:
    return f"{count} ({_interval(Rate(count, total))})" if total else "–"


def _interval(rate: Rate) -> str:
    low, high = rate.interval
    return f"{100 * low:.1f} to {100 * high:.1f} %"
