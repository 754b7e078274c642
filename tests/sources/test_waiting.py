"""Files between the first notice and the taking: when one has stopped growing, and how long one is tried again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inspector.sources.waiting import Waiting


class Files:
    """Files by name, and a clock; both are set by the test."""

    def __init__(self, settle_s: float = 1.0) -> None:
        self.now_s = 10.0
        self.status: dict[Path, os.stat_result] = {}
        self.looks: list[str] = []
        self.waiting = Waiting(settle_s, lambda: self.now_s)

    def put(self, name: str, size: int, changed_ns: int) -> tuple[Path, os.stat_result]:
        path = Path(name)
        values = (0o100644, 1, 1, 1, 0, 0, size, 0.0, changed_ns / 1e9, 0.0)
        self.status[path] = os.stat_result(values, {"st_mtime_ns": changed_ns, "st_ctime_ns": changed_ns})
        return path, self.status[path]

    def notice(self, name: str, size: int, changed_ns: int) -> None:
        self.waiting.notice(*self.put(name, size, changed_ns))

    def look(self, path: Path) -> os.stat_result | None:
        self.looks.append(path.name)
        return self.status.get(path)

    def next(self, now_s: float) -> str | None:
        """The next file that has stopped growing at that time."""
        self.now_s = now_s
        path = self.waiting.next_ready(self.look)
        return None if path is None else path.name

    def again(self, name: str, now_s: float, patience_s: float) -> bool:
        self.now_s = now_s
        return self.waiting.again(Path(name), self.status[Path(name)], patience_s)


def test_a_file_has_stopped_growing_when_it_is_the_same_for_so_long() -> None:
    files = Files()
    files.notice("a", 1, 1)
    assert [files.next(now_s) for now_s in (10.0, 10.9, 11.0)] == [None, None, "a"]
    assert files.looks == ["a"]


@pytest.mark.parametrize(("size", "changed_ns"), [(2, 1), (1, 2)])
def test_a_file_that_grew_is_waited_for_anew(size: int, changed_ns: int) -> None:
    files = Files()
    files.notice("a", 1, 1)
    files.put("a", size, changed_ns)  # nobody told of it
    assert [files.next(now_s) for now_s in (11.0, 11.9, 12.0)] == [None, None, "a"]
    told = Files()
    told.notice("a", 1, 1)
    told.now_s = 10.5
    told.notice("a", size, changed_ns)
    assert [told.next(now_s) for now_s in (11.4, 11.5)] == [None, "a"]


def test_what_is_told_again_without_a_change_changes_nothing() -> None:
    files = Files()
    files.notice("a", 1, 1)
    files.now_s = 10.9
    files.notice("a", 1, 1)
    assert files.next(11.0) == "a"


def test_a_file_that_is_gone_is_forgotten_and_the_others_are_not() -> None:
    files = Files()
    for name in "abc":
        files.notice(name, 1, 1)
    del files.status[Path("a")]
    assert [files.next(11.0), files.next(11.0), files.next(11.0)] == ["b", "c", None]
    files.put("a", 1, 1)
    assert files.next(99.0) == "b"  # a is looked for no more
    assert "a" not in files.looks[3:]


def test_a_file_that_is_ready_is_not_handed_out_twice_while_it_is_taken() -> None:
    files = Files()
    files.notice("a", 1, 1)
    assert [files.next(now_s) for now_s in (11.0, 11.1, 12.9)] == ["a", None, None]
    assert files.next(13.0) == "a"  # two more stretches later: nobody took it
    files.waiting.done(Path("a"))
    files.waiting.done(Path("a"))
    assert files.next(99.0) is None


def test_what_is_known_to_be_whole_comes_first_and_in_its_order() -> None:
    files = Files()
    files.notice("later", 1, 1)
    ready = [files.waiting.any_ready]
    for name in ("b", "a"):
        files.waiting.ready(Path(name))
        ready.append(files.waiting.any_ready)
    assert ready == [False, True, True]
    assert [files.next(50.0) for _ in range(3)] == ["b", "a", "later"]
    assert not files.waiting.any_ready


def test_a_file_that_cannot_be_decoded_is_tried_again_for_as_long_as_the_patience() -> None:
    files = Files()
    files.notice("a", 1, 1)
    assert files.next(11.0) == "a"
    assert files.again("a", 11.0, 3.0)
    # at most a second later, though the patience ends later
    assert [files.next(now_s) for now_s in (11.9, 12.0)] == [None, "a"]
    assert files.again("a", 12.0, 3.0)
    assert [files.next(now_s) for now_s in (12.9, 13.0)] == [None, "a"]
    assert files.again("a", 13.9, 3.0)
    assert not files.again("a", 14.0, 3.0)


def test_short_patience_ends_when_it_ends_and_not_before_the_file_could_settle() -> None:
    files = Files(settle_s=0.25)
    files.notice("a", 1, 1)
    assert files.again("a", 11.0, 0.5)
    assert [files.next(now_s) for now_s in (11.4375, 11.5)] == [None, "a"]
    assert files.again("a", 11.4375, 0.5)
    assert [files.next(now_s) for now_s in (11.625, 11.6875)] == [None, "a"]
    assert not files.again("a", 11.5, 0.5)


@pytest.mark.parametrize(("size", "changed_ns"), [(2, 1), (1, 2)])
def test_patience_begins_anew_with_a_change(size: int, changed_ns: int) -> None:
    files = Files()
    files.notice("a", 1, 1)
    assert files.again("a", 11.0, 3.0)
    files.put("a", size, changed_ns)
    assert files.again("a", 14.0, 3.0)
    assert [files.next(now_s) for now_s in (14.9, 15.0)] == [None, "a"]
    assert files.again("a", 16.9, 3.0)
    assert not files.again("a", 17.0, 3.0)


def test_a_file_that_nobody_told_of_is_tried_again_too() -> None:
    files = Files()
    files.put("a", 1, 1)
    assert files.again("a", 11.0, 3.0)
    assert [files.next(now_s) for now_s in (11.9, 12.0)] == [None, "a"]
    assert not files.again("a", 14.0, 3.0)


def test_growth_is_judged_by_size_and_time_together(tmp_path: Path) -> None:
    now = [0.0]
    waiting = Waiting(1.0, lambda: now[0])
    path = tmp_path / "1.png"

    def look(_: Path) -> os.stat_result | None:
        return path.stat() if path.exists() else None

    path.write_bytes(b"abc")
    os.utime(path, ns=(1, 1))
    waiting.notice(path, path.stat())
    now[0] = 0.9
    assert waiting.next_ready(look) is None
    now[0] = 1.0
    os.utime(path, ns=(2, 2))  # the same size, written again
    assert waiting.next_ready(look) is None
    now[0] = 2.0
    assert waiting.next_ready(look) == path
    assert waiting.again(path, path.stat(), 3.0)
    assert not waiting.any_ready
    now[0] = 5.0
    assert waiting.next_ready(look) == path
    assert not waiting.again(path, path.stat(), 3.0)
    waiting.done(path)
    now[0] = 99.0
    assert waiting.next_ready(look) is None
