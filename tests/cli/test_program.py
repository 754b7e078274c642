"""The program around the commands: usage, unexpected errors, a reader that goes away, the window's options."""

from __future__ import annotations

import csv
import io
import json
import logging
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from inspector import assembly
from inspector.cli import main
from inspector.outputs.base import LogQuery
from inspector.outputs.export import COLUMNS
from inspector.outputs.result_log import SqliteResultLog
from inspector.recipes.recipe import save_recipe
from tests.bundles import make_bundle
from tests.gui.conftest import picture

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_bundle(tmp_path / "home" / "models" / "tiny")
    return tmp_path / "home"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--source", "demo:", "batch", "x", "--model", "y"), "--source belongs behind the command"),
        (("--model", "m", "devices"), "--model belongs behind the command"),
        (("--precision", "int8", "devices"), "--precision belongs behind the command"),
        (("run", "--source", "demo:", "--model", "a", "--recipe", "b"), "not allowed with"),
        (("run", "--source", "demo:", "--max-parts", "0"), "at least 1"),
        (("inspect", "x.png", "--opacity", "1.5"), "from 0 to 1"),
        (("log", "export"), "required"),
        (("log", "summary", "--since", "yesterday"), "not a date"),
        (("batch", "x"), "--model"),
        (("paint",), "invalid choice"),
    ],
)
def test_wrong_usage_ends_with_2(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    captured = capsys.readouterr()
    assert (ended.value.code, captured.out) == (2, "")
    assert says in captured.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("run",), "--source demo:"),
        (("run", "--source", "demo:", "--lot", "L1"), "--lot would not be heard"),
        (("run", "--source", "demo:", "--seed", "0"), "--seed would not be heard"),
        (("--model", "tiny"), "Add --source"),
    ],
)
def test_what_the_window_would_not_hear_is_refused(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    home: Path,
    arguments: tuple[str, ...],
    says: str,
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    assert main(["--home", str(home), *arguments]) == 2
    assert says in capsys.readouterr().err


def test_an_unexpected_error_is_short_here_and_whole_in_the_rotating_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("quite a surprise")

    monkeypatch.setattr(assembly, "list_recipes", broken)
    handlers = list(logging.getLogger().handlers)
    assert main(["recipe", "list", "--home", str(home), "--json"]) == 70
    captured = capsys.readouterr()
    assert "quite a surprise" in json.loads(captured.out)["error"]["what"]
    assert "Traceback" not in captured.err
    assert str(home / "logs" / "inspector.log") in captured.err
    assert "Traceback" in (home / "logs" / "inspector.log").read_text(encoding="utf-8")
    assert logging.getLogger().handlers == handlers


def test_without_a_fault_no_program_log_is_made(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    assert main(["recipe", "list", "--home", str(home), "--json"]) == 0
    assert [one["name"] for one in json.loads(capsys.readouterr().out)["recipes"]] == ["Demo line"]
    assert not (home / "logs").exists()


def test_inspect_takes_the_stations_recipe_and_keeps_overlays_apart(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path, tmp_path: Path
) -> None:
    recipe = assembly.recipe_for("tiny", "camera:0").model_dump(mode="json")
    recipe |= {"name": "Mine", "thresholds": {"fail_at": 1.0, "review_from": 0.5}}
    (home / "recipes").mkdir()
    (home / "recipes" / "Mine.json").write_text(json.dumps(recipe), encoding="utf-8")
    (home / "settings.json").write_text(json.dumps({"recipe": "Mine"}), encoding="utf-8")
    files = [picture(tmp_path / name, bad=True) for name in ("a.png", "a\n.png")]
    (tmp_path / "b").mkdir()
    files.append(picture(tmp_path / "b" / "a.png", bad=False))
    monkeypatch.chdir(tmp_path)
    assert main(["inspect", *map(str, files), "--home", str(home)]) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert [line.split()[:2] for line in lines] == [["REVIEW", "defective"], ["REVIEW", "defective"], ["PASS", "good"]]
    assert "model “tiny” of the recipe “Mine”" in captured.err
    assert {path.name for path in (tmp_path / "overlays").iterdir()} == {
        "a.png.grad-cam.overlay.png",
        "a\n.png.grad-cam.overlay.png",
        "a (2).png.grad-cam.overlay.png",
    }


def test_the_log_as_csv_and_a_reader_that_goes_away(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    for number in range(3):
        picture(tmp_path / "in" / f"{number}.png", bad=number == 1)
    source = f"folder:{tmp_path / 'in'}"
    assert main(["run", "--source", source, "--model", "tiny", "--home", str(home), "--max-parts", "3"]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "3 parts inspected: 2 pass, 1 fail, 0 review, 0 error; yield 66.7 %" in captured.err
    assert captured.err.count("model tiny: This model has no memory of good: what it has never seen can pass") == 1
    assert str(home / "results.sqlite3") in captured.err
    assert main(["log", "export", "--csv", "--home", str(home), "--verdict", "PASS"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert (tuple(rows[0]), len(rows)) == (COLUMNS, 3)
    command = [sys.executable, "-m", "inspector", "log", "export", "--json", "--home", str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read().decode()
    assert (process.returncode, "Traceback" in said, "Exception ignored" in said) == (141, False, False)
    with closing(SqliteResultLog(home / "results.sqlite3", read_only=True)) as log:
        assert log.tally(LogQuery()).inspected == 3


def test_a_recipe_whose_model_is_not_here_passes_with_a_warning(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    path = save_recipe(assembly.recipe_for("elsewhere", "demo:"), tmp_path)
    assert main(["recipe", "check", str(path), "--home", str(home), "--json"]) == 0
    captured = capsys.readouterr()
    assert [one.split(";")[0] for one in json.loads(captured.out)["warnings"]] == ["there is no model “elsewhere”"]
    assert captured.err.startswith("warning: there is no model “elsewhere”")
