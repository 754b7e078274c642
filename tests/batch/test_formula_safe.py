"""results.csv is safe to open with a spreadsheet, and is read as it was meant, also one that an earlier version began."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.batch import Listing, ResultTable, list_pictures, read_table
from inspector.batch.rows import HEADER, Row
from inspector.domain.cells import BOM
from inspector.domain.class_tables import table_of
from inspector.pictures.content import digest_of
from tests.waits import WAIT_S

MODEL = "a" * 64
NAMES = ["=1+1.png", "+49.png", "-2.png", "@a.png", "'=b.png", "plain.png", "Prüfling.png"]
SAFE = ["'=1+1.png", "'+49.png", "'-2.png", "'@a.png", "''=b.png", "plain.png", "Prüfling.png"]


def _row(path: str, *, size: str = "-1", mtime_ns: str = "-5", ctime_ns: str = "", content: str = "") -> Row:
    return Row(
        path=path, size=size, mtime_ns=mtime_ns, verdict="PASS", p_defective="0.100000", class_name="=cmd",
        probabilities="{}", reason="", overlay=path, model=MODEL, ctime_ns=ctime_ns, content=content,
    )  # fmt: skip


def _judged(listing: Listing, index: int) -> Row:
    path = Path(str(listing.path(index)))
    status = path.stat()
    return _row(
        listing.key(index), size=str(status.st_size), mtime_ns=str(status.st_mtime_ns), ctime_ns=str(status.st_ctime_ns),
        content=digest_of(path.read_bytes()),
    )  # fmt: skip


@pytest.fixture
def listing(tmp_path: Path) -> Listing:
    (tmp_path / "in").mkdir()
    for name in NAMES:
        (tmp_path / "in" / name).write_bytes(b"x")
    return list_pictures(tmp_path / "in")


def _add(table: ResultTable, listing: Listing) -> None:
    for index in table.left():
        table.add(index, _judged(listing, index))


def _cells(path: Path) -> list[list[str]]:
    """Read it as a spreadsheet does."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))


def test_no_text_is_a_formula_and_numbers_stay_numbers(tmp_path: Path, listing: Listing) -> None:
    with ResultTable(tmp_path, listing, MODEL) as table:
        for index, name in enumerate(listing.names):
            table.add(index, _row(name))
        table.finish()
    file = tmp_path / "results.csv"
    assert file.read_bytes().startswith(BOM.encode() + b"path,size")
    header, *rows = _cells(file)
    assert tuple(header) == HEADER
    assert sorted(row[0] for row in rows) == sorted(SAFE)
    assert {(row[1], row[2], row[5]) for row in rows} == {("-1", "-5", "'=cmd")}
    read = read_table(file)
    assert sorted(read.path(index) for index in range(len(read))) == sorted(NAMES)
    assert {read.class_name(index) for index in range(len(read))} == {"=cmd"}


def test_a_batch_goes_on_with_what_it_has_written(tmp_path: Path, listing: Listing) -> None:
    with ResultTable(tmp_path, listing, MODEL) as table:
        _add(table, listing)
        table.finish()
    written = (tmp_path / "results.csv").read_bytes()
    with ResultTable(tmp_path, listing, MODEL) as table:
        assert (len(table.left()), table.gone) == (0, 0)
        table.finish()
    assert (tmp_path / "results.csv").read_bytes() == written


@pytest.mark.parametrize("torn", [b"", b'"-2.png",1,2'])
def test_a_file_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path, listing: Listing, torn: bytes) -> None:
    file = tmp_path / "results.csv"
    with file.open("w", newline="", encoding="utf-8") as old:
        writer = csv.writer(old)
        writer.writerow(HEADER)
        for index in (0, 1):
            writer.writerow(_judged(listing, index).values())
    file.write_bytes(file.read_bytes() + torn)
    with ResultTable(tmp_path, listing, MODEL) as table:
        assert len(table.left()) == len(NAMES) - 2
        _add(table, listing)
        table.finish()
    assert file.read_bytes().startswith(BOM.encode())
    assert sorted(row[0] for row in _cells(file)[1:]) == sorted(SAFE)


def test_a_table_of_ours_can_be_a_table_of_labels() -> None:
    assert table_of("path,label\n'=1.png,good\n").rows[0].cells["path"] == "=1.png"


def test_a_log_exported_into_a_file_has_excels_mark_and_into_a_pipe_has_none(tmp_path: Path) -> None:
    home = ("--home", str(tmp_path))
    inspector = [sys.executable, "-m", "inspector"]
    line = ("run", "--source", "demo:", "--headless", "--max-parts", "1", "--as-fast-as-possible", "--lot", "=1")
    environment = dict(os.environ)
    subprocess.run([*inspector, *line, *home], check=True, timeout=WAIT_S, env=environment, capture_output=True)
    export = [*inspector, "log", "export", "--csv", *home]
    piped = subprocess.run(export, check=True, timeout=WAIT_S, capture_output=True).stdout
    with (tmp_path / "rows.csv").open("wb") as file:
        subprocess.run(export, check=True, timeout=WAIT_S, stdout=file)
    assert (tmp_path / "rows.csv").read_bytes() == BOM.encode() + piped
    assert b",'=1," in piped
