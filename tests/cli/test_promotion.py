"""Models are promoted and rolled back from the command line, also under a running line."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from pydantic import JsonValue

from inspector.cli import main
from inspector.domain.errors import RecipeError
from inspector.domain.records import Thresholds
from inspector.recipes.follower import RecipeFollower
from inspector.recipes.recipe import Recipe, load_recipe, save_next_version, save_recipe
from tests.bundles import make_bundle
from tests.gui.conftest import picture
from tests.waits import WAIT_S

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("old", "new"):
        make_bundle(tmp_path / "home" / "models" / name)
    (tmp_path / "pictures").mkdir()
    recipe = Recipe(
        name="Cap", source=f"folder:{tmp_path / 'pictures'}", model="old", thresholds=Thresholds(fail_at=0.8)
    )
    save_recipe(recipe, tmp_path / "home" / "recipes")
    return tmp_path / "home"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any]:
    code = main([str(one) for one in (*arguments, "--json")])
    return code, json.loads(capsys.readouterr().out)


def recipe_of(home: Path) -> Recipe:
    return load_recipe(home / "recipes" / "Cap.json")


def test_promote_and_roll_back_are_recorded(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    command = ("model", "promote", "new", "--recipe", "Cap", "--why", "fewer escapes", "--home", home)
    code, found = run(capsys, *command)
    assert (code, found["version"], found["from_model"], found["to_model"]) == (0, 2, "old", "new")
    assert (recipe_of(home).model, recipe_of(home).thresholds) == ("new", None)
    code, found = run(capsys, "model", "rollback", "--recipe", "Cap", "--home", home)
    assert (code, found["version"], found["to_model"], found["rollback"]) == (0, 3, "old", True)
    assert (recipe_of(home).model, recipe_of(home).thresholds) == ("old", Thresholds(fail_at=0.8))
    code, found = run(capsys, "model", "promotions", "--home", home)
    assert [(one["to_model"], one["why"]) for one in found["promotions"]] == [
        ("new", "fewer escapes"),
        ("old", "Rolled back from new"),
    ]
    code, found = run(capsys, "model", "rollback", "--recipe", "Cap", "--home", home)
    assert code == 1
    assert "there is no promotion of old" in found["error"]["what"]


def test_a_damaged_model_is_not_promoted(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    (home / "models" / "new" / "graph.bin").write_bytes(b"")
    code, found = run(capsys, "model", "promote", "new", "--recipe", "Cap", "--why", "x", "--home", home)
    assert code == 1
    assert "has been altered" in found["error"]["what"]
    assert recipe_of(home).version == 1
    assert run(capsys, "model", "promotions", "--home", home)[1]["promotions"] == []


def test_a_model_that_is_worse_than_before_is_promoted_only_on_demand(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    worse: dict[str, JsonValue] = {
        "growth": {"stages": [], "worse": "It is worse than old: 2 would pass.", "notes": []}
    }
    make_bundle(home / "models" / "worse", metrics=worse)
    command = ("model", "promote", "worse", "--recipe", "Cap", "--why", "x", "--home", home)
    code, answer = run(capsys, *command)
    assert code == 1
    assert "It is worse than old: 2 would pass" in answer["error"]["what"]
    assert "--anyway" in answer["error"]["next_step"]
    assert recipe_of(home).version == 1
    assert run(capsys, *command, "--anyway")[0] == 0
    assert recipe_of(home).model == "worse"


def test_a_model_elsewhere_is_promoted_by_its_whole_path(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_bundle(tmp_path / "elsewhere" / "third")
    monkeypatch.chdir(tmp_path)
    run(capsys, "model", "promote", "elsewhere/third", "--recipe", "Cap", "--why", "x", "--home", home)
    assert recipe_of(home).model == str(tmp_path / "elsewhere" / "third")


def lines_of(stream: IO[str]) -> Iterator[str]:
    yield from iter(stream.readline, "")


def test_a_running_line_takes_the_promoted_model_up(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    pictures = home.parent / "pictures"
    picture(pictures / "1.png", bad=True)
    command = [sys.executable, "-m", "inspector", "run", "--recipe", "Cap", "--headless", "--json", "--max-parts", "2"]
    process = subprocess.Popen(
        [*command, "--home", str(home)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    watchdog = threading.Timer(WAIT_S, process.kill)
    watchdog.start()
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        first = json.loads(process.stdout.readline())
        run(capsys, "model", "promote", "new", "--recipe", "Cap", "--why", "better", "--home", home)
        assert any("version 2, is in use now: model new" in line for line in lines_of(process.stderr))
        picture(pictures / "2.png", bad=True)
        second = json.loads(process.stdout.readline())
        assert process.wait(WAIT_S) == 0
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()
    assert [(one["model_name"], one["recipe_version"], one["part_number"]) for one in (first, second)] == [
        ("old", 1, 1),
        ("new", 2, 2),
    ]


def test_a_follower_tells_of_each_later_version_once(home: Path) -> None:
    folder = home / "recipes"
    follower = RecipeFollower(recipe_of(home), folder)
    assert follower.newer() is None
    saved = save_next_version(recipe_of(home).model_copy(update={"model": "new"}), folder)
    assert follower.newer() == saved
    assert follower.newer() is None
    (folder / "Cap.json").write_text("{", encoding="utf-8")
    with pytest.raises(RecipeError, match="not valid JSON"):
        follower.newer()
    assert follower.newer() is None
    save_recipe(saved, folder)  # the same version again is nothing new
    assert follower.newer() is None
