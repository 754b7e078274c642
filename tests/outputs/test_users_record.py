"""The file of users deleted or edited by hand: the record says that users are on, and nobody gets more rights by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from inspector.assembly import people as people_of
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.trail_log import TrailLog, TrailQuery, take_up, waiting_rows
from inspector.outputs.users_record import book_of
from inspector.paths import Home
from inspector.people.book import Book, PeopleError
from inspector.people.people import People
from inspector.settings import Settings
from inspector.signed import only_signed
from inspector.trail.event import TrailKind
from tests.people.hands import MARTA, SYSTEM

if TYPE_CHECKING:
    from pathlib import Path

PIN = b"729163"
OUTSIDE = TrailQuery(kinds=frozenset({TrailKind.OUTSIDE}))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(root=tmp_path)
    SqliteResultLog(home.log).close()
    return home


@pytest.fixture
def people(home: Home) -> People:
    people = people_of(home)
    people.begin("Marta", bytearray(PIN), by=SYSTEM)
    return people


@pytest.mark.parametrize("taken_up", [True, False])
@pytest.mark.parametrize("edited", [False, True])
def test_users_that_are_deleted_or_edited_away_stay_on_and_that_is_recorded_once(
    home: Home, people: People, *, edited: bool, taken_up: bool
) -> None:
    if taken_up:
        assert take_up(home.root, home.log) == 0
    if edited:
        people.file.path.write_text(Book().model_dump_json(), encoding="utf-8")
    else:
        people.file.path.unlink()

    for _ in range(2):
        with pytest.raises(
            PeopleError, match=r"users are on at this station \(users switched on: Marta, by station, 20"
        ):
            people_of(home).without_sign_in()
    with pytest.raises(PeopleError, match="inspector users restart NAME"):
        people.begin("Eve", bytearray(PIN), by=SYSTEM)
    assert only_signed(Settings(), home)
    assert [row.event.on for row in waiting_rows(home.root, OUTSIDE)] == ["users.json"]
    take_up(home.root, home.log)
    with pytest.raises(PeopleError):
        book_of(home).read()
    assert TrailLog(home.log).count(OUTSIDE) == 1

    people.restart("Pim", bytearray(PIN))
    assert people.sign_in("Pim", bytearray(PIN)).name == "Pim"


def test_users_that_an_administrator_switched_off_may_be_deleted(home: Home, people: People) -> None:
    people.end(by=MARTA)
    people.file.path.unlink()
    assert not people_of(home).file.read().on


def test_users_stay_on_where_their_end_cannot_be_recorded(home: Home, people: People) -> None:
    take_up(home.root, home.log)
    (home.root / "trail").rename(home.root / "away")
    (home.root / "trail").write_text("no folder", encoding="utf-8")
    with pytest.raises(PeopleError, match="users stay on, as the audit trail cannot be written"):
        people.end(by=MARTA)
    assert people.file.read().on


def test_a_damaged_log_locks_nobody_out_whose_users_were_never_on(home: Home) -> None:
    home.log.write_bytes(b"no log")
    assert not people_of(home).file.read().on
