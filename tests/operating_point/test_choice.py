"""Choosing is recorded with the recipe's version, and can be taken back."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inspector.domain.records import Thresholds
from inspector.operating_point.choice import ChoiceError, chosen, taken_back, undoable
from inspector.operating_point.prices import RecipePrices, load_prices, save_prices
from inspector.operating_point.words import change_words, version_words
from inspector.paths import Home
from inspector.recipes.promotions import Promotions, promoted
from inspector.recipes.recipe import ChangeEvidence, Recipe, load_recipe, save_next_version, save_recipe
from inspector.recipes.versions import history
from tests.logs import told

OF_MODEL = Thresholds(fail_at=0.5)
NEW, OTHER = Thresholds(fail_at=0.7, review_from=0.3), Thresholds(fail_at=0.6)
EVIDENCE = ChangeEvidence(
    source="validation pictures of m", good=3, good_failed=0, defective=2, defective_passed=1, looked_at=1,
    escapes_95=(0.1, 0.9), overkill_95=(0.0, 0.5),
)  # fmt: skip


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    found = Recipe(name="Cap", source="demo:", model="m")
    save_recipe(found, tmp_path)
    return found


def _choose(recipe: Recipe, folder: Path, point: Thresholds, why: str = "fewer escapes") -> Recipe:
    before = recipe.thresholds or OF_MODEL
    return save_next_version(chosen(recipe, point, before, author=" Ada ", reason=why, evidence=EVIDENCE), folder)


def test_a_choice_is_the_next_version_with_its_record(recipe: Recipe, tmp_path: Path) -> None:
    saved = _choose(recipe, tmp_path, NEW)
    assert load_recipe(tmp_path / "Cap.json") == saved
    assert (saved.version, saved.thresholds) == (2, NEW)
    change = saved.change
    assert change is not None
    assert (change.author, change.reason, change.model) == ("Ada", "fewer escapes", "m")
    assert (change.before, change.after, change.own_before, change.evidence) == (OF_MODEL, NEW, None, EVIDENCE)


def test_a_recipe_of_an_earlier_version_of_the_program_is_read(recipe: Recipe, tmp_path: Path) -> None:
    path = tmp_path / "Cap.json"
    data = json.loads(path.read_text())
    del data["change"]
    path.write_text(json.dumps(data))
    assert load_recipe(path) == recipe


def test_the_record_stays_with_its_own_version(recipe: Recipe, tmp_path: Path) -> None:
    saved = _choose(recipe, tmp_path, NEW)
    later = save_next_version(saved.model_copy(update={"source": "camera:1"}), tmp_path)
    assert (later.version, later.thresholds, later.change) == (3, NEW, None)
    assert [one.changed for one in history("Cap", tmp_path)] == [(), ("thresholds",), ("source",)]


def test_taking_back_restores_the_models_own_and_can_be_done_once(recipe: Recipe, tmp_path: Path) -> None:
    saved = _choose(recipe, tmp_path, NEW)
    undone = undoable(saved, history("Cap", tmp_path))
    assert undone is not None
    assert undone.version == 2
    back = save_next_version(taken_back(saved, undone, NEW, OF_MODEL, author="Eve"), tmp_path)
    assert (back.version, back.thresholds) == (3, None)
    assert back.change is not None
    assert (back.change.after, back.change.takes_back) == (OF_MODEL, 2)
    assert back.change.reason == "Took back version 2: fewer escapes"
    assert undoable(back, history("Cap", tmp_path)) is None


def test_changes_are_taken_back_one_after_the_other(recipe: Recipe, tmp_path: Path) -> None:
    second = _choose(_choose(recipe, tmp_path, NEW), tmp_path, OTHER)
    undone = undoable(second, history("Cap", tmp_path))
    assert undone is not None
    back = save_next_version(taken_back(second, undone, OTHER, OF_MODEL, author="Eve", reason="no"), tmp_path)
    assert back.thresholds == NEW
    first = undoable(back, history("Cap", tmp_path))
    assert first is not None
    assert first.version == 2


def test_the_guard_alone_is_chosen_and_taken_back(recipe: Recipe, tmp_path: Path) -> None:
    made = chosen(recipe, OF_MODEL, OF_MODEL, author="Ada", reason="less to look at", guard_rate=0.001)
    saved = save_next_version(made, tmp_path)
    assert (saved.thresholds, saved.guard_rate) == (None, 0.001)  # the model's own stay its own
    assert saved.change is not None
    assert (saved.change.guard_before, saved.change.guard_after) == (0.005, 0.001)
    words = "fail from 0.5, guard at 0.1 % of good parts; before: fail from 0.5, guard at 0.5 % of good parts"
    assert change_words(saved.change) == words
    undone = undoable(saved, history("Cap", tmp_path))
    assert undone is not None
    back = save_next_version(taken_back(saved, undone, OF_MODEL, OF_MODEL, author="Eve"), tmp_path)
    assert (back.version, back.thresholds, back.guard_rate) == (3, None, 0.005)
    assert undoable(back, history("Cap", tmp_path)) is None


def test_a_fixed_limit_becomes_a_rate_and_comes_back(recipe: Recipe, tmp_path: Path) -> None:
    own = Thresholds(fail_at=0.4, strange_from=1.3)
    fixed = save_next_version(recipe.model_copy(update={"thresholds": own}), tmp_path)
    limit = replace(own, strange_from=0.9)  # of the rate: it is not written
    saved = save_next_version(chosen(fixed, limit, own, author="Ada", reason="x", guard_rate=0.005), tmp_path)
    assert (saved.thresholds, saved.guard_rate) == (Thresholds(fail_at=0.4), 0.005)
    assert saved.change is not None
    assert change_words(saved.change) == (
        "fail from 0.4, guard at 0.5 % of good parts; before: fail from 0.4, guard from the fixed strangeness 1.3"
    )
    undone = undoable(saved, history("Cap", tmp_path))
    assert undone is not None
    assert taken_back(saved, undone, limit, OF_MODEL, author="Eve").thresholds == own


def test_a_guard_that_stays_is_not_told_and_a_fixed_limit_stays_with_it(recipe: Recipe, tmp_path: Path) -> None:
    own = Thresholds(fail_at=0.4, strange_from=1.3)
    fixed = save_next_version(recipe.model_copy(update={"thresholds": own}), tmp_path)
    saved = save_next_version(chosen(fixed, NEW, own, author="Ada", reason="x"), tmp_path)
    assert saved.thresholds == replace(NEW, strange_from=1.3)
    assert saved.change is not None
    assert "guard" not in change_words(saved.change)
    assert undoable(saved, history("Cap", tmp_path)) is not None
    with pytest.raises(ChoiceError, match="works at fail from 0.7, review from 0.3 already"):
        chosen(saved, NEW, NEW, author="Ada", reason="x")
    with pytest.raises(ChoiceError, match="works at fail from 0.5, guard at 0.5 % of good parts already"):
        chosen(recipe, OF_MODEL, OF_MODEL, author="Ada", reason="x", guard_rate=0.005)


@pytest.mark.parametrize(
    "update", [{"model": "other"}, {"thresholds": OTHER}, {"thresholds": None}, {"guard_rate": 0.01}]
)
def test_what_was_changed_otherwise_since_is_not_taken_back(
    recipe: Recipe, tmp_path: Path, update: dict[str, object]
) -> None:
    saved = _choose(recipe, tmp_path, NEW)
    later = save_next_version(saved.model_copy(update=update), tmp_path)
    assert undoable(later, history("Cap", tmp_path)) is None


def test_a_built_in_recipe_becomes_version_2(tmp_path: Path) -> None:
    built_in = Recipe(name="Demo line", source="demo:", model="demo")
    assert _choose(built_in, tmp_path, NEW).version == 2
    assert load_recipe(tmp_path / "Demo line.json").version == 2


@pytest.mark.parametrize(
    ("author", "reason", "says"),
    [(" ", "x", "an author and a reason"), ("Ada", "\n", "an author and a reason"), ("Ada", "x" * 301, "300")],
)
def test_a_choice_without_author_or_reason_is_refused(recipe: Recipe, author: str, reason: str, says: str) -> None:
    with pytest.raises(ChoiceError, match=says):
        chosen(recipe, NEW, OF_MODEL, author=author, reason=reason)


def test_the_point_in_force_is_no_choice(recipe: Recipe) -> None:
    with pytest.raises(ChoiceError, match=r"works at fail from 0\.5 already"):
        chosen(recipe, OF_MODEL, OF_MODEL, author="Ada", reason="x")


def test_the_history_is_in_words_also_of_versions_nobody_is_on_record_for(recipe: Recipe, tmp_path: Path) -> None:
    saved = _choose(recipe, tmp_path, NEW)
    save_next_version(saved.model_copy(update={"model": "n", "thresholds": None}), tmp_path)
    (tmp_path / "history" / "Cap.v4.json").write_text("{")
    found = [version_words(one) for one in history("Cap", tmp_path)]
    assert [(who, what.partition("Cap.v4")[0], why) for _, who, what, why in found] == [
        ("–", "the first that was kept", ""),
        ("Ada", "fail from 0.7, review from 0.3; before: fail from 0.5", "fewer escapes"),
        ("–", "changed: model n, the model's own thresholds", ""),
        ("–", f"cannot be read: the recipe {tmp_path / 'history'}/", ""),
    ]


def test_other_recipes_versions_are_not_taken_for_this_ones(recipe: Recipe, tmp_path: Path) -> None:
    for name in ("Cap.v1", "Cap 2", "CapX"):
        save_recipe(recipe.model_copy(update={"name": name}), tmp_path)
    assert [one.version for one in history("Cap", tmp_path)] == [1]
    assert history("None", tmp_path) == []
    assert history("Cap", tmp_path / "nowhere") == []


def test_prices_are_remembered_for_each_recipe(tmp_path: Path) -> None:
    dear = RecipePrices(escape=500.0, defective_share=0.02)
    save_prices(dear, "Cap", tmp_path)
    assert load_prices("Cap", tmp_path) == dear
    assert load_prices("Lid", tmp_path) == RecipePrices()
    (tmp_path / "prices" / "Cap.json").write_text('{"escape": -1}')
    with told("inspector.operating_point.prices") as said:
        assert load_prices("Cap", tmp_path) == RecipePrices()
    assert "cannot be used" in said[0]


def test_a_limit_of_strangeness_stays_with_other_thresholds(recipe: Recipe) -> None:
    recipe = recipe.model_copy(update={"thresholds": Thresholds(fail_at=0.5, strange_from=1.5)})
    made = chosen(recipe, Thresholds(fail_at=0.4), Thresholds(fail_at=0.5), author="Ada", reason="fewer escapes")
    assert made.thresholds == Thresholds(fail_at=0.4, strange_from=1.5)
    assert made.change is not None
    assert made.change.after == made.thresholds
    with pytest.raises(ChoiceError, match="already"):
        chosen(recipe, Thresholds(fail_at=0.5), Thresholds(fail_at=0.5), author="Ada", reason="nothing new")


def test_the_history_says_who_promoted_a_model_and_why(recipe: Recipe, tmp_path: Path) -> None:
    record = Promotions(Home(root=tmp_path))
    record.record(recipe, "other", "never saved", who="Ada")
    record.record(recipe, "n", "finds more", who="Ada")
    saved = save_next_version(promoted(recipe, "n"), tmp_path)
    by_hand = save_next_version(saved.model_copy(update={"model": "m"}), tmp_path)
    save_next_version(by_hand.model_copy(update={"model": "n"}), tmp_path)  # which nobody promoted
    when = datetime.now(UTC) - timedelta(hours=1)
    assert [version_words(version)[2:] for version in history("Cap", tmp_path, record.read())] == [
        ("the first that was kept", ""),
        ("changed: model n instead of m", "finds more"),
        ("changed: model m", ""),
        ("changed: model n", ""),
    ]
    os.utime(tmp_path / "history" / "Cap.v2.json", (when.timestamp(), when.timestamp()))  # older than the promotion
    assert version_words(history("Cap", tmp_path, record.read())[1])[2:] == ("changed: model n", "")
