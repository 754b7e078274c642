"""Proof of the record: signed heads, the check with its exit codes, signed exports, pictures."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from inspector.cli import main
from inspector.domain.records import ArchivedPicture
from inspector.outputs.chain import chain_rows_of_before
from inspector.outputs.chain_check import ChangeKind
from inspector.outputs.result_log import SqliteResultLog
from inspector.proof.check import RecordCheck, RecordReport
from inspector.proof.heads import ProofError, RecordHead, head_of, sign_head, stored_heads
from inspector.proof.keeper import HeadKeeper
from inspector.settings import Settings
from inspector.signing import station_key, trusted_keys
from tests.outputs.by_hand import by_hand
from tests.outputs.samples import inspection

PICTURE = b"pixels"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder with four parts, of which each has a kept picture, and a signed head after the third."""
    root = tmp_path / "home"
    folder = root / "pictures" / "2026" / "01" / "31" / "pass"
    folder.mkdir(parents=True)
    with closing(SqliteResultLog(root / "results.sqlite3")) as log:
        for number in range(1, 5):
            part = inspection(number)
            path = folder / f"{part.id}.png"
            path.write_bytes(PICTURE + bytes([number]))
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            log.append(replace(part, picture=ArchivedPicture(path=path, sha256=sha256, heatmap_path=None)))
            if number == 3:
                sign_head(log.path, root, "S", "asked for")
    return root


def checked(home: Path, *heads: RecordHead) -> RecordReport:
    check = RecordCheck(home / "results.sqlite3", keys=trusted_keys(home), heads=heads)
    for _ in check.steps():
        pass
    return check.report


def kinds(report: RecordReport) -> set[ChangeKind]:
    return {change.kind for change in report.changes}


def pictures_of(home: Path) -> list[Path]:
    return sorted((home / "pictures").rglob("*.png"))


def test_a_record_as_it_was_written_is_said_to_be_so(home: Path) -> None:
    report = checked(home)
    assert report.whole
    assert (report.pictures, report.removed, report.heads) == (4, 0, 1)
    assert report.unsigned == 1
    assert (home / "station_key.pem").stat().st_mode & 0o777 == 0o600


def test_a_head_comes_back_from_an_e_mail_that_quotes_it(home: Path) -> None:
    (head,) = stored_heads(home / "results.sqlite3")
    quoted = "\r\n".join(f"> {line}" for line in f"Dear auditor,\n{head.as_text()}Regards".splitlines())
    assert head_of(quoted) == head
    assert checked(home, head_of(quoted)).whole
    for broken in ("", head.as_text() * 2, head.as_text().replace("entries:", "rows:")):
        with pytest.raises(ProofError):
            head_of(broken)


def test_where_nothing_was_added_the_last_head_is_given_again(home: Path) -> None:
    log = home / "results.sqlite3"
    first = sign_head(log, home, "S", "asked for")
    assert sign_head(log, home, "S", "asked for") == first
    assert len(stored_heads(log)) == 2


def test_an_end_that_was_cut_off_shows_by_a_head_that_was_sent_away(home: Path) -> None:
    head = sign_head(home / "results.sqlite3", home, "S", "asked for")
    with by_hand(home / "results.sqlite3") as log:
        (last,) = log.execute("SELECT id FROM inspections ORDER BY rowid DESC LIMIT 1").fetchone()
        (entry,) = log.execute("SELECT number FROM chain WHERE row_key = ?", (last,)).fetchone()
        log.execute("DELETE FROM inspections WHERE id = ?", (last,))
        log.execute("DELETE FROM chain WHERE number >= ?", (entry,))
        log.execute("DELETE FROM chain_heads WHERE entries >= ?", (entry,))
    assert checked(home).whole  # that is what the heads are for
    assert kinds(checked(home, head)) == {ChangeKind.CUT}


def test_a_chain_that_was_made_anew_shows_by_the_heads_in_the_record(home: Path) -> None:
    with by_hand(home / "results.sqlite3") as log:
        log.execute("UPDATE inspections SET verdict = 'FAIL' WHERE rowid = 1")
        order = log.execute("SELECT source, row_key FROM chain ORDER BY number").fetchall()
        log.execute("DELETE FROM chain")
        chain_rows_of_before(log, sorted({source for source, _ in order}))
    assert ChangeKind.RECHAINED in kinds(checked(home))


def test_a_head_of_another_key_or_a_changed_one_does_not_count(home: Path, tmp_path: Path) -> None:
    (head,) = stored_heads(home / "results.sqlite3")
    assert kinds(checked(home, replace(head, station="another"))) == {ChangeKind.SIGNATURE}
    assert kinds(checked(home, replace(head, signature="none"))) == {ChangeKind.SIGNATURE}
    (home / "station_key.pem").unlink()
    assert checked(home).unknown_key
    station_key(home)  # a new one
    assert kinds(checked(home)) == {ChangeKind.SIGNATURE}


def test_pictures_are_found_altered_missing_or_removed_by_a_limit(home: Path) -> None:
    first, second, third, _ = pictures_of(home)
    first.write_bytes(b"others")
    second.unlink()
    with closing(SqliteResultLog(home / "results.sqlite3")) as log:
        log.note_removed([str(third)], "age")
    third.unlink()
    report = checked(home)
    assert [(change.kind, change.key) for change in report.changes] == [
        (ChangeKind.PICTURE_ALTERED, first.stem),
        (ChangeKind.PICTURE_GONE, second.stem),
    ]
    assert (report.pictures, report.removed) == (1, 1)


def test_the_command_says_which_and_ends_with_1(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["log", "verify", "--home", str(home)]) == 0
    assert "The record is as it was written." in capsys.readouterr().out
    with by_hand(home / "results.sqlite3") as log:
        log.execute("UPDATE inspections SET lot = 'other' WHERE rowid = 2")
        (key,) = log.execute("SELECT id FROM inspections WHERE rowid = 2").fetchone()
    assert main(["log", "verify", "--home", str(home), "--rows-only", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert [(row["kind"], row["table"], row["key"]) for row in answer["changes"]] == [("altered", "inspections", key)]


def test_the_record_is_checked_on_another_machine_with_the_public_key(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["log", "head", "--home", str(home), "--to", str(tmp_path / "sent")]) == 0
    (sent,) = (tmp_path / "sent").iterdir()
    capsys.readouterr()
    assert main(["log", "head", "--home", str(home), "--public-key"]) == 0
    pem = tmp_path / "station.pem"
    pem.write_text(capsys.readouterr().out, encoding="utf-8")
    with closing(sqlite3.connect(home / "results.sqlite3")) as log, closing(sqlite3.connect(tmp_path / "c")) as copy:
        log.backup(copy)
    shutil.move(home / "pictures", tmp_path / "moved")
    other = ("--home", str(tmp_path / "other"), "--archive", str(tmp_path / "moved"))
    assert main(["log", "verify", str(tmp_path / "c"), "--head", str(sent), "--key", str(pem), *other]) == 0
    assert "4 as they were kept" in capsys.readouterr().out
    assert main(["log", "verify", str(tmp_path / "c"), "--head", sent.read_text(encoding="utf-8"), *other]) == 0
    assert "no public key was given" in capsys.readouterr().err


def test_a_signed_export_is_whole_or_says_what_is_not(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    assert main(["log", "export", "--csv", "--out", str(file), "--home", str(home)]) == 0
    verify = ["log", "verify", str(file), "--home", str(home)]
    assert main(verify) == 0
    whole = file.read_bytes()
    assert whole.count(b"\r\n") == 5
    for name in ("rows.csv", "rows.csv.manifest.json", "rows.csv.manifest.sig"):
        path = tmp_path / name
        before = path.read_bytes()
        for place in range(0, len(before), max(1, len(before) // 20)):
            path.write_bytes(before[:place] + bytes([before[place] ^ 1]) + before[place + 1 :])
            assert main([*verify, "--json"]) == 1
        path.write_bytes(before)
    assert main(verify) == 0


def test_the_end_of_a_run_is_signed_and_sent_into_the_folder(home: Path, tmp_path: Path) -> None:
    log, away = home / "results.sqlite3", tmp_path / "away"
    keeper = HeadKeeper(home, settings=lambda: Settings(station="Press 3", heads_to=str(away)), log=lambda: log)
    keeper.start()
    keeper.stop()
    (file,) = away.iterdir()
    assert head_of(file.read_text(encoding="utf-8")) == stored_heads(log)[-1]
    with closing(sqlite3.connect(log)) as connection:
        assert [why for (why,) in connection.execute("SELECT why FROM chain_heads")] == ["asked for", "end of a run"]


def test_a_record_without_a_chain_is_not_called_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(path)) as log:
        log.execute("CREATE TABLE inspections (id)")
        log.commit()
    assert main(["log", "verify", str(path), "--home", str(tmp_path)]) == 1
    assert "it has no chain" in capsys.readouterr().err
