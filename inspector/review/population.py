"""Of which passes pictures were kept, and whether these are a random sample: what a blind audit can speak about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inspector.domain.config import KeepPolicy
from inspector.domain.errors import RecipeError
from inspector.domain.records import Verdict
from inspector.domain.sampling import KEPT, draw
from inspector.recipes.recipe import load_recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from inspector.domain.config import ArchiveConfig
    from inspector.outputs.review_reads import PartRow

    #: What a version of a recipe kept; None where that is not known any more.
    PolicyOf = Callable[[str, int], ArchiveConfig | None]

_REJECTED = frozenset({Verdict.FAIL, Verdict.REVIEW})
_HOW = "Keep one pass in N, or all: Settings, Archive."


def recipe_policies(recipes: Path) -> PolicyOf:
    """Return what looks a recipe's version up in the folder where every version is kept.

    Args:
        recipes: Folder of the station's recipes.
    """
    known: dict[tuple[str, int], ArchiveConfig | None] = {}

    def policy_of(name: str, version: int) -> ArchiveConfig | None:
        if (name, version) not in known:
            try:
                known[name, version] = load_recipe(recipes / "history" / f"{name}.v{version}.json").archive
            except RecipeError:
                known[name, version] = None
        return known[name, version]

    return policy_of


@dataclass(slots=True)
class _Group:
    """The parts of one version of a recipe; those that were kept in the order of time."""

    passes: int = 0
    not_saved: int = 0
    kept: list[tuple[str, str]] = field(default_factory=list)  # id, path
    rejected: list[tuple[str, str]] = field(default_factory=list)
    rejects: int = 0
    others: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """The parts that an audit speaks about, and those of them whose pictures were kept.

    Args:
        passes: Passed parts it speaks about.
        rejects: Parts (FAIL and REVIEW) of the same time and recipes.
        errors: Parts without a verdict, of the same time and recipes; no estimate speaks about them.
        outside: Passed parts that it does not speak about, as none like them were kept at random.
        one_in: The kept passes are a random sample of one in so many; 0 where none were kept.
        kept_passes: Ids and pictures of the passes that can be audited, in the order of time.
        kept_rejects: Ids and pictures of the rejects that were kept, in the order of time.
        not_saved: Passes whose picture should have been kept but could not be.
        notes: What a reader of the audit has to know, as sentences.
        problem: Why there can be no audit; empty where there can.
        next_step: What to do about that.
    """

    passes: int
    rejects: int
    errors: int
    outside: int
    one_in: int
    kept_passes: tuple[tuple[str, str], ...]
    kept_rejects: tuple[tuple[str, str], ...]
    not_saved: int
    notes: tuple[str, ...]
    problem: str = ""
    next_step: str = ""


def population(rows: Iterable[tuple[PartRow, int]], policy_of: PolicyOf) -> Population:
    """Work out what an audit of some parts can speak about.

    Passes kept as one in n are a simple random sample (`inspector.domain.sampling`). Where n was changed in between,
    those are taken that the sparsest n would have kept too, so that every pass had the same chance. Versions of a
    recipe that kept no passes, or nobody knows which, are left out: passes and rejects.

    Args:
        rows: The inspections, as `ReviewReader.counted_parts` returns them.
        policy_of: What each version of a recipe kept.
    """
    groups: dict[tuple[str, int], _Group] = {}
    for row, count in rows:
        _take(groups.setdefault((row.recipe, row.recipe_version), _Group()), row, count)
    rates = {key: _one_in(group, policy_of(*key)) for key, group in groups.items()}
    used = {key: group for key, group in groups.items() if rates[key]}
    one_in = max((rates[key] for key in used), default=0)
    thinned = len({rates[key] for key in used}) > 1
    kept = [part for group in used.values() for part in group.kept]
    if thinned:
        kept = [(part, path) for part, path in kept if draw(part, KEPT) * one_in < 1.0]
    outside = sum(group.passes for key, group in groups.items() if key not in used)
    problem, next_step = _problem(sum(group.passes for group in groups.values()), kept, used)
    return Population(
        passes=sum(group.passes for group in used.values()),
        rejects=sum(group.rejects for group in used.values()),
        errors=sum(group.others for group in used.values()),
        outside=outside,
        one_in=one_in,
        kept_passes=tuple(sorted(kept)),  # ids are ordered by time
        kept_rejects=tuple(sorted(part for group in used.values() for part in group.rejected)),
        not_saved=sum(group.not_saved for group in used.values()),
        notes=_notes(groups, rates, used, thinned=thinned),
        problem=problem,
        next_step=next_step,
    )


def _take(group: _Group, row: PartRow, count: int) -> None:
    if row.verdict is Verdict.PASS:
        group.passes += count
        group.not_saved += count * row.not_saved
        if row.picture is not None:
            group.kept.append((row.id, row.picture))
    elif row.verdict in _REJECTED:
        group.rejects += count
        if row.picture is not None:
            group.rejected.append((row.id, row.picture))
    else:
        group.others += count


def _one_in(group: _Group, policy: ArchiveConfig | None) -> int:
    """Return that one pass in so many was kept at random; 0 where none was, or not at random."""
    if policy is None:  # the recipe's file is gone: that all were kept shows by itself
        return 1 if group.passes and len(group.kept) + group.not_saved == group.passes else 0
    return {KeepPolicy.ALL: 1, KeepPolicy.ONE_IN_N: policy.one_in}.get(policy.keep, 0)


def _problem(passes: int, kept: list[tuple[str, str]], used: dict[tuple[str, int], _Group]) -> tuple[str, str]:
    if not passes:
        return "there is no passed part in this selection", "Choose another time, recipe or lot."
    if not used:
        return "no pictures of passed parts were kept at random, so nothing can be said about escapes", _HOW
    if not kept:
        return "no picture of a passed part has been kept yet", "Let the line run, or keep more: a smaller N."
    return "", ""


def _notes(
    groups: dict[tuple[str, int], _Group], rates: dict[tuple[str, int], int], used: dict[tuple[str, int], _Group], *,
    thinned: bool,
) -> tuple[str, ...]:  # fmt: skip
    notes = []
    for (name, version), group in groups.items():
        if (name, version) not in used and group.passes:
            why = "were kept in a way that is not known" if group.kept else "were not kept"
            notes.append(
                f"Passes of {name}, version {version}, {why}: {group.passes} passed parts are left out. {_HOW}"
            )
    if thinned:
        spread = ", ".join(f"1 in {rate}" for rate in sorted({rates[key] for key in used}))
        notes.append(f"Passes were kept at different rates ({spread}); the audit draws as the sparsest did.")
    not_saved = sum(group.not_saved for group in used.values())
    if not_saved:
        notes.append(
            f"The pictures of {not_saved} passed parts could not be saved at the time; the audit cannot draw them."
        )
    return tuple(notes)
