"""A source is refused where it is typed, and a model without a recipe says what it looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from inspector.assembly import demo_recipe
from inspector.cli import main
from inspector.recipes.recipe import save_recipe

if TYPE_CHECKING:
    from pathlib import Path


def _said(capsys: pytest.CaptureFixture[str], home: Path, *command: str) -> tuple[int, str]:
    code = main([*command, "--home", str(home)])
    return code, "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("foler:/tmp", "Did you mean folder:PATH?"),
        ("folder:/tmp/absent-folder", "there is no folder /tmp/absent-folder"),
        ("video:/tmp/absent.mp4", "there is no file /tmp/absent.mp4"),
        ("camera:999", "this computer has no camera 999"),
        ("rtsp://line:***@127.0.0.1/1", "the password of rtsp://line:***@127.0.0.1/1 is not known"),
    ],
)
def test_no_recipe_is_made_for_a_source_that_cannot_deliver(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, source: str, says: str
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    code, text = _said(capsys, tmp_path, "recipe", "new", "X", "--source", source, "--model", "demo")
    assert code == 1
    assert says in text
    assert not (tmp_path / "recipes").exists()


def test_a_recipe_of_that_name_is_not_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save_recipe(demo_recipe(), tmp_path / "recipes")
    before = path.read_bytes()
    code, text = _said(capsys, tmp_path, "recipe", "new", "Demo line", "--source", "demo:", "--model", "demo")
    assert (code, path.read_bytes()) == (1, before)
    assert "there is a recipe “Demo line” already" in text


def test_a_recipe_of_another_station_is_checked_with_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = demo_recipe().model_copy(update={"name": "X", "source": "folder:/tmp/absent-folder"})
    path = save_recipe(recipe, tmp_path / "elsewhere")
    code, text = _said(capsys, tmp_path, "recipe", "check", str(path))
    assert code == 0
    assert "warning: each picture of a folder is a part, and this trigger waits" in text


def test_a_folder_is_not_run_with_a_trigger_for_a_belt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ("run", "--source", f"folder:{tmp_path}", "--recipe", "Demo line", "--headless", "--max-parts", "1")
    code, text = _said(capsys, tmp_path, *command)
    assert code == 1
    assert "this trigger waits for parts that move through the view. Let every picture be a part." in text


def test_a_model_without_a_recipe_says_that_the_whole_picture_is_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    video = ("run", "--source", "video:/tmp/absent.mp4", "--model", "demo", "--headless")
    code, text = _said(capsys, tmp_path, *video)
    assert code == 1
    assert "note: without a recipe the whole picture is judged, once for each part that crosses its middle" in text
    code, text = _said(
        capsys, tmp_path, "run", "--source", "demo:", "--model", "demo", "--headless", "--max-parts", "1"
    )
    assert code == 0
    assert "note: without a recipe" not in text
