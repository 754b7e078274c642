"""Restoring: all or nothing, the old data folder set aside, and no file that could harm."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from inspector import __version__
from inspector.backup.content import BackupChoice
from inspector.backup.manifest import MANIFEST, SUFFIX, BackupError
from inspector.backup.unfinished import finish_restore
from inspector.cli import main
from inspector.data_version import DATA_VERSION
from inspector.domain.errors import InspectorError, LogError
from inspector.outputs.result_log import SqliteResultLog
from inspector.proof.check import RecordCheck
from inspector.proof.heads import sign_head
from inspector.settings_file import load_settings
from inspector.signing import KEY_FILE, trusted_keys
from tests.backup.stations import SmallStation, restored, small_station
from tests.outputs.samples import inspection, take_back_to_0004


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return small_station(tmp_path / "home").backed_up(tmp_path / f"a{SUFFIX}")


@pytest.fixture
def there(tmp_path: Path) -> SmallStation:
    """The data folder in whose place a backup is put."""
    return small_station(tmp_path / "place" / "there", parts=5)


def _unchanged(there: SmallStation, before: dict[str, bytes]) -> None:
    assert there.files() == before
    assert [path.name for path in there.root.parent.iterdir()] == [there.root.name]
    assert there.count() == 5


def test_the_old_folder_is_set_aside_whole(backup: Path, there: SmallStation) -> None:
    before = there.files()
    done = restored(backup, there.root)
    assert done.aside is not None
    assert done.aside.parent == there.root.parent
    assert SmallStation(done.aside).files() == before
    assert (SmallStation(done.aside).count(), there.count()) == (5, 3)
    assert sorted(path.name for path in there.root.parent.iterdir()) == sorted([there.root.name, done.aside.name])


def test_who_restored_is_in_the_trail(backup: Path, there: SmallStation, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["restore", str(backup), "--home", str(there.root), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["station"], Path(answer["aside"]).parent) == ("Line 3", there.root.parent)
    with closing(sqlite3.connect(there.home.log)) as log:
        assert log.execute("SELECT kind, object FROM audit_events WHERE kind = 'restore'").fetchall() == [
            ("restore", backup.name)
        ]


@pytest.mark.parametrize("keys", [False, True])
def test_what_the_station_had_signed_counts_after_a_restore(tmp_path: Path, *, keys: bool) -> None:
    station = small_station(tmp_path / "home")
    sign_head(station.home.log, station.root, "Line 3", "asked")
    other = tmp_path / "other"
    for name in ("a", "b"):  # and once more from there
        restored(station.backed_up(tmp_path / f"{name}{SUFFIX}", BackupChoice(keys=keys)), other)
        station, other = SmallStation(other), tmp_path / "third"
    assert (station.root / KEY_FILE).exists() is keys
    with closing(SqliteResultLog(station.home.log)) as log:
        log.append(inspection(9))
    sign_head(station.home.log, station.root, "Line 3", "asked")
    check = RecordCheck(station.home.log, keys=trusted_keys(station.root), pictures=False)
    assert [*check.steps()]
    assert check.report.changes == []
    assert len(trusted_keys(station.root)) == (1 if keys else 2)


def test_a_log_of_an_older_version_is_brought_to_this_one(tmp_path: Path) -> None:
    station = small_station(tmp_path / "home")
    with closing(sqlite3.connect(station.home.log)) as log:
        take_back_to_0004(log)
        log.commit()
    restored(station.backed_up(tmp_path / f"a{SUFFIX}"), tmp_path / "other")
    assert SmallStation(tmp_path / "other").count() == 3


@pytest.mark.parametrize(
    ("field", "value"), [("program", "99.0.1"), ("data", DATA_VERSION + 1), ("format", 2)], ids=str
)
def test_a_newer_backup_is_refused(
    backup: Path, there: SmallStation, tmp_path: Path, field: str, value: str | int
) -> None:
    before = there.files()
    newer = _rewritten(backup, tmp_path / f"newer{SUFFIX}", header={field: value})
    with pytest.raises(BackupError, match=rf"was written by Inspector .*, this is {__version__}\. Install Inspector"):
        restored(newer, there.root)
    _unchanged(there, before)


def test_a_log_of_a_newer_version_is_refused(there: SmallStation, tmp_path: Path) -> None:
    before, station = there.files(), small_station(tmp_path / "home")
    with closing(sqlite3.connect(station.home.log)) as log:
        log.execute("UPDATE alembic_version SET version_num = '9999'")
        log.commit()
    with pytest.raises(LogError, match="schema 9999, newer"):
        restored(station.backed_up(tmp_path / f"a{SUFFIX}"), there.root)
    _unchanged(there, before)


def test_a_folder_in_which_a_station_runs_is_refused(backup: Path, there: SmallStation) -> None:
    with closing(SqliteResultLog(there.home.log)), pytest.raises(BackupError, match=r"a station runs on .*Close its"):
        restored(backup, there.root)
    _unchanged(there, there.files())


def test_settings_that_led_elsewhere_lead_to_what_was_restored(tmp_path: Path) -> None:
    station = small_station(tmp_path / "home")
    elsewhere = {"log_path": str(tmp_path / "gone.sqlite3"), "archive_path": str(tmp_path / "gone")}
    (station.root / "settings.json").write_text(json.dumps({"station": "Line 3", **elsewhere}))
    done = restored(station.backed_up(tmp_path / f"a{SUFFIX}"), tmp_path / "other")
    settings, faults = load_settings(tmp_path / "other" / "settings.json")
    assert (settings.log_path, settings.archive_path, settings.station, faults) == ("", "", "Line 3", [])
    assert sum("now" in remark for remark in done.remarks) >= 2


def test_a_restore_that_was_cut_short_between_the_names_is_finished(there: SmallStation) -> None:
    ready = there.root.with_name(f".{there.root.name}.restored-20260101-000000")
    there.root.rename(ready)
    assert main(["log", "summary", "--home", str(there.root)]) == 0
    assert (there.count(), ready.exists()) == (5, False)
    assert finish_restore(there.root) is None


# --- what is damaged --------------------------------------------------------------------------------------------------


def test_a_part_of_a_backup_is_none(backup: Path, there: SmallStation, tmp_path: Path) -> None:
    before, content, part = there.files(), backup.read_bytes(), tmp_path / f"part{SUFFIX}"
    for length in (0, 1, 100, len(content) // 2, len(content) - 200, len(content) - 1):
        part.write_bytes(content[:length])
        with pytest.raises(BackupError, match="cannot be used"):
            restored(part, there.root)
    _unchanged(there, before)


def test_a_changed_byte_is_found_or_changes_nothing(backup: Path, tmp_path: Path) -> None:
    content, chance = backup.read_bytes(), random.Random(22)
    restored(backup, tmp_path / "right")
    right, damaged, refused = SmallStation(tmp_path / "right").files(), tmp_path / f"damaged{SUFFIX}", 0
    for number in range(60):
        changed = bytearray(content)
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        damaged.write_bytes(changed)
        root = tmp_path / f"other-{number}"
        try:
            restored(damaged, root)
        except InspectorError:
            refused += 1
            assert not root.exists()
        else:  # a byte of the archive that says nothing of the files, as a time of a member
            assert SmallStation(root).files() == right
            assert SmallStation(root).count() == 3
            shutil.rmtree(root)
    assert refused > 30
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]


# --- what was made to harm --------------------------------------------------------------------------------------------


def _rewritten(
    backup: Path,
    target: Path,
    *,
    header: dict[str, Any] | None = None,
    more: dict[str, bytes] | None = None,
    listed: dict[str, dict[str, Any]] | None = None,
    attributes: dict[str, int] | None = None,
    last: bool = True,
) -> Path:
    """Write a backup once more with what a person who means harm would change.

    Args:
        header: Fields of the first line.
        more: Further members, which the list names with their right hash and size.
        listed: What the list says of a file instead.
        attributes: The mode of a member.
    """
    with zipfile.ZipFile(backup) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name != MANIFEST}
        first, *_ = archive.read(MANIFEST).splitlines()
    members |= more or {}
    with zipfile.ZipFile(target, "w") as archive:
        lines = [json.dumps(json.loads(first) | (header or {}))]
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (attributes or {}).get(name, 0o100600) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
            line = {"path": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            lines.append(json.dumps(line | (listed or {}).get(name, {})))
        if last:
            archive.writestr(MANIFEST, "\n".join(lines))
    return target


@pytest.mark.parametrize(
    "name",
    [
        *(
            "home/../../evil",
            "home/./x",
            "/etc/evil",
            "home//x",
            "../evil",
            "evil",
            "home",
            "home/",
            "log/other",
            "C:/evil",
        ),
        *("home/a\\..\\evil", "home/con", "home/NUL.txt", "home/x.", "home/x ", "home/a:b", "home/\x00", "pictures/.."),
        *("home/SETTINGS.json", "home/settings.json/x", f"home/{'x' * 1200}", MANIFEST + "/x", "home/a\nb"),
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(backup: Path, there: SmallStation, tmp_path: Path, name: str) -> None:
    before = there.files()
    hostile = _rewritten(backup, tmp_path / f"b{SUFFIX}", more={name: b"evil"})
    with pytest.raises(BackupError, match="cannot be used"):
        restored(hostile, there.root)
    _unchanged(there, before)
    assert not list(tmp_path.rglob("evil*"))


@pytest.mark.parametrize("mode", [0o120777, 0o040700, 0o010600, 0o060600], ids=["link", "folder", "pipe", "device"])
def test_what_is_no_plain_file_is_refused(backup: Path, there: SmallStation, tmp_path: Path, mode: int) -> None:
    before, name = there.files(), "home/recipes/x.json"
    hostile = _rewritten(backup, tmp_path / f"b{SUFFIX}", more={name: b"/etc/passwd"}, attributes={name: mode})
    with pytest.raises(BackupError, match="no plain file"):
        restored(hostile, there.root)
    _unchanged(there, before)


@pytest.mark.parametrize(
    "said",
    [
        {"size": 5},
        {"size": 10**15},
        {"size": -1},
        {"sha256": "0" * 64},
        {"sha256": "x"},
        {"path": "home/other"},
        {"x": 1},
        {"modified": 1e300},
        {"modified": -1},
    ],
    ids=str,
)
def test_a_list_that_lies_is_refused(backup: Path, there: SmallStation, tmp_path: Path, said: dict[str, Any]) -> None:
    before = there.files()
    hostile = _rewritten(backup, tmp_path / f"b{SUFFIX}", listed={"home/users.json": said})
    with pytest.raises(BackupError, match="cannot be used"):
        restored(hostile, there.root)
    _unchanged(there, before)


def test_a_bomb_is_refused_before_it_is_written(backup: Path, there: SmallStation, tmp_path: Path) -> None:
    before = there.files()
    hostile = _rewritten(backup, tmp_path / f"b{SUFFIX}", more={"home/models/m.bin": b"\0" * 300_000_000})
    with pytest.raises(BackupError, match=r"it would become 0\.3 GB, far more"):
        restored(hostile, there.root)
    _unchanged(there, before)


def test_a_backup_larger_than_the_disk_is_refused_before_it_is_written(
    backup: Path, there: SmallStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage, before = shutil.disk_usage(backup.parent), there.files()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(BackupError, match="no room to restore"):
        restored(backup, there.root)
    _unchanged(there, before)


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive", b"PK\x05\x06" + b"\0" * 18], ids=str)
def test_another_file_is_no_backup(there: SmallStation, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(BackupError, match="no backup, or only a part of one"):
        restored(tmp_path / "x", there.root)
    with pytest.raises(BackupError, match="cannot be read"):
        restored(tmp_path / "not there", there.root)


def test_an_archive_without_a_list_is_none(backup: Path, there: SmallStation, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="no list of its files"):
        restored(_rewritten(backup, tmp_path / f"b{SUFFIX}", last=False), there.root)
