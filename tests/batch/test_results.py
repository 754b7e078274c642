"""results.csv: what is held of it, what is kept of it, and that a crash costs one row at most."""

from __future__ import annotations

import csv
import os
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from inspector.batch import Listing, ResultTable, Row, list_pictures
from inspector.batch.rows import EARLIER_HEADERS, HEADER
from inspector.domain.errors import InspectorError
from inspector.pictures.content import digest_of

MODEL = "a" * 64


def row(name: str, verdict: str = "PASS", *, stamp: tuple[int, int] = (1, 2), model: str = MODEL) -> Row:
    return Row(
        path=name,
        size=str(stamp[0]),
        mtime_ns=str(stamp[1]),
        verdict=verdict,
        p_defective="0.100000",
        class_name="good",
        probabilities='{"good": 0.9, "defective": 0.1}',
        reason="",
        overlay="",
        model=model,
    )


def folder_of(path: Path, names: list[str]) -> Listing:
    path.mkdir(exist_ok=True)
    for name in names:
        (path / name).write_bytes(b"x")
    return list_pictures(path)


def stamped(listing: Listing, index: int, verdict: str = "PASS") -> Row:
    """The row of a file that was judged long after its last change, so that its times tell of the next one."""
    path = Path(str(listing.path(index)))
    status = path.stat()
    plain = row(listing.key(index), verdict, stamp=(status.st_size, status.st_mtime_ns))
    return replace(plain, ctime_ns=str(status.st_ctime_ns), content=digest_of(path.read_bytes()))


def paths(file: Path) -> list[str]:
    with file.open(newline="", encoding="utf-8-sig") as opened:
        return [cells["path"] for cells in csv.DictReader(opened)]


def test_a_file_name_with_a_line_break_comma_and_quote_is_found_again(tmp_path: Path) -> None:
    names = ["a.png", 'line\nbreak, "b".png', "c.png"]
    listing = folder_of(tmp_path / "in", names)
    with ResultTable(tmp_path, listing, MODEL) as table:
        for index in table.left():
            table.add(index, stamped(listing, index))
        table.finish()
    with ResultTable(tmp_path, listing, MODEL) as table:
        assert list(table.left()) == []
        assert table.count("PASS") == 3


def test_rows_judged_anew_take_their_old_place_and_the_others_keep_their_bytes(tmp_path: Path) -> None:
    listing = folder_of(tmp_path / "in", ["a.png", "b.png", "c.png"])
    with ResultTable(tmp_path, listing, MODEL) as table:
        for index, verdict in enumerate(("PASS", "ERROR", "FAIL")):
            table.add(index, stamped(listing, index, verdict))
        table.finish()
        before = table.path.read_bytes().splitlines()
    with ResultTable(tmp_path, listing, MODEL) as table:
        assert list(table.left()) == [1]
        table.add(1, stamped(listing, 1))
        assert paths(table.path) == ["a.png", "b.png", "c.png", "b.png"]
        table.finish()
    after = table.path.read_bytes().splitlines()
    assert paths(table.path) == ["a.png", "b.png", "c.png"]
    assert (after[1], after[3]) == (before[1], before[3])
    assert [table.count(verdict) for verdict in ("PASS", "FAIL", "ERROR")] == [2, 1, 0]
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("lost", [1, 2, 30])
def test_of_a_torn_row_nothing_is_left_for_the_next(tmp_path: Path, lost: int) -> None:
    listing = folder_of(tmp_path / "in", ["a.png", "b.png"])
    with ResultTable(tmp_path, listing, MODEL) as table:
        table.add(0, stamped(listing, 0))
        table.add(1, stamped(listing, 1))
    whole = table.path.read_bytes()
    table.path.write_bytes(whole[:-lost])
    with ResultTable(tmp_path, listing, MODEL) as table:
        assert list(table.left()) == [1]
        table.add(1, stamped(listing, 1))
        table.finish()
    assert table.path.read_bytes() == whole


def test_blank_lines_and_plain_line_ends_from_an_editor_do_no_harm(tmp_path: Path) -> None:
    listing = folder_of(tmp_path / "in", ["a.png", "b.png"])
    with ResultTable(tmp_path, listing, MODEL) as table:
        table.add(0, stamped(listing, 0))
        table.add(1, stamped(listing, 1))
    table.path.write_bytes(table.path.read_bytes().replace(b"\r\n", b"\n\n"))
    with ResultTable(tmp_path, listing, MODEL) as table:
        assert list(table.left()) == []
        table.finish()
    assert paths(table.path) == ["a.png", "b.png"]


def test_rows_of_another_model_anywhere_are_refused(tmp_path: Path) -> None:
    listing = folder_of(tmp_path / "in", ["a.png", "b.png"])
    with ResultTable(tmp_path, listing, MODEL) as table:
        table.add(0, row("a.png", model="b" * 64))
        table.add(1, stamped(listing, 1))
    before = table.path.read_bytes()
    with pytest.raises(InspectorError, match="another model"):
        ResultTable(tmp_path, listing, MODEL)
    assert table.path.read_bytes() == before


def test_a_hundred_thousand_rows_are_not_held(tmp_path: Path) -> None:
    count = 100_000
    listing = Listing(tmp_path, tuple(f"part {number:06}.png" for number in range(count)))
    values = row("").values()
    with (tmp_path / "results.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows([name, *values[1:]] for name in listing.names)
    tracemalloc.start()
    try:
        with ResultTable(tmp_path, listing, MODEL) as table:
            held, _ = tracemalloc.get_traced_memory()
            assert table.count("PASS") == count
            assert len(table.left()) == count  # none of the files exists: every one has changed
    finally:
        tracemalloc.stop()
    assert held < 20 * count


def overwrite(path: Path, content: bytes) -> None:
    """Give a file another content of the same size, and its old time back."""
    status = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_what_may_have_changed_is_known_by_its_content(tmp_path: Path) -> None:
    names = ["grown.png", "overwritten.png", "same.png", "touched.png", "unsure.png"]
    listing = folder_of(tmp_path / "in", names)
    with ResultTable(tmp_path, listing, MODEL) as table:
        for index, name in enumerate(names):
            made = stamped(listing, index)
            table.add(index, replace(made, ctime_ns="") if name == "unsure.png" else made)
    (tmp_path / "in" / "grown.png").write_bytes(b"xx")
    overwrite(tmp_path / "in" / "overwritten.png", b"y")
    os.utime(tmp_path / "in" / "touched.png", (1, 1))
    with ResultTable(tmp_path, listing, MODEL) as table:
        left = [names[index] for index in table.left()]
        assert left == ["grown.png", "overwritten.png", "touched.png", "unsure.png"]
        known = {name: table.known(index) for index, name in enumerate(names)}
        assert known == {"grown.png": "", "same.png": ""} | dict.fromkeys(left[1:], digest_of(b"x"))
        assert (table.there, [table.has(index) for index in range(5)]) == (4, [False, True, True, True, True])


@pytest.mark.parametrize("header", EARLIER_HEADERS)
def test_rows_of_an_earlier_version_are_kept_with_new_columns(tmp_path: Path, header: tuple[str, ...]) -> None:
    listing = folder_of(tmp_path / "in", ["a.png", "b.png"])
    with (tmp_path / "results.csv").open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerow(header)
        for name in ("gone.png", "a.png", "b.png"):
            csv.writer(file).writerow(row(name).values()[: len(header)])
        file.write("torn.png,1,2,PA")
    with ResultTable(tmp_path, listing, MODEL) as table:
        assert list(table.left()) == [0, 1]  # nothing tells whether they were overwritten
        assert table.gone == 1
        table.add(0, stamped(listing, 0))
        table.finish()
    with table.path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert tuple(rows[0]) == HEADER
    assert {len(cells) for cells in rows} == {len(HEADER)}
    content = HEADER.index("content")
    assert [(cells[0], cells[content]) for cells in rows[1:]] == [
        ("gone.png", ""),
        ("a.png", digest_of(b"x")),
        ("b.png", ""),
    ]


def test_rows_of_an_earlier_version_and_of_another_model_are_not_touched(tmp_path: Path) -> None:
    listing = folder_of(tmp_path / "in", ["a.png"])
    with (tmp_path / "results.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow(EARLIER_HEADERS[0])
        csv.writer(file).writerow(row("a.png", model="b" * 64).values()[: len(EARLIER_HEADERS[0])])
    before = (tmp_path / "results.csv").read_bytes()
    with pytest.raises(InspectorError, match="another model"):
        ResultTable(tmp_path, listing, MODEL)
    assert (tmp_path / "results.csv").read_bytes() == before
