"""Sorted copies: where they go, that nothing is overwritten, and that they go on where they ended."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from inspector.batch import BatchTable, CopyStep, Filter, sorted_copies
from inspector.batch.copies import MARK_FILE
from inspector.batch.export import ExportError
from tests.batch.samples import R, rows_of, table_of


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return tmp_path / "pictures"


@pytest.fixture
def table(tmp_path: Path, pictures: Path) -> BatchTable:
    rows = rows_of(
        pictures,
        R("a/1.png", "PASS"),
        R("a/2.png", "FAIL", 0.9),
        R("b/1.png", "PASS"),
        R("b/3.png", "REVIEW", 0.4),
        R("4.png", "ERROR", None, reason="damaged"),
    )
    return table_of(tmp_path / "run", *rows)


def copy(table: BatchTable, pictures: Path, out: Path) -> CopyStep:
    return list(sorted_copies(table, pictures, out))[-1]


def files(out: Path) -> list[str]:
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())


ALL = ["error/4.png", "fail/a/2.png", "pass/a/1.png", "pass/b/1.png", "review/b/3.png", MARK_FILE]


def test_pictures_keep_their_paths_below_their_verdict(table: BatchTable, pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    steps = list(sorted_copies(table, pictures, out))
    assert files(out) == ALL
    assert steps[-1] == CopyStep(done=5, total=5, copied=5)
    assert (out / "fail/a/2.png").stat().st_mtime_ns == (pictures / "a/2.png").stat().st_mtime_ns
    assert copy(table, pictures, out) == CopyStep(done=5, total=5, there=5)


def test_what_was_left_is_gone_on_with(table: BatchTable, pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    steps = sorted_copies(table, pictures, out)
    while next(steps).copied < 2:
        pass
    steps.close()  # type: ignore[attr-defined]
    assert len(files(out)) == 3
    assert copy(table, pictures, out) == CopyStep(done=5, total=5, copied=3, there=2)
    assert files(out) == ALL


def test_pictures_that_are_gone_or_changed_are_named_and_not_copied(
    table: BatchTable, pictures: Path, tmp_path: Path
) -> None:
    (pictures / "a/1.png").unlink()
    (pictures / "a/2.png").write_bytes(b"another")
    step = copy(table, pictures, tmp_path / "out")
    assert (step.missing, step.changed, step.copied) == (("a/1.png",), ("a/2.png",), 3)


def test_only_the_chosen_rows_are_copied(table: BatchTable, pictures: Path, tmp_path: Path) -> None:
    list(sorted_copies(table, pictures, tmp_path / "out", indexes=table.select(Filter(text="b/"))))
    assert files(tmp_path / "out") == ["pass/b/1.png", "review/b/3.png", MARK_FILE]


def test_nothing_that_is_there_is_overwritten(table: BatchTable, pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ExportError, match="is not empty"):
        copy(table, pictures, out)
    shutil.rmtree(out)
    copy(table, pictures, out)
    (out / "fail/a/2.png").write_bytes(b"edited by hand")
    with pytest.raises(ExportError, match="another file"):
        copy(table, pictures, out)
    assert (out / "fail/a/2.png").read_bytes() == b"edited by hand"


def test_a_picture_with_another_verdict_by_now_is_not_left_in_two_folders(
    table: BatchTable, pictures: Path, tmp_path: Path
) -> None:
    copy(table, pictures, tmp_path / "out")
    rows = rows_of(pictures, R("a/1.png", "FAIL", 0.9))
    with pytest.raises(ExportError, match="is there from an earlier time, and the verdict is FAIL"):
        copy(table_of(tmp_path / "later", *rows), pictures, tmp_path / "out")


def test_the_results_of_another_model_go_elsewhere(table: BatchTable, pictures: Path, tmp_path: Path) -> None:
    copy(table, pictures, tmp_path / "out")
    other = table_of(tmp_path / "other", *rows_of(pictures, R("a/1.png")), model="b" * 64)
    with pytest.raises(ExportError, match="is not empty"):
        copy(other, pictures, tmp_path / "out")


def test_copies_never_lie_among_the_pictures(table: BatchTable, pictures: Path) -> None:
    with pytest.raises(ExportError, match="within the pictures' folder"):
        copy(table, pictures, pictures / "sorted")
    assert not (pictures / "sorted").exists()


def test_names_that_differ_in_capitals_only_are_told(pictures: Path, tmp_path: Path) -> None:
    rows = rows_of(pictures, R("a.png"), R("A.png"))
    with pytest.raises(ExportError, match=r"differ in capitals only"):
        copy(table_of(tmp_path, *rows), pictures, tmp_path / "out")


def test_a_path_that_leads_outside_is_refused(pictures: Path, tmp_path: Path) -> None:
    pictures.mkdir()
    with pytest.raises(ExportError, match="leads out of"):
        copy(table_of(tmp_path, R("../../etc/1.png")), pictures, tmp_path / "out")


def test_a_disk_that_is_too_small_is_told_before_the_first_byte(
    table: BatchTable, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100, 80, 20))
    with pytest.raises(ExportError, match="do not fit on the disk"):
        copy(table, pictures, tmp_path / "out")
    assert files(tmp_path / "out") == [MARK_FILE]
