"""What ``inspector replay`` and ``inspector suspects`` print, and their JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.domain.counts import counted
from inspector.domain.records import Verdict

if TYPE_CHECKING:
    from collections import Counter

    from inspector.replay.run import ReplayedPart, ReplayOutcome
    from inspector.replay.suspects import Suspects

_SHOWN = 20
_NOTES = 5


def lines(outcome: ReplayOutcome, *, recorded: bool) -> list[str]:
    """Return what is said of parts that were judged again.

    Args:
        recorded: Whether the recorded model and thresholds judged.
    """
    judged = list(outcome.judged)
    differing = [part for part in judged if part.differs]
    exact = [part for part in judged if part.exact]
    again = f"{len(judged) - len(differing):,} with the same verdict, {len(differing):,} with another"
    said = [f"{counted(outcome.chosen.inspected, 'part')}; {len(judged):,} judged again: {again}"]
    if recorded:
        strayed = max((part.strayed or 0.0 for part in exact), default=0.0)
        wrong = sum(part.differs for part in exact)
        said.append(
            f"{len(exact):,} by the same model, device and precision from the very pixels: {counted(wrong, 'verdict')} "
            f"changed, P(defective) within {strayed:.6f}"
        )
        if other := len(judged) - len(exact):
            said.append(
                f"{other:,} from pictures that were kept with losses (WebP), or by a device or precision of today: "
                "their scores may differ"
            )
    said += ["", *_table(outcome), ""]
    said += [_line(part) for part in differing[:_SHOWN]]
    if len(differing) > _SHOWN:
        said.append(f"and {len(differing) - _SHOWN:,} more, in the table")
    return said + _rest(outcome)


def suspect_lines(suspects: Suspects, outcome: ReplayOutcome) -> list[str]:
    """Return what is said of suspect parts."""
    parts = suspects.parts
    of = counted(suspects.passes, "passed part")
    said = [f"{counted(len(parts), 'suspect part')}: {suspects.judged:,} of {of} judged again"]
    if parts:
        first, last = (part.part.time_utc.astimezone() for part in (parts[0], parts[-1]))
        said.append(f"the first on {first:%Y-%m-%d %H:%M}, the last on {last:%Y-%m-%d %H:%M}")
    said += ["", *(_line(part) for part in parts[:_SHOWN])]
    if len(parts) > _SHOWN:
        said.append(f"and {len(parts) - _SHOWN:,} more, in the table")
    said += ["", f"{'day':<12}{'passed':>10}{'judged':>10}{'suspect':>10}"]
    said += [f"{day.day:<12}{day.passes:>10,}{day.judged:>10,}{day.suspect:>10,}" for day in suspects.days]
    return [*said, "", more_words(suspects), *_rest(outcome)]


def more_words(suspects: Suspects) -> str:
    """Say how many more suspect parts there may be, as sentences."""
    said = []
    if suspects.not_judged:
        more = suspects.more
        said.append(
            f"Of {counted(suspects.not_judged, 'passed part')} that could not be judged again, {more.low:,.0f} to "
            f"{more.high:,.0f} would be suspect too (95 %; those kept at random on the same days stand for them)."
        )
    if suspects.unknown:
        said.append(
            f"Of {counted(suspects.unknown, 'passed part')} nothing is known: of such parts none was kept at random, "
            "or its picture is gone."
        )
    return " ".join(said) or "Every passed part was judged again."


def gap_words(outcome: ReplayOutcome) -> str:
    """Say why parts were not judged; empty where all were."""
    return "; ".join(f"{counted(count, 'part')}: {gap.value}" for gap, count in outcome.gaps().most_common())


def figures(outcome: ReplayOutcome) -> dict[str, Any]:
    """Return the JSON of parts that were judged again."""
    judged = list(outcome.judged)
    exact = [part for part in judged if part.exact]
    table: Counter[tuple[Verdict, Verdict]] = outcome.table()
    return {
        "parts": outcome.chosen.inspected,
        "judged": len(judged),
        "same": sum(not part.differs for part in judged),
        "differ": sum(part.differs for part in judged),
        "exact": len(exact),
        "exact_differ": sum(part.differs for part in exact),
        "largest_difference": max((part.strayed or 0.0 for part in exact), default=None),
        "verdicts": {
            was.value: {now.value: table[was, now] for now in Verdict if table[was, now]}
            for was in Verdict
            if any(table[was, now] for now in Verdict)
        },
        "not_judged": {gap.name.lower(): count for gap, count in outcome.gaps().items()},
        "differing": [_part(part) for part in judged if part.differs],
        "notes": list(outcome.notes),
        "interrupted": outcome.interrupted,
    }


def suspect_figures(suspects: Suspects) -> dict[str, Any]:
    """Return the JSON of suspect parts."""
    more = suspects.more
    return {
        "suspects": [_part(part) for part in suspects.parts],
        "days": [
            {"day": day.day, "passes": day.passes, "judged": day.judged, "suspects": day.suspect}
            for day in suspects.days
        ],
        "passes": suspects.passes,
        "passes_judged": suspects.judged,
        "passes_not_judged": suspects.not_judged,
        "more": {"value": more.value, "low": more.low, "high": more.high},
        "passes_unknown": suspects.unknown,
        "more_words": more_words(suspects),
    }


# --- inside -----------------------------------------------------------------------------------------------------------


def _table(outcome: ReplayOutcome) -> list[str]:
    table, names = outcome.table(), [verdict for verdict in Verdict if verdict is not Verdict.ERROR]
    head = f"{'recorded':<10}" + "".join(f"{name.value:>10}" for name in names)
    return [head] + [f"{was.value:<10}" + "".join(f"{table[was, now]:>10,}" for now in names) for was in names]


def _line(part: ReplayedPart) -> str:
    was = part.part
    name = was.serial or str(was.part_number)
    assert part.verdict is not None
    return (
        f"{was.time_utc.astimezone():%Y-%m-%d %H:%M:%S}  {was.lot or '–'}  {name}  {was.verdict.value} "
        f"{_score(was.p_defective)} → {part.verdict.value} {_score(part.p_defective)}  {was.inspection_id}"
    )


def _rest(outcome: ReplayOutcome) -> list[str]:
    words = gap_words(outcome)
    said = [f"not judged: {words}"] if words else []
    said += list(outcome.notes[:_NOTES])
    if len(outcome.notes) > _NOTES:
        said.append(f"and {len(outcome.notes) - _NOTES:,} more notes (--json has all)")
    return said


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _part(part: ReplayedPart) -> dict[str, Any]:
    was = part.part
    return {
        "id": was.inspection_id,
        "time_utc": was.time_utc.isoformat(),
        "recipe": was.recipe,
        "lot": was.lot,
        "part_number": was.part_number,
        "part_serial": was.serial,
        "verdict": was.verdict.value,
        "p_defective": was.p_defective,
        "verdict_now": part.verdict.value if part.verdict else None,
        "p_defective_now": part.p_defective,
        "exact": part.exact,
    }
