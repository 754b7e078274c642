"""What an audit can speak about, to the part and to the word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from inspector.domain.config import ArchiveConfig, KeepPolicy
from inspector.domain.records import Verdict
from inspector.domain.sampling import KEPT, draw
from inspector.outputs.review_reads import PartRow
from inspector.recipes.recipe import Recipe, save_recipe
from inspector.review.population import Population, recipe_policies
from inspector.review.population import population as population_of

P, F, R, E = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR
ALL = ArchiveConfig(keep=KeepPolicy.ALL)
HOW = "Keep one pass in N, or all: Settings, Archive."

if TYPE_CHECKING:
    from inspector.review.population import PolicyOf


def population(rows: Sequence[PartRow], policy_of: PolicyOf) -> Population:
    """Of parts one by one."""
    return population_of(((part, 1) for part in rows), policy_of)


def row(number: int, verdict: Verdict = P, *, kept: bool = True, version: int = 1, not_saved: bool = False) -> PartRow:
    picture = f"/a/{number}.png" if kept else None
    return PartRow(f"{number:03}", verdict, "R", version, picture, not_saved)


def kept(*numbers: int) -> tuple[tuple[str, str], ...]:
    return tuple((f"{number:03}", f"/a/{number}.png") for number in numbers)


def one_in(count: int) -> ArchiveConfig:
    return ArchiveConfig(keep=KeepPolicy.ONE_IN_N, one_in=count)


def policies(**by_version: ArchiveConfig | None) -> Callable[[str, int], ArchiveConfig | None]:
    return lambda name, version: by_version[f"{name}{version}"]


EMPTY = Population(
    passes=0, rejects=0, errors=0, outside=0, one_in=0, kept_passes=(), kept_rejects=(), not_saved=0, notes=()
)


def test_parts_are_counted_by_verdict_and_kept_ones_come_in_the_order_of_time() -> None:
    rows = [
        row(9), row(1), row(2, F), row(3, R), row(4, E), row(5, F, kept=False), row(6, E, kept=False),
        row(7, kept=False, not_saved=True),
    ]  # fmt: skip
    assert population(rows, policies(R1=ALL)) == replace(
        EMPTY,
        passes=3,
        rejects=3,
        errors=2,
        one_in=1,
        kept_passes=kept(1, 9),
        kept_rejects=kept(2, 3),
        not_saved=1,
        notes=("The pictures of 1 passed parts could not be saved at the time; the audit cannot draw them.",),
    )


def test_versions_that_kept_no_passes_are_left_out_with_their_rejects() -> None:
    rows = [row(1), row(2, F), row(3, kept=False, version=2), row(4, F, version=2), row(5, E, version=2)]
    failures = ArchiveConfig(keep=KeepPolicy.FAILURES)
    assert population(rows, policies(R1=one_in(3), R2=failures)) == replace(
        EMPTY,
        passes=1,
        rejects=1,
        outside=1,
        one_in=3,
        kept_passes=kept(1),
        kept_rejects=kept(2),
        notes=(f"Passes of R, version 2, were not kept: 1 passed parts are left out. {HOW}",),
    )


def test_a_version_without_passes_needs_no_note() -> None:
    rows = [row(1), row(2, F, version=2)]
    assert population(rows, policies(R1=ALL, R2=ArchiveConfig(keep=KeepPolicy.NONE))).notes == ()


def test_where_the_rates_differ_all_are_drawn_as_the_sparsest_were() -> None:
    rows = [row(number, version=1 + number % 2) for number in range(200)]
    found = population(rows, policies(R1=one_in(2), R2=one_in(5)))
    drawn = [number for number in range(200) if draw(f"{number:03}", KEPT) * 5 < 1.0]
    assert found == replace(
        EMPTY,
        passes=200,
        one_in=5,
        kept_passes=kept(*drawn),
        notes=("Passes were kept at different rates (1 in 2, 1 in 5); the audit draws as the sparsest did.",),
    )
    same = population(rows, policies(R1=one_in(5), R2=one_in(5)))
    assert same == replace(EMPTY, passes=200, one_in=5, kept_passes=kept(*range(200)))  # what was kept was drawn


def test_a_recipe_that_is_gone_kept_all_where_all_are_there() -> None:
    whole = [row(1), row(2), row(3, kept=False, not_saved=True)]
    assert population(whole, policies(R1=None)).one_in == 1
    some = population([*whole, row(4, kept=False)], policies(R1=None))
    assert some == replace(
        EMPTY,
        outside=4,
        notes=(f"Passes of R, version 1, were kept in a way that is not known: 4 passed parts are left out. {HOW}",),
        problem="no pictures of passed parts were kept at random, so nothing can be said about escapes",
        next_step=HOW,
    )


@pytest.mark.parametrize(
    ("rows", "problem", "next_step"),
    [
        ([], "there is no passed part in this selection", "Choose another time, recipe or lot."),
        ([row(1, F)], "there is no passed part in this selection", "Choose another time, recipe or lot."),
        (
            [row(1, kept=False)],
            "no picture of a passed part has been kept yet",
            "Let the line run, or keep more: a smaller N.",
        ),
    ],
)
def test_why_there_can_be_no_audit(rows: list[PartRow], problem: str, next_step: str) -> None:
    found = population(rows, policies(R1=one_in(100)))
    assert (found.problem, found.next_step) == (problem, next_step)


def test_a_version_s_policy_is_looked_up_once(tmp_path: Path) -> None:
    recipe = Recipe(name="R", source="demo:", model="m", archive=one_in(7))
    save_recipe(recipe, tmp_path)
    policy_of = recipe_policies(tmp_path)
    assert policy_of("R", 1) == one_in(7)
    assert policy_of("R", 2) is None
    assert policy_of("S", 1) is None
    save_recipe(recipe.model_copy(update={"version": 2, "archive": ALL}), tmp_path)
    (tmp_path / "history" / "R.v1.json").unlink()
    assert (policy_of("R", 1), policy_of("R", 2)) == (one_in(7), None)  # as it was when it was asked
    assert recipe_policies(tmp_path)("R", 2) == ALL
