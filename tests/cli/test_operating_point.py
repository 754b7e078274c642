"""Operating points from the command line: shown, set, taken back, listed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from inspector.batch.record import Judge, RunRecord, write_record
from inspector.cli import main
from inspector.domain.config import QualityLimits
from inspector.domain.rates import Rate
from inspector.domain.records import Thresholds
from inspector.operating_point.prices import RecipePrices, save_prices
from inspector.recipes.follower import RecipeFollower
from inspector.recipes.recipe import Recipe, load_recipe, save_recipe
from tests.batch.samples import MODEL, R, write_results
from tests.bundles import make_bundle
from tests.operating_point.parts import MEMORY, STRANGE, scored_bundle


@pytest.fixture
def home(tmp_path: Path) -> Path:
    found = tmp_path / "home"
    scored_bundle(found / "models" / "cap", tmp_path / "data")
    make_bundle(found / "models" / "plain")
    for name, model in (("Cap", "cap"), ("Plain", "plain")):
        save_recipe(Recipe(name=name, source="demo:", model=model), found / "recipes")
    return found


def run(capsys: pytest.CaptureFixture[str], home: Path, *arguments: object) -> tuple[int, Any]:
    code = main([str(one) for one in (*arguments, "--home", home, "--json")])
    return code, json.loads(capsys.readouterr().out)


def test_what_a_point_does(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    command = ("operating-point", "cap", "--fail-at", 0.6, "--review-from", 0.35, "--price-escape", 30)
    code, found = run(capsys, home, *command, "--defective-share", 0.1, "--escape-limit", 0.05)
    assert code == 0
    assert found["good"] == {"passed": 2, "review": 1, "failed": 0, "error": 0}
    assert found["escapes"]["count"] == 1
    assert found["held_out"]["defective"]["failed"] == 1
    assert found["cost_per_1000"]["value"] == pytest.approx(1000 * (0.1 * 30 / 3 + 0.9 * 1 / 3))
    assert (found["evidence"]["needed"], found["evidence"]["carried"]) == (59, False)
    assert found["suggestions"]["f1"]["review_from"] is None
    assert found["prices"]["escape"] == 30.0


def test_the_review_load_of_a_batch_is_the_same_from_both_commands(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    """2 REVIEW and 3 ERROR of 20 inspected parts: 5 of them have to be looked at."""
    verdicts = [("good", "PASS", 0.1)] * 9 + [("good", "REVIEW", 0.4), ("good", "ERROR", None)]
    verdicts += [("crack", "FAIL", 0.9)] * 6 + [("crack", "REVIEW", 0.4)] + [("crack", "ERROR", None)] * 2
    rows = [R(f"{label}/{number:02}.png", verdict, p) for number, (label, verdict, p) in enumerate(verdicts)]
    for row in rows:
        (tmp_path / "lids" / row.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "lids" / row.path).write_bytes(row.path.encode())
    out, model = home / "batches" / "one", home / "models" / "plain"
    judge = Judge(
        model_name="plain", model_folder=str(model), model_sha256=MODEL, device="CPU", precision="fp32",
        backend="openvino", thresholds=Thresholds(fail_at=0.5, review_from=0.35), quality=QualityLimits(),
        software_version="0",
    )  # fmt: skip
    began = datetime(2026, 1, 1, tzinfo=UTC)
    write_record(out, RunRecord(folder=str(tmp_path / "lids"), model="plain", started=began, who="Ada", judge=judge))
    write_results(out / "results.csv", rows)
    _, shown = run(capsys, home, "results", "show", "one")
    assert shown["review_load"] == {"events": 5, "of": 20, "rate": 0.25, "interval_95": list(Rate(5, 20).interval)}
    _, shown = run(capsys, home, "operating-point", "one")
    load = {"count": 5, "total": 20, "value": 0.25, "interval_95": list(Rate(5, 20).interval)}
    assert shown["review_load"] == load


def test_the_recipes_thresholds_and_prices_can_be_taken(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    recipe = load_recipe(home / "recipes" / "Cap.json")
    save_recipe(recipe.model_copy(update={"thresholds": Thresholds(fail_at=0.25)}), home / "recipes")
    save_prices(RecipePrices(escape=77.0), "Cap", home / "recipes")
    _, found = run(capsys, home, "operating-point", "cap", "--recipe", "Cap")
    assert (found["thresholds"]["fail_at"], found["prices"]["escape"]) == (0.25, 77.0)
    _, found = run(capsys, home, "operating-point", "cap")
    assert (found["thresholds"]["fail_at"], found["prices"]["escape"]) == (0.5, 100.0)


def test_the_same_in_words(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    assert main(["operating-point", "cap", "--home", str(home)]) == 0
    said = capsys.readouterr().out
    assert "validation pictures of cap: 3 good, 3 defective" in said
    assert "escapes     33.3 %, 95 % 6.1 to 79.2 %" in said
    assert "held out: 1 defective part, 0 missed" in said


def test_the_guard_is_shown_set_and_taken_back(capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path) -> None:
    scored_bundle(home / "models" / "strange", tmp_path / "data", STRANGE, MEMORY)
    save_recipe(Recipe(name="Strange", source="demo:", model="strange"), home / "recipes")
    _, shown = run(capsys, home, "operating-point", "strange")
    assert shown["thresholds"]["strange_from"] == pytest.approx(1.0)
    guard = shown["guard"]
    assert (guard["rate"], guard["unmeasured"]) == (0.005, 1)
    assert [(guard[kind]["count"], guard[kind]["total"]) for kind in ("good", "defective")] == [(1, 2), (1, 3)]
    assert (shown["good"]["review"], shown["escapes"]["count"]) == (1, 0)
    assert shown["suggestions"]["f1"]["strange_from"] == shown["thresholds"]["strange_from"]
    _, shown = run(capsys, home, "operating-point", "strange", "--guard-rate", 0)
    assert (shown["guard"]["rate"], shown["guard"]["good"]["count"], shown["escapes"]["count"]) == (0, 0, 1)
    command = ("recipe", "thresholds", "Strange", "--author", "Ada", "--why")
    _, made = run(capsys, home, *command, "fewer reviews", "--guard-rate", 0.0002)
    change = made["change"]
    assert (change["guard_before"], change["guard_after"], change["evidence"]["good_held"]) == (0.005, 0.0002, 0)
    recipe = load_recipe(home / "recipes" / "Strange.json")
    assert (recipe.guard_rate, recipe.thresholds) == (0.0002, None)
    assert main(["operating-point", "strange", "--recipe", "Strange", "--home", str(home)]) == 0
    said = capsys.readouterr().out
    assert "which 0.02 % of good parts reach." in said
    assert (
        "The guard alone sends 0 of 2 good parts to review. Only the guard keeps 1 of 3 defective parts from passing."
        in said
    )
    _, made = run(capsys, home, *command, "no", "--take-back")
    assert load_recipe(home / "recipes" / "Strange.json").guard_rate == 0.005
    assert main(["recipe", "history", "Strange", "--home", str(home)]) == 0
    assert "guard at 0.02 % of good parts; before: fail from 0.5, guard at 0.5 % of" in capsys.readouterr().out


def test_a_guard_rate_is_checked_and_a_model_that_cannot_guard_is_named(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    code, answer = run(capsys, home, "operating-point", "cap", "--guard-rate", 0.00001)
    assert (code, "0 for no guard, or between 0.0001 and 0.2" in answer["error"]["what"]) == (1, True)
    assert main(["recipe", "thresholds", "Cap", "--guard-rate", "0.01", "--why", "x", "--home", str(home)]) == 0
    assert "warning: This model has no memory of good" in capsys.readouterr().err


def test_a_model_without_scores_is_an_error_that_helps(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    code, found = run(capsys, home, "operating-point", "plain")
    assert code == 1
    assert "Train it again" in found["error"]["next_step"]


def test_thresholds_are_set_and_taken_back_under_a_running_line(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    file = home / "recipes" / "Cap.json"
    follower = RecipeFollower(load_recipe(file), home / "recipes")
    command = ("recipe", "thresholds", "Cap")
    code, found = run(
        capsys, home, *command, "--fail-at", 0.6, "--review-from", 0.2, "--why", "doubt", "--author", "Ada"
    )
    assert (code, found["version"], found["change"]["author"]) == (0, 2, "Ada")
    assert found["change"]["before"] == {"fail_at": 0.5, "review_from": None, "strange_from": None}
    assert found["change"]["evidence"]["defective"] == 3
    newer = follower.newer()  # what a running line looks for
    assert newer is not None
    assert newer.thresholds == Thresholds(fail_at=0.6, review_from=0.2)
    _, found = run(capsys, home, *command, "--no-review", "--why", "too slow", "--author", "Ada")
    assert found["change"]["after"] == {"fail_at": 0.6, "review_from": None, "strange_from": None}
    code, found = run(capsys, home, *command, "--take-back", "--why", "again", "--author", "Eve")
    assert (found["version"], found["change"]["takes_back"]) == (4, 3)
    assert load_recipe(file).thresholds == Thresholds(fail_at=0.6, review_from=0.2)
    _, found = run(capsys, home, "recipe", "history", "Cap")
    assert [(one["version"], one["change"] and one["change"]["reason"]) for one in found["versions"]] == [
        (1, None), (2, "doubt"), (3, "too slow"), (4, "again"),
    ]  # fmt: skip
    assert main(["recipe", "history", "Cap", "--home", str(home)]) == 0
    assert "Ada           fail from 0.6, review from 0.2; before: fail from 0.5. doubt" in capsys.readouterr().out


def test_without_scores_it_is_recorded_that_nothing_supports_it(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    command = ["recipe", "thresholds", "Plain", "--fail-at", "0.3", "--why", "x", "--home", str(home), "--json"]
    assert main(command) == 0
    said = capsys.readouterr()
    assert "recorded without evidence" in said.err
    assert json.loads(said.out)["change"]["evidence"] is None


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--fail-at", 0.5, "--why", "x"), "works at fail from 0.5 already"),
        (("--fail-at", 0.3, "--review-from", 0.4, "--why", "x"), "between 0 and the fail threshold 0.3, got 0.4"),
        (("--fail-at", 0.3, "--why", " "), "an author and a reason"),
        (("--take-back", "--why", "x"), "no change of its thresholds that could be taken back"),
        (("--take-back", "--fail-at", 0.3, "--why", "x"), "goes without other thresholds"),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    capsys: pytest.CaptureFixture[str], home: Path, options: tuple[object, ...], says: str
) -> None:
    code, found = run(capsys, home, "recipe", "thresholds", "Cap", *options)
    assert code == 1
    assert says in found["error"]["what"]
    assert load_recipe(home / "recipes" / "Cap.json").version == 1


@pytest.mark.parametrize("option", [("--fail-at", "1.5"), ("--price-review", "-1"), ("--price-escape", "nan"), ("--escape-limit", "0")])  # fmt: skip
def test_numbers_outside_their_range_are_wrong_usage(home: Path, option: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["operating-point", "cap", *option, "--home", str(home)])
    assert caught.value.code == 2
