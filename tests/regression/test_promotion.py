"""A candidate is judged by the locked parts before anything else, and refused for what it loses."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from inspector.cli import main
from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.records import Verdict
from inspector.domain.review import Judgement
from inspector.outputs.trail_log import TrailLog, TrailQuery, take_up
from inspector.recipes.recipe import Recipe, save_recipe
from inspector.recipes.views import RecipeView
from inspector.trail.event import TrailKind
from inspector.vision.bundle import load_manifest
from inspector.vision.learnt import SPLIT_FILE
from inspector.vision.locked import read_locked
from tests.bundles import make_bundle
from tests.regression.station import GREEN, PLAIN, RED, Station


def run(capsys: pytest.CaptureFixture[str], station: Station, *arguments: str) -> tuple[int, Any]:
    code = main([*arguments, "--home", str(station.home.root), "--json"])
    return code, json.loads(capsys.readouterr().out)


def promote(capsys: pytest.CaptureFixture[str], station: Station, model: str, *more: str) -> tuple[int, Any]:
    return run(capsys, station, "model", "promote", model, "--recipe", "R", "--why", "faster", *more)


def signatures(station: Station) -> list[tuple[str, str, str]]:
    take_up(station.home.root, station.home.log)
    rows = TrailLog(station.home.log).read(TrailQuery(kinds=frozenset({TrailKind.REGRESSION})), limit=9)
    return [(row.event.on, row.event.reason, row.event.who) for row in rows]


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """With a green escape, a red defect and a good part that failed, all confirmed."""
    station = Station(tmp_path)
    station.parts(
        (GREEN, Verdict.PASS, Judgement.DEFECTIVE),
        (RED, Verdict.FAIL, Judgement.DEFECTIVE),
        (PLAIN, Verdict.FAIL, Judgement.GOOD),
    )
    return station


def test_a_candidate_that_loses_a_defect_is_refused_until_somebody_signs(
    capsys: pytest.CaptureFixture[str], station: Station
) -> None:
    code, said = promote(capsys, station, "red")
    assert (code, station.recipe.model) == (1, "both")
    assert "red loses 1 locked escape" in said["error"]["what"]
    assert signatures(station) == []
    code, said = promote(capsys, station, "red", "--sign", "the chip is a cosmetic fault")
    assert (code, station.recipe.model) == (0, "red")
    assert said["signed"] == "the chip is a cosmetic fault"
    assert said["regression"].startswith("red holds 2 of 3 locked parts; both, which is in force, holds 3.")
    assert signatures(station) == [("R", "the chip is a cosmetic fault", said["who"])]
    # the other way nothing is lost, and nobody needs to sign: a signature that was not needed is not kept
    code, said = promote(capsys, station, "both", "--sign", "to be sure")
    assert (code, said["signed"]) == (0, "")


def test_several_candidates_are_judged_beside_the_model_in_force(
    capsys: pytest.CaptureFixture[str], station: Station
) -> None:
    code, said = run(capsys, station, "regression", "check", "red", "both", "--recipe", "R")
    assert code == 3
    red, both = said["checks"]
    assert (red["refused"], both["refused"]) == ("loses 1 locked escape", "")
    lost = red["parts"][0]  # before anything else
    assert (lost["kind"], lost["defect_type"], lost["candidate"], lost["current"]) == ("escape", "chip", "lost", "held")
    assert Path(lost["picture"]).is_file()


def test_a_picture_that_is_missing_or_altered_is_not_passed_over(
    capsys: pytest.CaptureFixture[str], station: Station
) -> None:
    run(capsys, station, "regression", "lock", "--recipe", "R")
    first, second, _ = (station.regression.pictures(part)[0] for part in station.regression.parts("R"))
    first.unlink()
    second.write_bytes(second.read_bytes() + b"x")
    code, said = run(capsys, station, "regression", "check", "both", "--recipe", "R")
    assert code == 3
    (check,) = said["checks"]
    gaps = [part["gap"] for part in check["parts"] if part["candidate"] == "not judged"]
    assert gaps == ["its picture is missing", "its picture has been altered"]
    assert "could not be judged by 2 locked parts" in check["refused"]
    parts = [part.inspection_id for part in station.regression.parts("R")]
    code, said = run(capsys, station, "regression", "release", *parts[:2], "--why", "lost", "--recipe", "R")
    assert (code, [part["released"] for part in said["parts"]]) == (0, [True, True])
    assert promote(capsys, station, "both")[0] == 0


def test_a_candidate_that_has_learnt_from_a_locked_part_shows_nothing_by_it(
    capsys: pytest.CaptureFixture[str], station: Station
) -> None:
    run(capsys, station, "regression", "lock", "--recipe", "R")
    folder = make_bundle(station.home.models / "eager", classes=("good", "red", "green"), seed=1)
    split = folder / SPLIT_FILE
    split.parent.mkdir(exist_ok=True)
    part = station.regression.parts("R")[0]
    with split.open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, ("path", "sha256", "split"))
        rows.writeheader()
        rows.writerow({"path": "another name.png", "sha256": part.picture_sha256, "split": "train"})
    assert load_manifest(folder).name == "eager"
    code, said = promote(capsys, station, "eager")
    assert code == 1
    assert "has learnt from 1 locked part" in said["error"]["what"]


def test_an_empty_set_is_said_and_what_was_judged_for_another_state_promotes_nothing(tmp_path: Path) -> None:
    station = Station(tmp_path)
    from inspector import assembly
    from inspector.recipes.promotions import Promotions
    from inspector.recipes.recipe import save_next_version
    from inspector.regression.check import RegressionCheck, RegressionJudge
    from inspector.regression.promotion import RegressionRefusedError, record_checked
    from inspector.settings import Settings

    steps = RegressionJudge(station.regression, station.recipe, station.home, Settings()).check("both")
    check: RegressionCheck | None = None
    while check is None:
        try:
            next(steps)
        except StopIteration as end:
            check = end.value
    assert (check.words, check.refused) == ("Nothing is locked yet for R.", "")
    save_next_version(station.recipe.model_copy(update={"model": "red"}), station.home.recipes)  # another was quicker
    station.parts((RED, Verdict.FAIL, Judgement.DEFECTIVE))
    station.regression.update("R")
    with pytest.raises(RegressionRefusedError, match="the recipe is version 2 now and other parts are locked now"):
        record_checked(
            Promotions(station.home),
            check,
            recipe=station.recipe,
            bundle=assembly.model_store(station.home).load("both"),
            to_model="both",
            why="x",
            signed="x",
            regression=station.regression,
            who="Ada",
        )
    assert Promotions(station.home).read() == []


def test_a_part_of_several_views_is_locked_with_all_of_them_and_the_worst_counts(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The defect shows in the side view, which keeps its own model: another one of the main view loses nothing."""
    station = Station(tmp_path)
    side = RecipeView(name="Side", source="rtsp://10.0.0.9/side", model="both")
    trigger = TriggerConfig(mode=TriggerMode.EXTERNAL)
    recipe = Recipe(name="R", source="rtsp://10.0.0.8/main", model="both", views=(side,), trigger=trigger)
    save_recipe(recipe, station.home.recipes)
    whole = station.several_views(PLAIN, GREEN, names=("Main", "Side"))
    code, said = run(capsys, station, "regression", "check", "red", "--recipe", "R")
    assert (code, said["checks"][0]["parts"][0]["candidate"]) == (0, "held")
    (part,) = station.regression.parts("R")
    assert [path.is_file() for path in station.regression.pictures(part)] == [True, True]
    assert set(read_locked(station.home.locked)) == {view.picture.sha256 for view in whole.views if view.picture}

    save_recipe(recipe.model_copy(update={"views": (side.model_copy(update={"model": "red"}),)}), station.home.recipes)
    code, said = run(capsys, station, "regression", "check", "both", "--recipe", "R")
    assert (code, said["checks"][0]["refused"]) == (3, "loses 1 locked escape")

    save_recipe(recipe.model_copy(update={"views": ()}), station.home.recipes)
    code, said = run(capsys, station, "regression", "check", "both", "--recipe", "R")
    assert (code, said["checks"][0]["parts"][0]["gap"]) == (3, "the recipe has no view “Side” any more")

    save_recipe(recipe, station.home.recipes)
    station.regression.pictures(part)[1].unlink()
    code, said = run(capsys, station, "regression", "check", "both", "--recipe", "R")
    assert (code, said["checks"][0]["parts"][0]["gap"]) == (3, "its picture is missing")
