"""``inspector batch`` again and again on one folder: what is kept, what is judged anew, and in which order."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from inspector.batch import read_table
from inspector.batch.judge import overlay_name
from inspector.batch.record import read_record
from inspector.batch.summary import facts
from inspector.cli import batch as commands
from inspector.cli import main
from inspector.domain.config import QualityLimits
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.records import Thresholds
from inspector.recipes.recipe import Recipe, save_recipe
from tests.bundles import make_bundle
from tests.gui.conftest import picture


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_bundle(tmp_path / "home" / "models" / "tiny")
    return tmp_path / "home"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in (1, 2, 3, 10):
        picture(folder / f"part {number}.png", bad=number == 2)
    (folder / "part 4.png").write_bytes(b"not a picture")
    return folder


def batch(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any, str]:
    """Return the exit code, the JSON object and what was said."""
    code = main(["batch", *(str(one) for one in arguments), "--json"])
    captured = capsys.readouterr()
    return code, json.loads(captured.out), captured.err


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_what_changed_and_what_was_an_error_is_judged_again_and_the_order_stays(
    capsys: pytest.CaptureFixture[str], home: Path, pictures: Path
) -> None:
    common = (pictures, "--model", "tiny", "--home", home)
    code, found, _ = batch(capsys, *common)
    results = Path(found["results"])
    in_order = [f"part {number}.png" for number in (1, 2, 3, 4, 10)]
    assert (code, found["error"], results.parent.name) == (0, 1, "pictures-results")
    assert [row["path"] for row in rows_of(results)] == in_order
    picture(pictures / "part 4.png", bad=True)
    picture(pictures / "part 1.png", bad=True).touch()
    (pictures / "part 10.png").rename(pictures / "part 5.png")
    code, found, said = batch(capsys, *common)
    assert (code, found["files"], found["pass"], found["fail"], found["error"]) == (0, 5, 2, 3, 0)
    assert "2 of 5 files have a row already" in said
    # the row of a file that has gone is kept, before the others
    assert [row["path"] for row in rows_of(results)] == ["part 10.png", *in_order[:4], "part 5.png"]


def test_an_overwritten_file_is_judged_again_and_a_touched_one_is_not(
    capsys: pytest.CaptureFixture[str], home: Path, pictures: Path
) -> None:
    common = (pictures, "--model", "tiny", "--home", home)
    _, answer, _ = batch(capsys, *common)
    before = {row["path"]: row for row in rows_of(Path(answer["results"]))}
    good, times = pictures / "part 1.png", (pictures / "part 1.png").stat()
    bad = (pictures / "part 2.png").read_bytes()
    # the same size and time: a good part is overwritten with a defective one
    good.write_bytes(bad.ljust(times.st_size, b"\0") if len(bad) <= times.st_size else bad)
    os.utime(good, ns=(times.st_atime_ns, times.st_mtime_ns))
    (pictures / "part 3.png").touch()
    _, answer, _ = batch(capsys, *common)
    after = {row["path"]: row for row in rows_of(Path(answer["results"]))}
    assert (before["part 1.png"]["verdict"], after["part 1.png"]["verdict"]) == ("PASS", "FAIL")
    assert after["part 3.png"] == before["part 3.png"]
    assert after["part 3.png"]["mtime_ns"] != str((pictures / "part 3.png").stat().st_mtime_ns)  # not judged again


def test_the_results_of_another_model_are_not_thrown_away(
    capsys: pytest.CaptureFixture[str], home: Path, pictures: Path, tmp_path: Path
) -> None:
    make_bundle(home / "models" / "other", seed=1)
    common = (pictures, "--home", home, "--out", tmp_path / "out", "--model")
    assert batch(capsys, *common, "tiny")[0] == 0
    before = (tmp_path / "out" / "results.csv").read_bytes()
    code, found, _ = batch(capsys, *common, "other")
    assert code == 1
    assert "another model" in found["error"]["what"]
    assert "--restart" in found["error"]["next_step"]
    assert (tmp_path / "out" / "results.csv").read_bytes() == before
    assert batch(capsys, *common, "other", "--restart")[1]["judged"] == 5


def without_ctime(table: bytes) -> list[list[str]]:
    """Return rows without the time of the file's last change, which is kept only where that is some seconds ago."""
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    place = rows[0].index("ctime_ns")
    return [row[:place] + row[place + 1 :] for row in rows]


@pytest.mark.parametrize("tail", [b'"part 9', b"part 9.png,12,3,PASS,0.1,good,{},,,abc", "part 9 é".encode()[:-1]])
def test_a_row_that_a_crash_cut_short_is_dropped(
    capsys: pytest.CaptureFixture[str], home: Path, pictures: Path, tmp_path: Path, tail: bytes
) -> None:
    common = (pictures, "--model", "tiny", "--home", home, "--out", tmp_path / "out")
    batch(capsys, *common)
    results = tmp_path / "out" / "results.csv"
    whole = results.read_bytes()
    results.write_bytes(whole + tail)
    code, found, said = batch(capsys, *common)
    assert (code, found["judged"]) == (0, 5)
    assert "4 of 5 files" in said
    assert without_ctime(results.read_bytes()) == without_ctime(whole)


def test_a_file_that_is_no_result_is_left_alone(
    capsys: pytest.CaptureFixture[str], home: Path, pictures: Path, tmp_path: Path
) -> None:
    results = tmp_path / "out" / "results.csv"
    results.parent.mkdir()
    results.write_text("my,own\n1,2\n", encoding="utf-8")
    code, found, _ = batch(capsys, pictures, "--model", "tiny", "--home", home, "--out", results.parent)
    assert (code, "not a result" in found["error"]["what"]) == (1, True)
    assert results.read_text(encoding="utf-8") == "my,own\n1,2\n"


def test_overlays_are_drawn_later_too_and_are_no_pictures_of_the_next_run(
    capsys: pytest.CaptureFixture[str], home: Path, pictures: Path
) -> None:
    common = (pictures, "--model", "tiny", "--home", home, "--out", pictures, "--recursive")
    batch(capsys, *common)
    code, found, _ = batch(capsys, *common, "--overlay")
    assert (code, found["files"]) == (0, 5)
    drawn = [row["overlay"] for row in rows_of(pictures / "results.csv")]
    assert [bool(one) for one in drawn] == [True, True, True, False, True]
    assert all((pictures / one).is_file() for one in drawn if one)
    code, found, said = batch(capsys, *common, "--overlay")
    assert (found["files"], found["judged"]) == (5, 5)
    assert "4 of 5 files" in said


def test_overlay_names_fit_any_file_system() -> None:
    assert overlay_name("sub/good 😀.png", HeatmapKind.DEFECT) == "sub/good 😀.png.defect.overlay.jpg"
    long = [overlay_name("sub/" + "é" * 120 + f"{number}.png", HeatmapKind.UNLIKE_GOOD) for number in (1, 2)]
    assert len(set(long)) == 2
    assert all(len(name.removeprefix("sub/").encode()) <= 220 for name in long)


def test_a_folder_that_cannot_be_written_is_explained(
    capsys: pytest.CaptureFixture[str], home: Path, pictures: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    code, found, _ = batch(capsys, pictures, "--model", "tiny", "--home", home, "--out", tmp_path / "file" / "out")
    assert (code, "cannot be written" in found["error"]["what"]) == (1, True)
    assert "choose another folder" in found["error"]["next_step"]


def test_a_recipe_brings_its_model_operating_point_and_limits(
    capsys: pytest.CaptureFixture[str], home: Path, pictures: Path, tmp_path: Path
) -> None:
    recipe = Recipe(
        name="Lids",
        version=7,
        source="demo:",
        model="tiny",
        thresholds=Thresholds(fail_at=0.001),
        quality=QualityLimits(min_sharpness=1e5),
        heatmap=HeatmapKind.GRAD_CAM,
    )
    save_recipe(recipe, home / "recipes")
    common = (pictures, "--recipe", "Lids", "--home", home, "--out", tmp_path / "out")
    code, found, _ = batch(capsys, *common)
    assert (code, found["error"]) == (0, 5)
    assert "sharp" in rows_of(tmp_path / "out" / "results.csv")[0]["reason"]
    save_recipe(recipe.model_copy(update={"quality": QualityLimits()}), home / "recipes")
    code, found, _ = batch(capsys, *common)
    assert (code, "other limits of picture quality" in found["error"]["what"]) == (1, True)
    code, found, _ = batch(capsys, *common, "--restart")
    assert (code, found["fail"], found["pass"], found["error"]) == (0, 4, 0, 1)
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert (record["recipe"], record["recipe_version"], record["judge"]["model_name"]) == ("Lids", 7, "tiny")
    assert record["judge"]["heatmap"] == "grad-cam"
    batch(capsys, *common, "--restart", "--heatmap", "unlike-good")
    assert json.loads((tmp_path / "out" / "run.json").read_bytes())["judge"]["heatmap"] == "unlike-good"


def test_another_operating_point_is_not_mixed_with_the_first(
    capsys: pytest.CaptureFixture[str], home: Path, pictures: Path, tmp_path: Path
) -> None:
    common = (pictures, "--model", "tiny", "--home", home, "--out", tmp_path / "out")
    code, found, _ = batch(capsys, *common, "--fail-at", "0.9999", "--review-from", "0.5")
    assert (code, found["pass"], found["review"] + found["fail"]) == (0, 3, 1)
    code, found, _ = batch(capsys, *common)
    assert (code, "another operating point" in found["error"]["what"]) == (1, True)
    assert "fail at 0.9999, review from 0.5; now fail at 0.5" in found["error"]["what"]
    code, found, _ = batch(capsys, *common, "--restart", "--fail-at", "0.3", "--review-from", "0.5")
    assert (code, "operating point cannot be used" in found["error"]["what"]) == (1, True)


def test_the_results_of_another_folder_are_not_thrown_together(
    capsys: pytest.CaptureFixture[str], home: Path, pictures: Path, tmp_path: Path
) -> None:
    common = ("--model", "tiny", "--home", home, "--out", tmp_path / "out")
    assert batch(capsys, pictures, *common)[0] == 0
    other = pictures.rename(tmp_path / "other")
    code, found, _ = batch(capsys, other, *common)
    assert (code, f"of the folder {pictures}" in found["error"]["what"]) == (1, True)


def test_labels_are_counted_and_masks_left_out(capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bottle"
    for name, bad in (("test/good/1.png", False), ("test/red/1.png", True), ("ground_truth/red/1_mask.png", False)):
        (folder / name).parent.mkdir(parents=True)
        picture(folder / name, bad=bad)
    common = (folder, "--model", "tiny", "--home", home, "--recursive")
    code, found, said = batch(capsys, *common)
    assert (code, found["files"], found["masks_left_out"]) == (0, 2, 1)
    assert found["labels"] == {"good": 1, "defective": 1, "unlabelled": 0}
    assert "left out: 1 masks or drawings (ground_truth/red/1_mask.png)" in said
    assert [line.strip() for line in said.splitlines() if "understood" in line] == [
        "labels understood: Good: good (1)",
        "labels understood: Defect types: red (1)",
    ]
    assert [word["meaning"] for word in found["words"]] == ["good", "defective"]
    (tmp_path / "labels.csv").write_text("path,label\ntest/red/1.png,good\n", encoding="utf-8")
    code, found, _ = batch(capsys, *common, "--labels", tmp_path / "labels.csv")
    assert found["labels"] == {"good": 1, "defective": 0, "unlabelled": 1}
    code, found, _ = batch(capsys, folder / "ground_truth" / "..", "--model", "tiny", "--home", home)
    assert (code, "there is no picture" in found["error"]["what"]) == (1, True)


def test_an_error_names_the_words_that_are_to_be_explained(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    for name in ("good", "bad", "monday"):
        (tmp_path / "parts" / name).mkdir(parents=True)
        picture(tmp_path / "parts" / name / "1.png", bad=False)
    common = (tmp_path / "parts", "--model", "tiny", "--home", home, "--recursive")
    code, found, _ = batch(capsys, *common)
    assert (code, found["error"]["words"]) == (1, ["monday"])
    code, found, _ = batch(capsys, tmp_path, "--model", "absent", "--home", home)
    assert (code, sorted(found["error"])) == (1, ["next_step", "what"])


def test_what_is_not_taken_is_said_once_and_kept(
    capsys: pytest.CaptureFixture[str], home: Path, pictures: Path, tmp_path: Path
) -> None:
    (pictures / "b.heic").write_bytes(b"x")
    (pictures / "gone.png").symlink_to("nowhere")
    common = ("--model", "tiny", "--home", home, "--out", tmp_path / "out")
    code, answer, said = batch(capsys, pictures, *common)
    assert code == 0
    assert answer["left_out"] == [
        {"reason": "kind", "suffix": ".heic", "count": 1, "names": ["b.heic"]},
        {"reason": "broken link", "suffix": "", "count": 1, "names": ["gone.png"]},
    ]
    words = "1 .heic file (b.heic), 1 link that leads nowhere (gone.png)"
    assert said.count(f"not taken: {words}") == 1
    record = read_record(tmp_path / "out")
    assert dict(facts(read_table(tmp_path / "out" / "results.csv"), record))["Not taken"] == words
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "a.heic").write_bytes(b"x")
    code, answer, _ = batch(capsys, empty, "--model", "tiny", "--home", home)
    assert (code, answer["error"]["what"]) == (1, f"there is no picture in {empty}; it holds 1 .heic file (a.heic)")


def test_progress_is_json_lines_and_a_file_ends_it(
    capsys: pytest.CaptureFixture[str], home: Path, pictures: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    common = ("batch", str(pictures), "--home", str(home), "--out", str(out), "--progress", "json", "--model")
    assert main([*common, "tiny"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert set(lines[0]) == {"pid", "created"}
    stages = [line["stage"] for line in lines[1:]]
    assert stages[:3] == ["listing", "loading", "judging"]
    assert (stages[-2], lines[-2]["done"], lines[-2]["total"]) == ("judging", 5, 5)
    assert (stages[-1], lines[-1]["judged"], lines[-1]["interrupted"]) == ("done", 5, False)
    (out / "stop").touch()
    assert main([*common, "tiny", "--restart"]) == 130
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["stage"], last["judged"], last["interrupted"]) == ("interrupted", 0, True)
    assert main([*common, "nothing"]) == 1
    assert "no model “nothing”" in json.loads(capsys.readouterr().out.splitlines()[-1])["error"]["what"]


def test_a_stop_that_comes_when_all_are_judged_does_not_end_it_before_it_says_so(
    capsys: pytest.CaptureFixture[str], home: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summarise = commands._summarise

    def interrupted(*values: Any, **named: Any) -> int:
        signal.raise_signal(signal.SIGTERM)
        return summarise(*values, **named)

    monkeypatch.setattr(commands, "_summarise", interrupted)
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))  # would end the process otherwise
    try:
        code, found, _ = batch(capsys, pictures, "--model", "tiny", "--home", home)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert heard == []
    assert (code, found["judged"], found["interrupted"]) == (0, 5, False)


def test_a_name_that_nobody_knows_is_asked_for_before_anything_is_judged(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "parts"
    for name in ("good/1.png", "bad/1.png", "monday/1.png", "Masks/1.png", "bad/1_mask.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        picture(folder / name, bad=False)
    common = (folder, "--model", "tiny", "--home", home, "--recursive")
    code, found, _ = batch(capsys, *common)
    assert code == 1
    assert "“monday” in" in found["error"]["what"]
    assert "--defective monday" in found["error"]["next_step"]
    assert not (tmp_path / "parts-results").exists()
    code, found, _ = batch(capsys, *common, "--defective", "Monday")
    assert (code, found["labels"]) == (0, {"good": 1, "defective": 2, "unlabelled": 0})
    assert (found["files"], found["masks_left_out"]) == (3, 2)
    shown = main(["results", "show", str(tmp_path / "parts-results"), "--json"])  # the record keeps what was said
    assert (shown, sum(json.loads(capsys.readouterr().out)["defective"].values())) == (0, 2)


def test_a_guard_rate_that_cannot_be_is_refused(capsys: pytest.CaptureFixture[str], home: Path, pictures: Path) -> None:
    code, answer, _ = batch(capsys, pictures, "--model", "tiny", "--home", home, "--guard-rate", "0.00001")
    assert (code, answer["error"]["what"]) == (
        1,
        "the guard rate must be 0 for no guard, or between 0.0001 and 0.2, got 1e-05",
    )
    assert batch(capsys, pictures, "--model", "tiny", "--home", home, "--guard-rate", "0")[0] == 0


def test_a_batch_says_at_its_start_whether_unlike_pictures_are_held_back(
    capsys: pytest.CaptureFixture[str], home: Path, pictures: Path
) -> None:
    assert main(["batch", str(pictures), "--model", "tiny", "--home", str(home)]) == 0
    said = capsys.readouterr().err
    assert "model tiny: This model has no memory of good: what it has never seen can pass" in said
