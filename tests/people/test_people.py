"""Signing in and changing users."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from inspector.domain.errors import InspectorError
from inspector.people.actor import NOBODY_SIGNED_IN, Actor, KnownBy, NotAllowedError
from inspector.people.book import PeopleError
from inspector.people.hashing import SecretHasher, WeakSecretError, fits, is_hash, wipe
from inspector.people.people import FIRST_LOCK_S, FREE_TRIES, LONGEST_LOCK_S, Act, LockedError, SignInError
from inspector.people.roles import Permission, Role
from inspector.user import user_name
from tests.logs import told
from tests.people.hands import BOSS, BOSS_PIN, CHEAP, MARTA, SYSTEM, Station

WRONG = b"000001"
_DISGUISE = 0x5A
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path)


# --- who acts -----------------------------------------------------------------------------------------------------------


def test_without_users_the_computers_user_acts_and_may_do_everything(tmp_path: Path) -> None:
    actor = Station(tmp_path, begun=False).people.without_sign_in()
    assert (actor.name, actor.known_by) == (user_name(), KnownBy.SYSTEM)
    assert [permission for permission in Permission if actor.refused(permission)] == []
    assert list(tmp_path.iterdir()) == []


def test_with_users_on_an_operator_acts_until_somebody_signs_in(station: Station) -> None:
    assert station.people.without_sign_in() == NOBODY_SIGNED_IN
    assert station.sign_in() == Actor(name=BOSS, role=Role.ADMINISTRATOR, known_by=KnownBy.SIGNED_IN)


def test_what_each_role_may_do() -> None:
    def may(role: Role, known_by: KnownBy = KnownBy.SIGNED_IN) -> set[str]:
        actor = Actor(name="Pim", role=role, known_by=known_by)
        return {permission.name for permission in Permission if not actor.refused(permission)}

    operator = {"RUN", "RECIPE_CHOICE", "LOT", "ACKNOWLEDGE"}
    engineer = operator | {
        "CHALLENGE",
        "REVIEW",
        "OWN_PIN",
        "THRESHOLDS",
        "RECIPES",
        "MODELS",
        "TRAINING",
        "STUDY",
        "VALIDATION",
        "SETTINGS",
        "EXPORT",
        "KIOSK",
    }
    assert may(Role.OPERATOR, KnownBy.NOBODY) == operator
    assert may(Role.OPERATOR) == operator | {"CHALLENGE", "REVIEW", "OWN_PIN"}
    assert may(Role.ENGINEER) == engineer
    assert may(Role.ADMINISTRATOR) == engineer | {"USERS", "RESTORE"}


def test_a_refusal_says_who_is_needed_and_who_is_there() -> None:
    with pytest.raises(NotAllowedError, match="Changing thresholds needs an engineer; nobody is signed in"):
        NOBODY_SIGNED_IN.require(Permission.THRESHOLDS)
    pim = Actor(name="Pim", role=Role.OPERATOR, known_by=KnownBy.SIGNED_IN)
    with pytest.raises(NotAllowedError, match="Changing users needs an administrator; Pim is an operator"):
        pim.require(Permission.USERS)


# --- signing in ---------------------------------------------------------------------------------------------------------


def test_a_name_counts_whatever_its_capitals_and_stands_as_it_was_made(station: Station) -> None:
    assert station.sign_in("  marta ").name == BOSS


@pytest.mark.parametrize("name", [BOSS, "Nobody"])
def test_a_wrong_name_and_a_wrong_password_are_refused_alike(station: Station, name: str) -> None:
    with pytest.raises(SignInError, match="^name or password is wrong"):
        station.sign_in(name, WRONG)


def test_guessing_is_locked_for_longer_and_longer_and_heals(station: Station) -> None:
    def guess() -> str:
        try:
            station.sign_in(secret=WRONG)
        except LockedError:
            return "locked"
        except SignInError:
            return "wrong"
        return "in"

    assert [guess() for _ in range(FREE_TRIES + 3)] == ["wrong"] * FREE_TRIES + ["locked"] * 3
    station.clock.go_on(FIRST_LOCK_S - 1)
    with pytest.raises(LockedError, match="Marta is locked after 5 or more wrong passwords. Try again in 1 s"):
        station.sign_in()  # the right one is locked out, too
    station.clock.go_on(2)
    assert [guess(), guess()] == ["wrong", "locked"]
    station.clock.go_on(FIRST_LOCK_S + 1)
    assert guess() == "locked"  # twice as long now
    station.clock.go_on(FIRST_LOCK_S)
    assert station.sign_in().name == BOSS
    assert [guess(), guess()] == ["wrong", "wrong"]


def test_brute_force_gets_few_guesses_a_day(station: Station) -> None:
    guesses = 0
    for _ in range(24 * 12):
        station.clock.go_on(300)
        try:
            station.sign_in(secret=WRONG)
        except LockedError:
            continue
        except SignInError:
            guesses += 1
    assert guesses <= FREE_TRIES + 4 + 24 * 3600 / LONGEST_LOCK_S


def test_a_lock_survives_a_restart(station: Station) -> None:
    for _ in range(FREE_TRIES):
        with pytest.raises(SignInError):
            station.sign_in(secret=WRONG)
    with pytest.raises(LockedError):
        station.open().sign_in(BOSS, bytearray(BOSS_PIN))


@pytest.mark.parametrize("back_s", [1, FIRST_LOCK_S, 86_400, 3e8])
def test_a_clock_set_back_neither_shortens_a_lock_nor_keeps_it_for_ever(station: Station, back_s: float) -> None:
    for _ in range(FREE_TRIES):
        with pytest.raises(SignInError):
            station.sign_in(secret=WRONG)
    station.clock.go_on(-back_s)
    with pytest.raises(LockedError) as locked:
        station.sign_in()
    assert locked.value.left_s == FIRST_LOCK_S
    station.clock.go_on(FIRST_LOCK_S - 1)
    with pytest.raises(LockedError):
        station.sign_in()
    station.clock.go_on(1)
    assert station.sign_in().name == BOSS


def test_a_try_is_counted_before_the_password_is_looked_at(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who kills the program while it compares wins no further guess."""

    def killed(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr("inspector.people.people.fits", killed)
    with pytest.raises(KeyboardInterrupt):
        station.sign_in()
    user = station.people.file.read().find(BOSS)
    assert user is not None
    assert user.wrong == 1


def test_guesses_of_two_processes_at_once_are_all_counted(station: Station) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.people.hands import CHEAP; "
        "from inspector.people.people import People, SignInError\n"
        "for _ in range(2):\n"
        "    try: People(Path(sys.argv[1]), hasher=CHEAP).sign_in('Marta', bytearray(b'000001'))\n"
        "    except SignInError: pass\n"
    )
    command = [sys.executable, "-c", code, str(station.root)]
    running = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait() for process in running] == [0, 0]
    user = station.people.file.read().find(BOSS)
    assert user is not None
    assert user.wrong == 4


def test_a_disabled_user_is_not_let_in(station: Station) -> None:
    station.add("Pim", Role.ENGINEER)
    pim = station.sign_in("Pim", b"480271")
    station.people.set_disabled("Pim", disabled=True, by=MARTA)
    with pytest.raises(SignInError):
        station.sign_in("Pim", b"480271")
    assert station.people.still(pim) is None
    station.people.set_disabled("Pim", disabled=False, by=MARTA)
    assert station.sign_in("Pim", b"480271") == pim


# --- changing users -----------------------------------------------------------------------------------------------------


def test_the_last_administrator_stays(station: Station) -> None:
    for change in (
        lambda: station.people.remove(BOSS, by=MARTA),
        lambda: station.people.set_role(BOSS, Role.ENGINEER, by=MARTA),
        lambda: station.people.set_disabled(BOSS, disabled=True, by=MARTA),
    ):
        with pytest.raises(PeopleError, match="Marta is the last administrator"):
            change()
    station.add("Pim", Role.ADMINISTRATOR)
    station.people.remove(BOSS, by=MARTA)
    assert [user.name for user in station.people.file.read().users] == ["Pim"]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ENGINEER])
def test_only_an_administrator_changes_users(station: Station, role: Role) -> None:
    pim = Actor(name="Pim", role=role, known_by=KnownBy.SIGNED_IN)
    station.add("Pim", role)
    before = station.people.file.path.read_bytes()
    for change in (
        lambda: station.people.add("Eve", Role.ADMINISTRATOR, bytearray(b"480271"), by=pim),
        lambda: station.people.set_role("Pim", Role.ADMINISTRATOR, by=pim),
        lambda: station.people.set_disabled(BOSS, disabled=True, by=pim),
        lambda: station.people.remove(BOSS, by=pim),
        lambda: station.people.set_secret(BOSS, bytearray(b"480271"), by=pim),
        lambda: station.people.end(by=pim),
    ):
        with pytest.raises(NotAllowedError):
            change()
    assert station.people.file.path.read_bytes() == before


def test_everybody_may_set_the_own_password(station: Station) -> None:
    station.add("Pim", Role.OPERATOR)
    pim = station.sign_in("Pim", b"480271")
    station.people.set_secret("pim", bytearray(b"different"), by=pim)
    assert station.sign_in("Pim", b"different") == pim


def test_what_is_changed_is_told_with_who_did_it(station: Station) -> None:
    station.add("Pim", Role.OPERATOR)
    station.people.set_role("Pim", Role.ENGINEER, by=MARTA)
    station.people.set_secret("Pim", bytearray(b"different"), by=MARTA)
    with pytest.raises(SignInError):
        station.sign_in("Pim", WRONG)
    station.people.signed_out(station.sign_in("Pim", b"different"), "by hand")
    station.people.end(by=MARTA)
    assert station.acts == [
        "users switched on", "user added", "role changed", "password set", "sign-in refused", "sign-in", "sign-out",
        "users switched off",
    ]  # fmt: skip
    assert station.events[0].by == SYSTEM
    assert (station.events[2].about, station.events[2].words, station.events[2].by) == (
        "Pim", "operator → engineer", MARTA,
    )  # fmt: skip
    assert station.people.without_sign_in().known_by is KnownBy.SYSTEM


def test_a_forgotten_password_leaves_a_trace(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    station.people.set_forgotten(BOSS, bytearray(b"remembered"))
    assert (station.events[-1].act, station.events[-1].by.known_by) == (Act.FORGOTTEN, KnownBy.SYSTEM)
    user = station.people.file.read().find(BOSS)
    assert user is not None
    assert user.reset_by == user_name()
    assert station.sign_in(secret=b"remembered").name == BOSS
    if hasattr(os, "getuid"):
        monkeypatch.setattr(os, "getuid", lambda: station.root.stat().st_uid + 1)
        with pytest.raises(PeopleError, match="belongs to another user of this computer"):
            station.people.set_forgotten(BOSS, bytearray(b"remembered"))


@pytest.mark.parametrize("secret", [b"12345", b"123456", b"654321", b"000000", b"x" * 129])
def test_what_is_guessed_at_once_is_no_password(station: Station, secret: bytes) -> None:
    with pytest.raises(WeakSecretError):
        station.add("Pim", Role.OPERATOR, secret)
    assert station.people.file.read().find("Pim") is None


# --- the file -----------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="no such modes")
def test_the_file_is_for_its_owner_only_and_holds_no_password(station: Station) -> None:
    assert stat.S_IMODE(station.people.file.path.stat().st_mode) == 0o600
    assert BOSS_PIN not in station.people.file.path.read_bytes()


def _spoil(text: str, what: str) -> str:
    book = json.loads(text)
    if what == "cut short":
        return text[: len(text) // 2]
    if what == "role":
        book["users"][0]["role"] = "owner"
    elif what == "hash":
        book["users"][0]["kept"] = "729163"
    elif what == "costs":
        book["users"][0]["kept"] = book["users"][0]["kept"].replace("m=64", "m=4194304")
    elif what == "no administrator":
        book["users"] = []
    elif what == "newer":
        book["version"] = 2
    else:
        return what
    return json.dumps(book)


@pytest.mark.parametrize(
    "what", ["cut short", "role", "hash", "costs", "no administrator", "newer", "", "[]", '{"on": false, "off": 1}']
)
def test_a_damaged_file_lets_nobody_in_and_says_so(station: Station, what: str) -> None:
    path = station.people.file.path
    path.write_text(_spoil(path.read_text(encoding="utf-8"), what), encoding="utf-8")
    spoilt = path.read_bytes()
    for call in (station.sign_in, station.people.without_sign_in):
        with pytest.raises(PeopleError, match="cannot be read, so nobody can sign in"):
            call()
    with pytest.raises(PeopleError):
        station.people.begin("Eve", bytearray(b"480271"), by=SYSTEM)
    assert path.read_bytes() == spoilt
    station.people.restart("Pim", bytearray(b"480271"))
    assert station.sign_in("Pim", b"480271").role is Role.ADMINISTRATOR
    assert station.acts[-2:] == [Act.RESTARTED.value, "sign-in"]


def test_users_that_can_be_read_are_not_begun_again(station: Station) -> None:
    with pytest.raises(PeopleError, match="can be read"):
        station.people.restart("Eve", bytearray(b"480271"))


def test_a_try_that_cannot_be_counted_is_refused(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise PeopleError("the users cannot be written: the disk is full", "Free space.")

    monkeypatch.setattr(type(station.people.file), "write", full)
    with pytest.raises(PeopleError, match="the disk is full"):
        station.sign_in()


# --- passwords ----------------------------------------------------------------------------------------------------------


def test_hashes_are_those_of_the_library() -> None:
    secret = bytearray("Straße 7".encode())
    assert PasswordHasher().verify(SecretHasher().hashed(secret), bytes(secret))
    assert fits(secret, PasswordHasher(time_cost=1, memory_cost=64, parallelism=4).hash(bytes(secret)))
    assert not fits(bytearray(b"Strasse 7"), CHEAP.hashed(secret))
    assert not fits(bytearray(), CHEAP.hashed(secret))
    assert not is_hash(PasswordHasher(memory_cost=1 << 21).hash("x").replace("argon2id", "argon2i"))


def test_what_is_logged_and_told_holds_no_password(station: Station) -> None:
    for name, secret in ((BOSS, b"zebra-wrong"), ("zebra-as-name", b"x")):
        with told("inspector") as said, pytest.raises(SignInError) as caught:
            station.sign_in(name, secret)
        assert "zebra" not in f"{traceback.format_exception(caught.value)}{said}{station.events}"


def test_a_crash_while_comparing_reports_no_password(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.people.hashing.extract_parameters", None)
    with pytest.raises(TypeError) as caught:
        station.sign_in()
    assert BOSS_PIN.decode() not in "".join(traceback.format_exception(caught.value))


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="memory cannot be looked at")
def test_a_password_does_not_stay_in_memory(station: Station) -> None:
    """Hashed and checked where it lies, and then overwritten: no copy is left behind for a dump to hold."""
    hidden = os.urandom(24)  # the password in disguise: nothing else of this test may hold it
    typed = bytearray(len(hidden))
    for place, letter in enumerate(hidden):
        typed[place] = letter ^ _DISGUISE
    station.people.set_secret(BOSS, typed, by=MARTA)
    station.people.sign_in(BOSS, typed)
    wipe(typed)
    assert _copies_in_memory(hidden) == 0
    kept = bytes(letter ^ _DISGUISE for letter in hidden)
    assert _copies_in_memory(hidden) >= 1, "a copy would be seen"
    del kept


def _copies_in_memory(hidden: bytes) -> int:
    """Count a text in this process's memory, which is given in disguise so that it is not what is found."""
    table = bytes(letter ^ _DISGUISE for letter in range(256))
    count = 0
    with Path("/proc/self/maps").open(encoding="utf-8") as maps, Path("/proc/self/mem").open("rb", 0) as memory:
        areas = [line.split() for line in maps if " rw-p " in line and "[v" not in line]
        for area in areas:
            begin, end = (int(part, 16) for part in area[0].split("-"))
            memory.seek(begin)
            try:
                count += memory.read(end - begin).translate(table).count(hidden)
            except (OSError, ValueError):
                continue
    return count


def test_every_error_of_users_says_what_to_do(station: Station) -> None:
    with pytest.raises(InspectorError) as caught:
        station.people.remove("Eve", by=MARTA)
    assert caught.value.next_step
