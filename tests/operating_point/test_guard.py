"""The guard beside the operating point: what is said of it, and that the model is loaded for its limit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from inspector import assembly
from inspector.domain.guard import NO_MEMORY
from inspector.domain.operating_point import GuardHeld
from inspector.domain.rates import Rate
from inspector.domain.records import Thresholds
from inspector.domain.strangeness import RATES
from inspector.operating_point.guarding import Guarding
from inspector.operating_point.sources import Sources
from inspector.operating_point.words import held_words
from inspector.paths import Home
from inspector.recipes.recipe import Recipe
from inspector.vision import backends
from tests.bundles import make_bundle
from tests.engine.fakes import GOOD_SCALE
from tests.operating_point.parts import MEMORY


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(root=tmp_path)
    make_bundle(made.models / "with", memory=MEMORY)
    make_bundle(made.models / "without")
    return made


OWN, FIXED = Thresholds(fail_at=0.4), Thresholds(fail_at=0.4, strange_from=1.2)
LIMIT = GOOD_SCALE.limit


@pytest.mark.parametrize(
    ("model", "own", "rate", "strange_from", "says"),
    [
        ("with", None, 0.005, LIMIT(0.005), ""),
        ("with", OWN, 0.05, LIMIT(0.05), ""),
        ("with", OWN, 0.0, None, ""),
        ("with", FIXED, 0.005, 1.2, "The recipe holds a fixed limit of strangeness, 1.2, instead of a rate"),
        ("without", None, 0.005, None, f"{NO_MEMORY[:1].upper()}{NO_MEMORY[1:]}."),
    ],
)
def test_the_operating_point_in_force_has_the_guards_limit(
    home: Home, model: str, own: Thresholds | None, rate: float, strange_from: float | None, says: str
) -> None:
    recipe, sources = Recipe(name="Cap", source="demo:", model=model, thresholds=own, guard_rate=rate), Sources
    assert sources(home, home.log).in_force(recipe).strange_from == strange_from
    words = sources(home, home.log).guarding(recipe).words
    assert words.startswith(says)
    assert bool(words) == bool(says)


def test_a_limit_that_is_moved_becomes_a_round_rate_within_its_limits() -> None:
    guarding, points = Guarding(scale=GOOD_SCALE, rate=0.005), Thresholds(fail_at=0.5)
    before = guarding.at(points, 0.005)
    moved = guarding.moved(before, LIMIT(0.01234))
    assert (moved.strange_from, guarding.rate_of(moved)) == (LIMIT(0.012), 0.012)
    assert guarding.chosen_rate(moved, before) == 0.012
    assert guarding.chosen_rate(guarding.at(points, 0.005), before) is None
    assert guarding.rate_of(guarding.moved(before, 0.001)) == RATES[1]
    assert guarding.rate_of(guarding.moved(before, 1e6)) == RATES[0]
    assert guarding.chosen_rate(guarding.at(before, 0.0), before) == 0.0


@pytest.mark.parametrize("rate", [0.0001, 0.005, 0.0123, 0.2])
def test_a_rate_is_read_back_from_its_limit(rate: float) -> None:
    guarding = Guarding(scale=GOOD_SCALE, rate=rate)
    assert guarding.rate_of(guarding.at(Thresholds(fail_at=0.5), rate)) == rate


def _held(good: tuple[int, int], defective: tuple[int, int], unknown: int = 0) -> GuardHeld:
    return GuardHeld(good=Rate(*good), defective=Rate(*defective), unknown=unknown)


@pytest.mark.parametrize(
    ("held", "rate", "says"),
    [
        (_held((1, 60), (3, 25)), 0.005, "set for 0.5 % of good parts; these agree with that."),
        (
            _held((9, 60), (0, 1)),
            0.005,
            "Only the guard keeps 0 of 1 defective part from passing. The guard is set for 0.5 % of good parts; these are more",
        ),
        (_held((0, 90), (0, 1)), 0.2, "20 % of good parts; these are fewer."),
        (_held((0, 0), (0, 0), 5), 0.005, "No strangeness is recorded of these parts"),
        (_held((0, 3), (1, 2), 5), 0.005, "Of 5 parts no strangeness is recorded; the guard is left out for them."),
    ],
)
def test_what_the_guard_alone_does_is_said_beside_its_rate(held: GuardHeld, rate: float, says: str) -> None:
    assert says in held_words(held, rate)
    assert held_words(held, 0.0) == ""


def test_a_model_is_loaded_for_the_limit_in_force(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Thresholds, ...]] = []
    monkeypatch.setattr(backends, "load_classifier", lambda _, **options: asked.append(options["thresholds"]))
    own = Thresholds(fail_at=0.4)
    assembly.load_classifier("with", home, thresholds=own, guard_rate=0.05)
    assembly.load_classifier("with", home, thresholds=own, guard_rate=0.0)
    assembly.load_classifier("without", home, thresholds=own, guard_rate=0.05)
    assert asked == [(replace(own, strange_from=GOOD_SCALE.limit(0.05)),), (own,), (own,)]
