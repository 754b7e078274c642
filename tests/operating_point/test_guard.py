"""The guard beside the operating point: what is said of it, and that the model is loaded for its limit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from inspector import assembly
from inspector.domain.guard import NO_GUARD
from inspector.domain.records import Thresholds
from inspector.operating_point.sources import Sources
from inspector.paths import Home
from inspector.recipes.recipe import Recipe
from inspector.vision import backends
from inspector.vision.manifest import MemoryNote
from tests.bundles import make_bundle
from tests.engine.fakes import GOOD_SCALE

MEMORY = MemoryNote(pictures=200, rows=10, dimensions=8, position=0.0, good_scale=GOOD_SCALE, beyond=1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(root=tmp_path)
    make_bundle(made.models / "with", memory=MEMORY)
    make_bundle(made.models / "without")
    return made


@pytest.mark.parametrize(
    ("model", "rate", "says"),
    [
        ("with", 0.005, "Unlike good parts: review from strangeness 1, which 0.5 % of good parts reach. The figures"),
        ("with", 0.05, "Unlike good parts: review from strangeness 0.91, which 5 % of good parts reach. The figures"),
        ("with", 0.0, f"N{NO_GUARD[1:]}."),
        ("without", 0.005, "This model has no memory of good: what it has never seen can pass."),
    ],
)
def test_it_is_said_whether_unlike_parts_are_held_back(home: Home, model: str, rate: float, says: str) -> None:
    recipe = Recipe(name="Cap", source="demo:", model=model, guard_rate=rate)
    assert Sources(home, home.log).guard(recipe).startswith(says)


def test_the_operating_point_is_that_of_p_defective(home: Home) -> None:
    own = Thresholds(fail_at=0.4, strange_from=2.0)
    sources = Sources(home, home.log)
    assert sources.in_force(Recipe(name="Cap", source="demo:", model="with")) == Thresholds(fail_at=0.5)
    assert sources.in_force(Recipe(name="Cap", source="demo:", model="with", thresholds=own)) == Thresholds(fail_at=0.4)


def test_a_model_is_loaded_for_the_limit_in_force(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Thresholds, ...]] = []
    monkeypatch.setattr(backends, "load_classifier", lambda _, **options: asked.append(options["thresholds"]))
    own = Thresholds(fail_at=0.4)
    assembly.load_classifier("with", home, thresholds=own, guard_rate=0.05)
    assembly.load_classifier("with", home, thresholds=own, guard_rate=0.0)
    assembly.load_classifier("without", home, thresholds=own, guard_rate=0.05)
    assert asked == [(replace(own, strange_from=GOOD_SCALE.limit(0.05)),), (own,), (own,)]
