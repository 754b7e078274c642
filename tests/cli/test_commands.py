"""The commands: one JSON object on stdout and nothing else, exit codes, and what is left behind."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from inspector.assembly import demo_recipe
from inspector.cli import main
from inspector.domain.cells import plain_cell
from inspector.domain.config import TriggerMode
from inspector.domain.picture_range import PictureRange
from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.trail_log import TrailLog, TrailQuery
from inspector.recipes.recipe import load_recipe, save_recipe
from inspector.trail.event import TrailKind
from inspector.vision.manifest import PrecisionCheck
from tests.bundles import make_bundle, make_two_graph_bundle
from tests.gui.conftest import picture
from tests.waits import WAIT_S, until

ROOT = Path(__file__).resolve().parents[2]
ODD = ("good one.png", "bad 😀.png", "bad\nline.png", "=1+1 good.png")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_bundle(tmp_path / "home" / "models" / "tiny")
    return tmp_path / "home"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    (folder / "sub").mkdir(parents=True)
    for name in ODD:
        picture(folder / name, bad="bad" in name)
    picture(folder / "sub" / "deep bad.png", bad=True)
    (folder / "broken.jpg").write_bytes(b"")
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any]:
    """Run a command with --json; return the exit code and what stdout holds (all of it must be JSON)."""
    code = main([str(one) for one in arguments])
    lines = capsys.readouterr().out.splitlines()
    found = [json.loads(line) for line in lines]
    return code, found[0] if len(found) == 1 else found


def test_batch_has_a_row_for_every_file(capsys: pytest.CaptureFixture[str], home: Path, pictures: Path) -> None:
    out = home / "out"
    command = ("batch", pictures, "--model", "tiny", "--home", home, "--out", out, "--recursive", "--overlay", "--json")
    code, found = run(capsys, *command)
    assert code == 0
    assert (found["files"], found["pass"], found["fail"], found["error"]) == (6, 2, 3, 1)
    with (out / "results.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = {plain_cell(row["path"]): row for row in csv.DictReader(file)}
    assert set(rows) == {*ODD, "sub/deep bad.png", "broken.jpg"}
    assert rows["broken.jpg"]["verdict"] == "ERROR"
    assert "empty" in rows["broken.jpg"]["reason"]
    for name in ODD:
        assert rows[name]["verdict"] == ("FAIL" if "bad" in name else "PASS")
        assert (out / plain_cell(rows[name]["overlay"])).is_file()


def test_batch_goes_on_where_it_was(capsys: pytest.CaptureFixture[str], home: Path, pictures: Path) -> None:
    out = home / "out"
    command = ("batch", pictures, "--model", "tiny", "--home", home, "--out", out, "--json")
    assert run(capsys, *command)[1]["judged"] == 5
    lines = (out / "results.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (out / "results.csv").write_text("".join(lines[:3]) + "half a row", encoding="utf-8")
    picture(pictures / "new bad.png", bad=True)
    code = main([str(one) for one in command])
    captured = capsys.readouterr()
    assert (code, json.loads(captured.out)["judged"]) == (0, 6)
    assert "has a row already" in captured.err


def test_batch_refuses_what_it_cannot_do(capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder, says in ((tmp_path / "nowhere", "no folder"), (tmp_path / "empty", "no picture")):
        code, found = run(capsys, "batch", folder, "--model", "tiny", "--home", home, "--json")
        assert code == 1
        assert says in found["error"]["what"]
    code, found = run(capsys, "batch", tmp_path / "empty", "--model", "none", "--home", home, "--json")
    assert code == 1


def test_inspect_says_class_probability_verdict_and_writes_the_overlay(
    capsys: pytest.CaptureFixture[str], home: Path, pictures: Path
) -> None:
    files = [pictures / name for name in ODD[:2]]
    code, found = run(capsys, "inspect", *files, "--model", "tiny", "--home", home, "--out", home / "o", "--json")
    assert code == 0
    assert [(one["class"], one["verdict"]) for one in found["results"]] == [("good", "PASS"), ("defective", "FAIL")]
    assert found["results"][1]["probability"] > 0.99
    assert all(Path(one["overlay"]).is_file() for one in found["results"])
    code, found = run(capsys, "inspect", "s3://bucket/parts/a.png", "--model", "tiny", "--home", home, "--json")
    assert (code, found["error"]["next_step"]) == (1, "Judge its folder: inspector batch s3://bucket/parts")
    code, found = run(capsys, "inspect", pictures / "broken.jpg", "--model", "tiny", "--home", home, "--json")
    assert (code, found["results"][0]["verdict"]) == (1, "ERROR")


def test_inspect_remarks_on_a_picture_that_is_unlike_the_training_pictures(
    capsys: pytest.CaptureFixture[str], home: Path, pictures: Path
) -> None:
    deep = PictureRange(width_px=(1, 9999), height_px=(1, 9999), bits=(16,), coloured=(False, True))
    make_bundle(home / "models" / "deep", pictures=deep)
    command = ["inspect", str(pictures / ODD[0]), "--home", str(home), "--no-overlay", "--model"]
    assert main([*command, "deep"]) == 0
    assert capsys.readouterr().out.endswith("unlike the training pictures: 8 bits a channel (they have 16)\n")
    assert main([*command, "tiny"]) == 0  # a bundle of before says nothing
    assert "unlike" not in capsys.readouterr().out


def test_run_prints_what_the_log_holds(capsys: pytest.CaptureFixture[str], home: Path, pictures: Path) -> None:
    source = f"folder:{pictures}"
    command = ("run", "--source", source, "--model", "tiny", "--home", home, "--json", "--lot", "L7", "--max-parts", 6)
    code, found = run(capsys, *command)
    assert code == 0
    assert sorted(one["verdict"] for one in found) == ["ERROR", "FAIL", "FAIL", "FAIL", "PASS", "PASS"]
    with closing(SqliteResultLog(home / "results.sqlite3")) as log:
        assert [row.id for row in log.rows(LogQuery())] == sorted(one["id"] for one in found)
        assert log.last_part_number(recipe="tiny", lot="L7") == 6
    code, summary = run(capsys, "log", "summary", "--home", home, "--json", "--verdict", "FAIL")
    assert (code, summary["inspected"], summary["fail"]) == (0, 3, 3)
    code, rows = run(capsys, "log", "export", "--home", home, "--json", "--recipe", "tiny")
    assert {one["id"] for one in rows} == {one["id"] for one in found}
    assert {(one["trigger_id"], one["part_serial"]) for one in rows} == {(None, None)}
    assert run(capsys, "log", "summary", "--home", home, "--json", "--part", "F-0047")[1]["inspected"] == 0
    lots = TrailLog(home / "results.sqlite3").rows(TrailQuery(kinds=frozenset({TrailKind.LOT})))
    assert [(row.event.on, row.event.before, row.event.after) for row in lots] == [
        ("L7", {}, {"lot": "L7"}), ("L7", {"lot": "L7"}, {}),
    ]  # fmt: skip


def test_run_takes_no_file_twice_also_after_a_restart(
    capsys: pytest.CaptureFixture[str], home: Path, pictures: Path
) -> None:
    command = ("run", "--source", f"folder:{pictures}", "--model", "tiny", "--home", home, "--json", "--max-parts")
    code, first = run(capsys, *command, 4)
    assert code == 0
    code, second = run(capsys, *command, 2)
    assert code == 0
    assert len({one["file_key"] for one in first + second}) == 6


def test_run_on_the_demo_line_with_a_video_and_the_exit_code_for_defects(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    command = ("run", "--source", "demo:", "--model", "tiny", "--home", home, "--as-fast-as-possible", "--json")
    code, found = run(capsys, *command, "--max-parts", 2, "--fail-on-defect")
    assert (code, [one["part_number"] for one in found]) == (0, [1, 2])
    video = tmp_path / "parts.avi"
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter.fourcc(*"MJPG"), 30, (320, 240))
    for number in range(150):
        image = np.full((240, 320, 3), 60, np.uint8)
        x = 12 * (number - 30) - 60
        if x < 320:
            cv2.rectangle(image, (x, 90), (x + 60, 150), (60, 60, 255), -1)
        writer.write(image)
    writer.release()
    command = (
        "run",
        "--source",
        f"video:{video}",
        "--model",
        "tiny",
        "--home",
        home,
        "--as-fast-as-possible",
        "--json",
    )
    code, found = run(capsys, *command, "--fail-on-defect")
    assert (code, found["verdict"], found["trigger"]) == (3, "FAIL", "part-crossing")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--source", "folder:/does/not/exist", "--model", "tiny"), "no folder /does/not/exist"),
        (("--source", "video:/nope.mp4", "--model", "tiny"), "nope.mp4"),
        (("--source", "rubbish", "--model", "tiny"), "names no source"),
        (("--source", "demo:", "--model", "nothing"), "no model “nothing”"),
        (("--source", "camera:0", "--recipe", "nothing"), "no recipe “nothing”"),
        (("--source", "camera:0"), "--recipe or --model"),
        (("--source", "demo:", "--device", "npu"), "npu"),
    ],
)
def test_run_explains_what_it_cannot_do(
    capsys: pytest.CaptureFixture[str], home: Path, arguments: tuple[str, ...], says: str
) -> None:
    code = main(["run", "--headless", "--home", str(home), *arguments])
    captured = capsys.readouterr()
    assert code == 1
    assert says in captured.err
    assert captured.out == ""


def test_run_says_once_what_a_folder_holds_and_is_not_taken(
    capsys: pytest.CaptureFixture[str], home: Path, pictures: Path
) -> None:
    (pictures / "a.heic").write_bytes(b"x")
    command = ("run", "--headless", "--home", home, "--source", f"folder:{pictures}", "--model", "tiny")
    assert main([str(word) for word in (*command, "--max-parts", 3)]) == 0
    assert "not taken: 1 .heic file (a.heic)" in capsys.readouterr().err


def test_the_precision_is_set_measured_or_refused(
    capsys: pytest.CaptureFixture[str], home: Path, pictures: Path
) -> None:
    command = ("run", "--headless", "--home", home, "--source", f"folder:{pictures}", "--max-parts", "1", "--json")
    code, found = run(capsys, *command, "--model", "tiny", "--precision", "fp32")
    assert (code, found["precision"]) == (0, "fp32")
    failed = PrecisionCheck(passed=False, pictures=40, flips=3, largest_difference=0.4, reason="3 verdicts differ")
    passed = PrecisionCheck(passed=True, pictures=40, flips=0, largest_difference=0.0)
    make_two_graph_bundle(home / "models" / "two", precisions={"fp32": passed, "int8": failed})
    code, found = run(capsys, *command, "--model", "two", "--precision", "auto")
    assert (code, found["precision"]) == (0, "fp32")
    for other in (("batch", pictures), ("inspect", pictures / ODD[0])):
        code, found = run(capsys, *other, "--model", "two", "--home", home, "--precision", "int8", "--json")
        assert code == 1
        assert found["error"]["what"].endswith("may not judge in int8: int8 refused at export: 3 verdicts differ")
    (home / "settings.json").write_text('{"precision": "int8"}')
    code, found = run(capsys, "inspect", pictures / ODD[0], "--model", "two", "--home", home, "--json")
    assert (code, "int8 refused" in found["error"]["what"]) == (1, True)


def test_models_are_listed_shown_verified_and_a_changed_byte_is_found(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    code, found = run(capsys, "model", "list", "--home", home, "--json")
    assert {"tiny", "demo"} <= {one["name"] for one in found["models"]}
    assert run(capsys, "model", "show", "tiny", "--home", home, "--json")[1]["manifest"]["good_class"] == "good"
    assert run(capsys, "model", "verify", "tiny", "--home", home, "--json")[1]["ok"] is True
    graph = home / "models" / "tiny" / "graph.bin"
    graph.write_bytes(bytes([graph.read_bytes()[0] ^ 1]) + graph.read_bytes()[1:])
    code, found = run(capsys, "model", "verify", "tiny", "--home", home, "--json")
    assert (code, found["ok"]) == (1, False)
    assert "graph.bin" in found["fault"]


def test_a_pickle_is_refused_and_leaves_nothing(capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path) -> None:
    import pickle

    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "owned"),)

    bad = tmp_path / "evil.pth"
    bad.write_bytes(pickle.dumps({"fc.weight": Evil()}))
    code, _ = run(capsys, "model", "import", bad, "--classes", "good,defective", "--home", home, "--json")
    assert code == 1
    assert not (tmp_path / "owned").exists()
    assert not (home / "models" / "evil").exists()


def test_recipes_are_checked_saved_and_numbered(capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path) -> None:
    path = save_recipe(demo_recipe().model_copy(update={"name": "Mine"}), tmp_path)
    assert run(capsys, "recipe", "check", path, "--json")[1]["ok"] is True
    assert run(capsys, "recipe", "save", path, "--home", home, "--json")[1]["version"] == 1
    assert run(capsys, "recipe", "save", path, "--home", home, "--json")[1]["version"] == 1
    path.write_text(path.read_text().replace('"seed": 1', '"seed": 2'))
    assert run(capsys, "recipe", "save", path, "--home", home, "--json")[1]["version"] == 2
    path.write_text("{}")
    assert run(capsys, "recipe", "check", path, "--json")[0] == 1


def test_a_recipe_is_made_for_a_model_on_a_source(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    command = ("recipe", "new", "Cap", "--source", "folder:in", "--model", "tiny", "--home", home, "--json")
    code, found = run(capsys, *command)
    assert (code, found["version"]) == (0, 1)
    recipe = load_recipe(Path(found["path"]))
    assert (recipe.name, recipe.source, recipe.model) == ("Cap", f"folder:{tmp_path / 'in'}", "tiny")
    assert recipe.trigger.mode is TriggerMode.EVERY_PICTURE
    code, found = run(capsys, *command)
    assert code == 1
    assert "already" in found["error"]["what"]
    for wrong, says in (("a/b", "called"), ("Other", "no model")):
        model = "tiny" if says == "called" else "none"
        code, found = run(
            capsys, "recipe", "new", wrong, "--source", "demo:", "--model", model, "--home", home, "--json"
        )
        assert code == 1
        assert says in found["error"]["what"]
    assert [path.name for path in (home / "recipes").glob("*.json")] == ["Cap.json"]


def test_a_second_station_and_a_missing_log_are_explained(
    capsys: pytest.CaptureFixture[str], home: Path, pictures: Path
) -> None:
    code, found = run(capsys, "log", "summary", "--home", home, "--json")
    assert (code, "no result log" in found["error"]["what"]) == (1, True)
    with closing(SqliteResultLog(home / "results.sqlite3")):
        code = main(["run", "--source", f"folder:{pictures}", "--model", "tiny", "--home", str(home), "--headless"])
        assert code == 1
        assert "another station" in capsys.readouterr().err
        assert run(capsys, "log", "summary", "--home", home, "--json")[1]["inspected"] == 0


def test_interrupted_it_says_so_and_what_it_printed_is_in_the_log(home: Path) -> None:
    command = [sys.executable, "-m", "inspector", "run", "--source", "demo:", "--model", "tiny", "--home", str(home)]
    process = subprocess.Popen(
        [*command, "--json", "--as-fast-as-possible"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGINT)
    rest, messages = process.communicate(timeout=WAIT_S)
    assert process.returncode == 130
    assert "inspected: " in messages
    ids = [first["id"], *(json.loads(line)["id"] for line in rest.splitlines())]
    with closing(SqliteResultLog(home / "results.sqlite3")) as log:
        assert [row.id for row in log.rows(LogQuery())] == ids


def test_help_is_quick_because_nothing_heavy_is_imported() -> None:
    code = (
        "import sys\nfrom inspector.cli import build_parser\nbuild_parser()\n"
        "print(sorted({'torch','cv2','openvino','sqlalchemy','PySide6','rich','pydantic','watchdog'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_without_a_display_the_window_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux runs without a display")
    assert main([]) == 1
    assert "--headless" in capsys.readouterr().err


def test_batch_interrupted_leaves_whole_rows_and_goes_on(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    folder, out = tmp_path / "many", tmp_path / "out"
    folder.mkdir()
    noise = np.random.default_rng(0).integers(90, 140, (700, 700, 3), dtype=np.uint8)
    done, data = cv2.imencode(".png", noise)
    assert done
    for number in range(300):
        (folder / f"{number}.png").write_bytes(data.tobytes())
    command = ["batch", str(folder), "--model", "tiny", "--home", str(home), "--out", str(out), "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "inspector", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
    )
    table = out / "results.csv"
    until(lambda: process.poll() is not None or (table.is_file() and table.read_text().count("\n") > 5))
    process.send_signal(signal.SIGINT)
    text, _ = process.communicate(timeout=WAIT_S)
    partial = json.loads(text)
    with table.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert (process.returncode, partial["interrupted"], partial["judged"]) == (130, True, len(rows))
    assert 0 < len(rows) < 300
    assert all(row["verdict"] == "PASS" and row["model"] for row in rows)
    code, found = run(capsys, *command)
    assert (code, found["judged"], found["pass"]) == (0, 300, 300)
