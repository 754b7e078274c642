"""``inspector doctor``: everything on one screen, faults with what to do, no secrets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from inspector import assembly
from inspector.checks import without_secrets
from inspector.cli import main
from inspector.recipes.recipe import save_recipe
from tests.bundles import make_bundle
from tests.gui.conftest import picture


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_bundle(tmp_path / "home" / "models" / "tiny")
    return tmp_path / "home"


def _use(home: Path, source: str, model: str = "tiny") -> None:
    recipe = assembly.recipe_for(model, source)
    save_recipe(recipe, home / "recipes")
    (home / "settings.json").write_text(json.dumps({"recipe": recipe.name}), encoding="utf-8")


def _examined(capsys: pytest.CaptureFixture[str], home: Path, code: int) -> dict[str, dict[str, Any]]:
    assert main(["doctor", "--home", str(home), "--json"]) == code
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is (code == 0)
    return {one["name"]: one for one in found["checks"]}


def test_a_whole_installation_on_one_screen_and_in_one_file(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    picture(tmp_path / "in" / "a.png", bad=True)
    source = f"folder:{tmp_path / 'in'}"
    _use(home, source)
    assert main(["run", "--source", source, "--model", "tiny", "--home", str(home), "--max-parts", "1"]) == 0
    capsys.readouterr()
    assert main(["doctor", "--home", str(home), "--save", str(tmp_path / "doctor.txt")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 120
    text = " ".join(" ".join(lines).split())
    for words in (
        "Inspector 0.",
        "openvino 20",
        "cpu (",
        "GB free",
        "whole, ",
        "1 part, the newest 20",
        "tiny",
        "parts/s",
    ):
        assert words in text
    saved = (tmp_path / "doctor.txt").read_text(encoding="utf-8")
    assert saved.startswith("\n".join(lines))
    assert "There is no program log." in saved


def test_kept_pictures_that_were_moved_by_hand_are_named_until_they_lie_where_they_are_looked_for(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    picture(tmp_path / "in" / "a.png", bad=True)
    source, kept = f"folder:{tmp_path / 'in'}", tmp_path / "kept"
    _use(home, source)
    settings = json.loads((home / "settings.json").read_text(encoding="utf-8"))
    (home / "settings.json").write_text(json.dumps(settings | {"archive_path": str(kept)}), encoding="utf-8")
    assert main(["run", "--source", source, "--model", "tiny", "--home", str(home), "--max-parts", "1"]) == 0
    capsys.readouterr()
    kept.rename(tmp_path / "moved")
    log = _examined(capsys, home, 0)["log"]
    assert log["state"] == "note"
    assert (
        f"Of 1 kept picture of failures without a review 1 are not where the record has them, as {kept}" in log["found"]
    )
    assert f"move it back, or to {home / 'pictures'}" in log["found"]
    (tmp_path / "moved").rename(home / "pictures")
    assert "kept picture" not in _examined(capsys, home, 0)["log"]["found"]


def test_what_is_wrong_is_a_fault_with_what_to_do_and_the_rest_is_looked_at(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    _use(home, f"folder:{tmp_path / 'gone'}")
    (home / "models" / "tiny" / "graph.bin").write_bytes(b"damaged")
    (home / "results.sqlite3").write_bytes(b"no database at all" * 100)
    found = _examined(capsys, home, 1)
    faults = {name for name, one in found.items() if one["state"] == "fault"}
    assert faults == {"recipe", "model", "log"}
    assert all(found[name]["next_step"] for name in faults)
    assert "graph.bin" in found["model"]["found"]
    assert found["devices"]["state"] == "ok"


def test_a_stream_is_tried_and_its_password_is_told_nowhere(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    _use(home, "rtsp://operator:S3cret@127.0.0.1:1/line")
    (home / "logs").mkdir()
    (home / "logs" / "inspector.log").write_text("lost rtsp://operator:S3cret@10.0.0.9/x\n", encoding="utf-8")
    found = _examined(capsys, home, 1)
    assert (found["camera"]["state"], found["recipe"]["state"]) == ("fault", "ok")
    assert "rtsp://***@127.0.0.1:1/line" in found["recipe"]["found"]
    assert main(["doctor", "--home", str(home), "--save", str(tmp_path / "d.txt")]) == 1
    everything = json.dumps(found) + capsys.readouterr().out + (tmp_path / "d.txt").read_text(encoding="utf-8")
    assert "lost rtsp://***@10.0.0.9/x" in everything
    assert "S3cret" not in everything
    assert "operator" not in everything


def test_nothing_is_made_in_the_data_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = _examined(capsys, tmp_path / "never used", 0)
    assert "can be made" in found["log"]["found"]
    there = tmp_path / "never used"
    assert {path.name for path in there.iterdir()} <= {"cache"} if there.exists() else True


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("rtsp://u:p@h/1 and http://x@y/", "rtsp://***@h/1 and http://***@y/"),
        ("http://h/v?user=a&password=p%40&x=1", "http://h/v?user=a&password=***&x=1"),
        ("mail a@b.example", "mail a@b.example"),
    ],
)
def test_secrets_in_addresses(text: str, clean: str) -> None:
    assert without_secrets(text) == clean


def test_the_users_folder_is_not_named() -> None:
    assert without_secrets(f"{Path.home()}/station") == "~/station"
