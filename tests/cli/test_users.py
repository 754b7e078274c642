"""Users on the command line: who may call what, and how a password comes in."""

from __future__ import annotations

import argparse
import io
import json
import os
from typing import TYPE_CHECKING

import pytest

from inspector.assembly import places
from inspector.checks import examine
from inspector.cli import build_parser, main
from inspector.domain.errors import RecipeError
from inspector.paths import Home
from inspector.people.roles import LEAST, Permission, Role
from inspector.settings import Settings
from tests.people.hands import BOSS, BOSS_PIN, MARTA, Station

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PIN = BOSS_PIN.decode()
#: What each command needs; all others only look, or change nothing that decides.
NEEDS = {
    **dict.fromkeys(("recipe new", "recipe save", "recipe sign", "recipe password"), Permission.RECIPES),
    **{f"recipe {name}": Permission.RECIPES for name in ("copy", "rename", "delete", "restore", "import")},
    "recipe export": Permission.EXPORT,
    "recipe thresholds": Permission.THRESHOLDS,
    **dict.fromkeys(("challenge set", "challenge withdraw"), Permission.RECIPES),
    **dict.fromkeys(("challenge replay", "challenge lens-or-lamp"), Permission.CHALLENGE),
    **dict.fromkeys(("model promote", "model rollback", "model sign"), Permission.MODELS),
    **dict.fromkeys(("regression release", "regression relock"), Permission.MODELS),
    **dict.fromkeys(("shadow start", "shadow stop"), Permission.MODELS),
    **dict.fromkeys(("review judge", "review undo"), Permission.REVIEW),
    **dict.fromkeys(("msa new", "msa station"), Permission.STUDY),
    "msa judge": Permission.REVIEW,
    "msa report": Permission.EXPORT,
    **dict.fromkeys(("dossier begin", "dossier run"), Permission.VALIDATION),
    **dict.fromkeys(("review learning", "review manifest"), Permission.TRAINING),
    **dict.fromkeys(("results export", "results report", "log export"), Permission.EXPORT),
    **dict.fromkeys(
        ("fleet connect", "fleet disconnect", "fleet history", "fleet pictures", "fleet upgrade", "fleet replace"),
        Permission.SETTINGS,
    ),
    **dict.fromkeys(("mqtt connect", "mqtt disconnect", "mqtt history"), Permission.SETTINGS),
    "restore": Permission.RESTORE,  # a backup asks by itself: the station's own are made by its settings
    **{f"users {name}": Permission.USERS for name in ("on", "off", "add", "role", "disable", "enable", "remove")},
}


@pytest.fixture(autouse=True)
def stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    """The computer's user is none of the station's, and no keyring answers."""
    monkeypatch.setenv("LOGNAME", "stranger")
    for name in ("INSPECTOR_USER", "INSPECTOR_PASSWORD", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def station(tmp_path: Path) -> Station:
    station = Station(tmp_path)
    station.add("Pim", Role.OPERATOR)
    return station


def call(station: Station, *arguments: str, typed: str = "", monkeypatch: pytest.MonkeyPatch | None = None) -> int:
    if monkeypatch is not None:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return main([*arguments, "--home", str(station.root)])


NEW = ("recipe", "new", "Lids", "--source", "demo:", "--model", "demo")


def _commands(parser: argparse.ArgumentParser, before: tuple[str, ...] = ()) -> Iterator[tuple[str, object]]:
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield " ".join(before), parser.get_default("needs")
    for group in groups:
        for name, inner in group.choices.items():
            yield from _commands(inner, (*before, name))


def test_what_each_command_needs() -> None:
    assert {name: needed for name, needed in _commands(build_parser()) if needed is not None} == NEEDS


def test_nothing_is_asked_where_users_are_off(tmp_path: Path) -> None:
    assert call(Station(tmp_path, begun=False), *NEW) == 0


def test_a_command_that_needs_somebody_is_refused_without(station: Station, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(station, *NEW) == 1
    assert "Changing a recipe needs an engineer; nobody is signed in" in capsys.readouterr().err
    assert not (station.root / "recipes").exists()


def test_the_password_is_a_line_of_stdin(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(station, *NEW, "--user", BOSS, typed=f"{PIN}\n", monkeypatch=monkeypatch) == 0


def test_the_password_is_in_the_environment_and_is_not_handed_on(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSPECTOR_USER", BOSS)
    monkeypatch.setenv("INSPECTOR_PASSWORD", PIN)
    assert call(station, *NEW) == 0
    assert "INSPECTOR_PASSWORD" not in os.environ


def test_a_role_that_is_too_low_is_said(
    station: Station, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(station, *NEW, "--user", "Pim", typed="480271\n", monkeypatch=monkeypatch) == 1
    assert "Changing a recipe needs an engineer; Pim is an operator" in capsys.readouterr().err


def test_a_wrong_password_is_refused_and_written_nowhere(
    station: Station, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(station, *NEW, "--user", BOSS, typed="hunter2secret\n", monkeypatch=monkeypatch) == 1
    said = capsys.readouterr()
    assert "name or password is wrong" in said.err
    held = b"".join(path.read_bytes() for path in station.root.rglob("*") if path.is_file())
    assert b"hunter2secret" not in held + said.err.encode() + said.out.encode()


def test_the_name_in_the_record_is_that_of_who_signed_in(
    station: Station, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(station, *NEW, "--user", BOSS, typed=f"{PIN}\n", monkeypatch=monkeypatch) == 0
    thresholds = ("recipe", "thresholds", "Lids", "--fail-at", "0.7", "--why", "fewer escapes", "--user", BOSS)
    assert call(station, *thresholds, "--author", "Eve", typed=f"{PIN}\n", monkeypatch=monkeypatch) == 1
    assert "Marta is signed in, and --author says Eve" in capsys.readouterr().err
    assert call(station, *thresholds, "--json", typed=f"{PIN}\n", monkeypatch=monkeypatch) == 0
    assert json.loads(capsys.readouterr().out)["change"]["author"] == BOSS


@pytest.mark.parametrize("own", [("--source", "demo:"), ("--recipe", "other.json"), ("--log", "elsewhere.sqlite3")])
def test_an_operator_runs_the_stations_own_recipe_only(
    station: Station, own: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = ("--recipe", "Demo line") if own[0] == "--log" else ()
    assert call(station, "run", *own, *recipe, "--headless", "--max-parts", "1") == 1
    assert "Changing a recipe needs an engineer" in capsys.readouterr().err


def test_an_operator_runs_without_signing_in(station: Station) -> None:
    assert call(station, "run", "--recipe", "Demo line", "--headless", "--max-parts", "1", "--as-fast-as-possible") == 0


def test_a_damaged_file_stops_changes_and_not_the_line(station: Station, capsys: pytest.CaptureFixture[str]) -> None:
    station.people.file.path.write_text("{", encoding="utf-8")
    assert call(station, *NEW, "--user", BOSS) == 1
    assert "cannot be read, so nobody can sign in" in capsys.readouterr().err
    assert call(station, "run", "--recipe", "Demo line", "--headless", "--max-parts", "1", "--as-fast-as-possible") == 0


def test_users_are_listed_and_changed(
    station: Station, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def change(*arguments: str, typed: str = "") -> int:
        return call(station, "users", *arguments, "--user", BOSS, typed=f"{PIN}\n{typed}", monkeypatch=monkeypatch)

    assert change("add", "Ada", "engineer", typed="839201\n") == 0
    assert change("role", "Pim", "engineer") == 0
    assert change("disable", "Ada") == 0
    assert change("remove", BOSS) == 1
    assert change("reset", "Ada", typed="different\n") == 0
    assert call(station, "users", "reset", "Pim", "--forgotten", typed="remembered\n", monkeypatch=monkeypatch) == 0
    capsys.readouterr()
    assert call(station, "users", "list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["on"] is True
    assert [(user["name"], user["role"], user["disabled"], user["reset_by"]) for user in listed["users"]] == [
        (BOSS, "administrator", False, ""), ("Pim", "engineer", False, "stranger"), ("Ada", "engineer", True, ""),
    ]  # fmt: skip
    assert change("off") == 0
    assert call(station, *NEW) == 0


def test_an_operator_sets_the_own_password_and_no_other(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = "480271\nremembered\n"
    assert call(station, "users", "reset", BOSS, "--user", "Pim", typed=typed, monkeypatch=monkeypatch) == 1
    assert call(station, "users", "reset", "Pim", "--user", "Pim", typed=typed, monkeypatch=monkeypatch) == 0


def test_the_table_of_roles_is_printed(station: Station, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(station, "users", "roles", "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["roles"]) == len(LEAST)


def test_doctor_says_whether_users_are_on(station: Station) -> None:
    def look() -> tuple[str, str]:
        where = places(Home(root=station.root), Settings())
        checks = examine(where, Settings(), [], RecipeError("no recipe", "Make one."))
        check = next(check for check in checks if check.name == "users")
        return check.state.value, check.result

    assert look() == ("ok", "on: 1 operator, 1 administrator")
    whole = station.people.file.path.read_text(encoding="utf-8")
    station.people.file.path.write_text("{", encoding="utf-8")
    assert look()[0] == "fault"
    station.people.file.path.write_text(whole, encoding="utf-8")
    station.people.end(by=MARTA)
    assert look() == ("ok", "off: nobody signs in")
