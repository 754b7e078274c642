"""A damaged write-ahead log: SQLite drops what follows the damage without a word; it is saved, and said."""

from __future__ import annotations

import random
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog
from tests.outputs.samples import inspection
from tests.waits import WAIT_S

PARTS = 30
FRAME = 4096 + 24


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log as a killed station leaves it: the parts stand in the write-ahead log."""
    path = tmp_path_factory.mktemp("killed") / "log.sqlite3"
    with closing(SqliteResultLog(path.with_name("open.sqlite3"))) as log:
        for number in range(1, PARTS + 1):
            log.append(inspection(number))
        for suffix in ("", "-wal"):
            shutil.copyfile(f"{log.path}{suffix}", f"{path}{suffix}")
    return path


@pytest.fixture
def path(killed: Path, tmp_path: Path) -> Path:
    for suffix in ("", "-wal"):
        shutil.copyfile(f"{killed}{suffix}", tmp_path / f"log.sqlite3{suffix}")
    return tmp_path / "log.sqlite3"


def open_again(path: Path) -> tuple[list[int], tuple[str, ...]]:
    with closing(SqliteResultLog(path)) as log:
        assert log.wait_looked_through(WAIT_S)
        return [part.part_number for part in log.rows(LogQuery())], log.remarks


def flipped(path: Path, place: int, bit: int = 0) -> bytes:
    ahead = path.with_name("log.sqlite3-wal")
    data = bytearray(ahead.read_bytes())
    data[place] ^= 1 << bit
    ahead.write_bytes(data)
    return bytes(data)


def test_a_whole_one_is_left_as_it_is(path: Path) -> None:
    assert open_again(path) == (list(range(1, PARTS + 1)), ())


@pytest.mark.parametrize("place", [0, 9, 17, 25, 32 + 3, 32 + 7, 32 + 12, 32 + 20, 32 + 5 * FRAME + 2000], ids=str)
def test_what_follows_a_flipped_bit_is_saved_and_said(path: Path, place: int) -> None:
    damaged = flipped(path, place)
    numbers, remarks = open_again(path)
    assert numbers[-1] == PARTS
    lost = set(range(1, PARTS + 1)) - set(numbers)
    assert not lost, (lost, remarks)
    assert "What was last written to the log was damaged" in remarks[0]
    (aside,) = path.parent.glob("log.damaged-*-wal")
    assert aside.read_bytes() == damaged
    assert str(aside) in remarks[0]
    assert open_again(path)[1] == ()


def test_wherever_a_bit_flips_no_told_part_is_lost_without_a_word(killed: Path, tmp_path: Path) -> None:
    size = Path(f"{killed}-wal").stat().st_size
    chance = random.Random(7)
    for attempt in range(25):
        path = tmp_path / f"{attempt}" / "log.sqlite3"
        path.parent.mkdir()
        for suffix in ("", "-wal"):
            shutil.copyfile(f"{killed}{suffix}", f"{path}{suffix}")
        # the last commit's frames look like those of a power cut
        flipped(path, chance.randrange(size - 12 * FRAME), chance.randrange(8))
        numbers, remarks = open_again(path)
        assert len(numbers) >= PARTS - 1, (attempt, remarks)
        assert remarks


def test_what_a_power_cut_leaves_is_no_damage(path: Path) -> None:
    ahead = path.with_name("log.sqlite3-wal")
    data = ahead.read_bytes()
    ahead.write_bytes(data[:-2000] + bytes(2000))
    numbers, remarks = open_again(path)
    assert numbers == list(range(1, PARTS))
    assert remarks == ()
