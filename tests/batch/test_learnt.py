"""Pictures that the model has learnt from: the batch counts them, and says what the others come to."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from inspector.batch.learnt import LEARNT_FILE, LearntPictures, write_learnt
from inspector.batch.reader import ResultReader, read_table
from inspector.batch.record import LearntCount, read_record
from inspector.batch.report_page import page
from inspector.batch.summary import learnt_words, summary_lines, warnings
from inspector.cli import main
from tests.batch.samples import R, write_results
from tests.bundles import make_bundle
from tests.gui.conftest import picture
from tests.operating_point.parts import USUAL, scored_bundle

SAID = "6 of 9 pictures were used for training: figures on them say nothing about new parts."


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The eight pictures of a model, two of them its test's, and a new one; each has other bytes."""
    folder = tmp_path / "data"
    for number, name in enumerate([*(scored.name for scored in USUAL), "crack/new.png"]):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        path = picture(folder / name, bad=not name.startswith("good"))
        path.write_bytes(path.read_bytes() + bytes([number]))
    scored_bundle(tmp_path / "home" / "models" / "cap", folder)
    make_bundle(tmp_path / "home" / "models" / "plain")
    return folder


def batch(folder: Path, *options: str, model: str = "cap") -> Path:
    """Judge a folder with the command; return the folder of the results."""
    root = folder.parent
    out = root / f"out-{model}"
    arguments = ["batch", str(folder), "--model", model, "--recursive", "--out", str(out), "--home", str(root / "home")]
    assert main([*arguments, *options]) == 0
    return out


def test_it_counts_them_and_the_figures_of_the_others_stand_beside(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = batch(data)
    told = capsys.readouterr().out
    assert "used for training: 6 of 9 pictures\n" in told
    assert "say nothing about new parts" in told
    table, record = read_table(out / "results.csv"), read_record(out)
    assert record.learnt == LearntCount(pictures=6, renamed_too=True)
    assert sorted(np.array(table.paths)[~table.learnt]) == ["crack/2.png", "crack/new.png", "good/3.png"]
    (said,) = warnings(table, record)
    assert said.startswith(f"{SAID} The other 3: escapes ")
    assert "overkill 0.0 % (0 of 1;" in said
    assert said in summary_lines(table, record)
    assert SAID in page(table, record, [], left_out=0, made="now")
    assert "6 of 9 pictures" in page(table, record, [], left_out=0, made="now")
    assert warnings(table, record, np.flatnonzero(~table.learnt)) == []
    (all_of_it,) = warnings(table, record, np.flatnonzero(table.learnt))
    assert all_of_it == "All 6 pictures were used for training: figures on them say nothing about new parts."


def test_copies_elsewhere_are_known_by_their_content(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fresh = data.parent / "fresh"
    fresh.mkdir()
    shutil.copy(data / "dent" / "0.png", fresh / "renamed.png")
    shutil.copy(data / "crack" / "new.png", fresh / "new.png")
    out = batch(fresh, "--json")
    assert json.loads(capsys.readouterr().out)["used_for_training"] == 1
    table = read_table(out / "results.csv")
    assert warnings(table, read_record(out)) == [
        SAID.replace("6 of 9 pictures were", "1 of 2 pictures was")
    ]  # without labels no figures


def test_a_model_that_does_not_say_is_not_taken_for_one_that_has_not_learnt(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = batch(data, model="plain")
    assert "used for training: not known: the model does not say" in capsys.readouterr().out
    assert read_record(out).learnt is None
    table = read_table(out / "results.csv")
    assert warnings(table, read_record(out)) == []
    (out / LEARNT_FILE).unlink()  # as of an earlier version
    assert not read_table(out / "results.csv").learnt.any()


def test_where_copies_were_not_looked_for_that_is_said() -> None:
    words = learnt_words(LearntCount(pictures=0, renamed_too=False), 5000)
    assert words == "0 of 5,000 pictures; copies under other names were not looked for in so many"


def test_a_table_that_was_looked_at_before_they_were_known_has_them_too(tmp_path: Path) -> None:
    path = write_results(tmp_path / "results.csv", [])
    reader = ResultReader(path)
    assert len(reader.read()) == 0  # only the head is there
    write_learnt(tmp_path, LearntPictures(paths=("good/1.png",), renamed_too=True))
    write_results(path, [R("good/1.png"), R("good/2.png")], add=True)
    assert reader.read().learnt.tolist() == [True, False]
