"""The data folder's version: kept by newer programs, refused by older ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inspector import __version__
from inspector.cli import main
from inspector.data_version import DATA_VERSION, DataVersionError, check_data, stamp_data
from tests.logs import told


def test_a_folder_without_a_version_is_taken_and_marked(tmp_path: Path) -> None:
    root = tmp_path / "home"
    check_data(root)
    assert not root.exists()
    stamp_data(root, "1.2.3")
    assert json.loads((root / "version.json").read_text(encoding="utf-8")) == {"data": DATA_VERSION, "program": "1.2.3"}
    check_data(root)
    assert [path.name for path in root.iterdir()] == ["version.json"]


def test_a_newer_program_marks_it_anew_and_the_same_one_leaves_it(tmp_path: Path) -> None:
    stamp_data(tmp_path, "1.0.0")
    before = (tmp_path / "version.json").stat().st_mtime_ns
    stamp_data(tmp_path, "1.0.0")
    assert (tmp_path / "version.json").stat().st_mtime_ns == before
    stamp_data(tmp_path, "1.1.0")
    assert json.loads((tmp_path / "version.json").read_text(encoding="utf-8"))["program"] == "1.1.0"


def test_newer_data_are_refused_with_the_version_that_reads_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "version.json").write_text(json.dumps({"data": DATA_VERSION + 1, "program": "9.1"}), encoding="utf-8")
    with pytest.raises(DataVersionError, match=r"written by Inspector 9\.1.*Install Inspector 9\.1 or newer"):
        check_data(tmp_path)
    assert main(["recipe", "list", "--home", str(tmp_path), "--json"]) == 1
    assert "9.1" in json.loads(capsys.readouterr().out)["error"]["what"]
    assert [path.name for path in tmp_path.iterdir()] == ["version.json"]


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"data": "x", "program": "1"}', '{"program": "1"}'])
def test_a_version_that_cannot_be_read_does_not_stop_the_station(tmp_path: Path, text: str) -> None:
    (tmp_path / "version.json").write_text(text, encoding="utf-8")
    check_data(tmp_path)
    stamp_data(tmp_path, __version__)
    assert json.loads((tmp_path / "version.json").read_text(encoding="utf-8"))["program"] == __version__


def test_a_folder_that_cannot_be_written_is_said_in_the_program_log(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").touch()
    with told("inspector.data_version") as said:
        stamp_data(tmp_path / "file" / "home", "1.0.0")
    assert ["is not marked" in words for words in said] == [True]
