"""How often a watched folder is looked at, when it counts as lost, and what is said then."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inspector.domain.errors import LogError, PictureError, SourceError, SourceLostError
from inspector.domain.source_options import SourceOptions
from inspector.pictures import left_out_words
from inspector.sources import visit as visit_module
from inspector.sources.folder import FolderSource
from inspector.sources.visit import Patience, folder_identity
from tests.logs import told
from tests.sources.visits import LONG_AFTER_S, PNG, Watch


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watch:
    (tmp_path / "in").mkdir()
    return Watch(tmp_path / "in", monkeypatch)


@pytest.mark.parametrize(
    ("watching", "rescan_s", "scans_s"),
    [(True, 5.0, [105.0, 110.0, 115.0]), (False, 5.0, [101.0, 102.0, 103.0]), (False, 0.5, [100.5, 101.0, 101.5])],
)
def test_the_folder_is_read_anew_every_so_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watching: bool, rescan_s: float, scans_s: list[float]
) -> None:
    watch = Watch(tmp_path, monkeypatch, rescan_s=rescan_s)
    watch.told.watching = watching
    scans: list[float] = []

    def scan() -> Iterator[None]:
        scans.append(watch.now_s)
        return iter(())

    monkeypatch.setattr(watch.visit, "_scan", scan)
    for now_s in np.arange(100.0, scans_s[-1] + 0.25, 0.25):
        watch.step(float(now_s))
    assert scans == scans_s


def test_a_slow_search_takes_a_twentieth_of_the_time_at_most(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    scans: list[float] = []

    def scan() -> Iterator[None]:
        scans.append(watch.now_s)
        watch.now_s += 1.0
        return iter(())

    monkeypatch.setattr(watch.visit, "_scan", scan)
    watch.step(100.0)
    while watch.now_s < 127.0:
        watch.step(watch.now_s + 0.25)
    assert scans == [105.0, 125.0]


def test_a_new_sub_folder_is_looked_into_a_moment_later(watch: Watch) -> None:
    assert watch.step(100.0) is None
    watch.put("sub/a.png")
    watch.told.folders_changed = True
    assert watch.step(100.25) is None
    assert not watch.told.folders_changed
    assert watch.step(100.375) is None  # found, a tenth of a second later
    assert [watch.name(now_s) for now_s in (101.25, 101.375)] == [None, "a.png"]


def test_what_no_notice_told_of_is_found_in_natural_order(watch: Watch) -> None:
    assert watch.step(100.0) is None
    for name in ("10.png", "9.png"):
        watch.put(name)
    assert watch.step(105.0) is None
    assert [watch.name(106.0), watch.name(106.0)] == ["9.png", "10.png"]


def test_a_long_search_gives_signs_of_life(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    path = watch.put("a.png")
    monkeypatch.setattr(watch.visit, "_fresh", lambda: iter([(path, path.stat())] * 600))
    assert list(watch.visit._scan()) == [None, None]


def test_it_waits_for_notices_only_where_nothing_is_ready(watch: Watch) -> None:
    watch.step(100.0)
    watch.clock_s = LONG_AFTER_S
    for name in ("a.png", "b.png"):
        watch.visit._waiting.ready(watch.put(name))
    assert [watch.name(), watch.name(), watch.name()] == ["a.png", "b.png", None]
    assert watch.told.waits == [0.05, 0.0, 0.0, 0.05]


def test_it_is_looked_twice_a_second_whether_the_folder_is_still_the_same(watch: Watch) -> None:
    watch.step(100.0)
    watch.folder.rename(watch.folder.with_name("away"))
    watch.folder.mkdir()
    assert watch.step(100.4) is None
    with pytest.raises(SourceLostError) as lost:
        watch.step(100.5)
    assert lost.value.what == f"the folder {watch.folder} has been replaced"
    assert lost.value.next_step == "It is opened again by itself."


def test_a_folder_that_is_gone_is_lost(watch: Watch) -> None:
    watch.step(100.0)
    watch.folder.rmdir()
    with pytest.raises(SourceLostError) as lost:
        watch.step(100.5)
    assert lost.value.what == f"there is no folder {watch.folder}"
    assert lost.value.next_step == "It is tried again by itself."


def test_a_folder_that_cannot_be_searched_is_lost(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    def pictures(folder: Path, *, recursive: bool, left_out: object) -> Iterator[Path]:
        assert (folder, recursive) == (watch.folder, True)
        raise PictureError("it cannot be listed", "Look.")

    monkeypatch.setattr(visit_module, "iter_pictures", pictures)
    with pytest.raises(SourceLostError) as lost:
        watch.visit.list_existing(watch.stop)
    assert (lost.value.what, lost.value.next_step) == ("it cannot be listed", "Look. It is tried again by itself.")


def test_watching_ends_when_the_source_is_stopped(watch: Watch) -> None:
    watch.step(100.0)
    watch.stop.set()
    with pytest.raises(StopIteration):
        watch.step()


def test_what_is_no_folder_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status = tmp_path.stat()
    assert folder_identity(tmp_path) == (status.st_dev, status.st_ino)
    (tmp_path / "file").write_text("x")

    def refused(path: Path) -> tuple[str, str]:
        with pytest.raises(SourceError) as caught:
            folder_identity(path)
        return caught.value.what, caught.value.next_step

    assert refused(tmp_path / "file") == (f"{tmp_path / 'file'} is not a folder", "Name a folder of pictures.")
    assert refused(tmp_path / "absent") == (
        f"there is no folder {tmp_path / 'absent'}",
        "Check the path, or connect the network share.",
    )

    def scandir(path: Path) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", scandir)
    assert refused(tmp_path) == (f"the folder {tmp_path} cannot be read: this user may not", "Check its permissions.")


def test_a_source_of_a_folder_is_named_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    source = FolderSource(Path("in"), SourceOptions(), frozenset)
    assert (source.name, source.live) == (f"folder:{tmp_path / 'in'}", False)
    assert (source._open_limit_s, source._silence_s) == (60.0, 30.0)
    assert source._patience == Patience(
        settle_s=0.4, quiet_s=3.0, whole_s=3.0, locked_s=30.0, open_s=60.0, rescan_s=5.0
    )


def test_a_record_that_cannot_be_read_says_what_to_do(tmp_path: Path) -> None:
    def seen() -> frozenset[str]:
        raise LogError("it is locked", "Wait.")

    source = FolderSource(tmp_path, SourceOptions(), seen)
    with pytest.raises(SourceError) as caught:
        next(source._produce(threading.Event(), 0))
    assert (caught.value.what, caught.value.next_step) == (f"{source.name} cannot be opened: it is locked", "Wait.")


def test_what_is_not_taken_is_said_once_and_as_it_is_now(watch: Watch) -> None:
    heic = watch.put("b.heic")
    watch.put("a.png")
    with told("inspector.sources.visit") as said:
        watch.step(100.0)
        watch.visit.list_existing(watch.stop)
        watch.step(105.0)
        watch.step(110.0)
    assert left_out_words(watch.visit.left_out) == "1 .heic file (b.heic)"
    assert said == ["folder:x: not taken: 1 .heic file (b.heic)"]
    heic.unlink()
    for now_s in (130.0, 140.0, 150.0):
        watch.step(now_s)
    assert not watch.visit.left_out


def test_a_linked_folder_is_watched_too(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (watch.folder / "line 2").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "a.png").write_bytes(PNG)
    watch.clock_s = LONG_AFTER_S
    watch.visit.list_existing(watch.stop)
    assert watch.name(100.0) == "a.png"
