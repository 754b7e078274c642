"""Passwords of sources are in the keyring or in a file of this user's own, never in recipes or what is printed."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from inspector import passwords as module
from inspector.assembly import build_job, demo_recipe, find_recipe, open_log, places
from inspector.cli import main
from inspector.domain.errors import RecipeError
from inspector.passwords import SERVE, PasswordError, Passwords
from inspector.paths import Home
from inspector.recipes.recipe import load_recipe, save_next_version, save_recipe
from inspector.recipes.versions import history
from inspector.settings import Settings
from inspector.settings_file import save_settings
from tests.waits import WAIT_S

if TYPE_CHECKING:
    from inspector.recipes.recipe import Recipe

TYPED = "S3cr@t/Wort"
ADDRESS = f"rtsp://line:{TYPED}@127.0.0.1:9/stream1"
SHOWN = "rtsp://line:***@127.0.0.1:9/stream1"


class FakeKeyring:
    """Keeps passwords in memory.

    Args:
        works: False for one that refuses everything.
    """

    def __init__(self, *, works: bool = True) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self._works = works

    def get_password(self, service_name: str, username: str) -> str | None:
        if not self._works:
            raise OSError("locked")
        return self.kept.get((service_name, username))

    def set_password(self, service_name: str, username: str, password: str) -> None:
        if not self._works:
            raise OSError("locked")
        self.kept[service_name, username] = password

    def delete_password(self, service_name: str, username: str) -> None:
        if not self._works:
            raise OSError("locked")
        del self.kept[service_name, username]


def _recipe(source: str = ADDRESS, name: str = "Flange") -> Recipe:
    return demo_recipe().model_copy(update={"name": name, "source": source})


def _old_recipe(home: Home, version: int = 1) -> None:
    """Write a recipe as earlier versions did."""
    text = _recipe().model_copy(update={"version": version}).model_dump_json()
    for path in (home.recipes / "Flange.json", home.recipes / "history" / f"Flange.v{version}.json"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _texts(root: Path, *, but: str = "passwords.json") -> str:
    return "".join(
        path.read_bytes().decode(errors="replace") for path in root.rglob("*") if path.is_file() and path.name != but
    )


def test_a_saved_recipe_holds_no_password_and_its_source_is_opened_with_it(tmp_path: Path) -> None:
    home = Home(root=tmp_path)
    saved = save_next_version(_recipe(), home.recipes)
    assert saved.source == SHOWN
    assert find_recipe("Flange", home) == saved
    assert [version.recipe for version in history("Flange", home.recipes)] == [saved]
    assert "S3cr" not in _texts(tmp_path)
    assert Passwords(tmp_path).complete(SHOWN) == ADDRESS
    log = open_log(home.log)
    job = build_job(saved, Settings(), places(home, Settings()), log)
    try:
        assert job.open_source().name == SHOWN
    finally:
        log.close()


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_file_and_data_folder_are_the_users_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    save_recipe(_recipe(), home / "recipes")
    assert stat.S_IMODE((home / "passwords.json").stat().st_mode) == 0o600
    assert main(["recipe", "list", "--home", str(home)]) == 0
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    capsys.readouterr()
    made = tmp_path / "made"
    assert main(["recipe", "new", "X", "--source", "demo:", "--model", "demo", "--home", str(made)]) == 0
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    capsys.readouterr()
    other = tmp_path / "no data folder"
    other.mkdir(mode=0o755)
    assert main(["recipe", "list", "--home", str(other)]) == 0
    assert stat.S_IMODE(other.stat().st_mode) == 0o755


def test_a_keyring_that_works_is_used_and_the_file_is_not(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    kept = Passwords(tmp_path, keyring)
    assert kept.hide(ADDRESS) == SHOWN
    assert keyring.kept == {("inspector-station", SHOWN): ADDRESS}
    assert kept.complete(SHOWN) == ADDRESS
    assert list(tmp_path.iterdir()) == []


def test_what_was_in_the_file_moves_into_a_keyring_that_works_by_now(tmp_path: Path) -> None:
    Passwords(tmp_path, FakeKeyring(works=False)).hide(ADDRESS)
    kept = Passwords(tmp_path, FakeKeyring())
    kept.hide(ADDRESS.replace("S3cr", "N3w"))
    assert json.loads((tmp_path / "passwords.json").read_text()) == {"addresses": {}}
    assert kept.complete(SHOWN) == ADDRESS.replace("S3cr", "N3w")


def test_what_is_forgotten_is_neither_in_the_keyring_nor_in_the_file(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    Passwords(tmp_path, FakeKeyring(works=False)).hide(ADDRESS)
    kept = Passwords(tmp_path, keyring)
    keyring.set_password("inspector-station", SHOWN, ADDRESS)
    kept.forget(SHOWN)
    assert (kept.kept(SHOWN), keyring.kept) == (None, {})
    assert json.loads((tmp_path / "passwords.json").read_text()) == {"addresses": {}}
    kept.forget(SHOWN)


def test_a_keyring_that_keeps_what_shall_be_forgotten_is_said(tmp_path: Path) -> None:
    with pytest.raises(PasswordError, match="stays in the system's keyring"):
        Passwords(tmp_path, FakeKeyring(works=False)).forget(SHOWN)


def test_settings_without_a_password_forget_the_one_that_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    database = "postgresql://ins:s3cr3t@db.plant/quality"
    kept = save_settings(Settings(serve_password="corridor-lamp-9", forward_to=database), path)
    passwords = Passwords(tmp_path)
    assert passwords.kept(SERVE) == "corridor-lamp-9"
    assert passwords.kept(kept.forward_to) == database
    save_settings(kept.model_copy(update={"station": "Station 7"}), path)
    assert passwords.kept(SERVE) == "corridor-lamp-9"
    save_settings(kept.model_copy(update={"serve_password": "", "forward_to": ""}), path)
    assert (passwords.kept(SERVE), passwords.kept(kept.forward_to)) == (None, None)


def test_a_keyring_that_does_not_answer_holds_nothing_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answer = threading.Event(), threading.Event()

    class Locked(FakeKeyring):
        def get_password(self, service_name: str, username: str) -> str | None:
            asked.set()
            answer.wait(WAIT_S)
            return super().get_password(service_name, username)

    monkeypatch.setattr(module, "_LIMIT_S", 0.01)
    try:
        assert Passwords(tmp_path, Locked()).hide(ADDRESS) == SHOWN
    finally:
        answer.set()
    assert asked.wait(WAIT_S)
    assert Passwords(tmp_path, FakeKeyring(works=False)).complete(SHOWN) == ADDRESS


def test_a_changed_password_takes_the_place_of_the_old_one_and_another_token_does_not(tmp_path: Path) -> None:
    kept = Passwords(tmp_path)
    kept.hide(ADDRESS)
    assert kept.hide("rtsp://line:other@127.0.0.1:9/stream1", replace=False) == SHOWN
    assert kept.complete(SHOWN) == ADDRESS
    assert kept.hide("rtsp://line:other@127.0.0.1:9/stream1") == SHOWN
    assert kept.complete(SHOWN) == "rtsp://line:other@127.0.0.1:9/stream1"
    first, second = (kept.hide(f"https://h/live/TOKENOF{camera}") for camera in ("AAAA", "BBBB"))
    assert (first, second) == ("https://h/live/***", "https://h/live/***2")
    assert kept.complete(second) == "https://h/live/TOKENOFBBBB"
    assert kept.hide("https://h/live/TOKENOFAAAA") == first


def test_a_password_that_is_not_known_is_said_with_what_to_do(tmp_path: Path) -> None:
    kept = Passwords(tmp_path)
    assert kept.lacks(SHOWN)
    with pytest.raises(PasswordError, match="is not known on this computer. Type the whole address once more"):
        kept.complete(SHOWN)
    with pytest.raises(PasswordError, match="Type the whole address"):
        kept.hide("http://u:***@h/v?token=abc")
    (tmp_path / "passwords.json").write_text("[" * 100_000)
    with pytest.raises(PasswordError, match=r"passwords.json is nested deeper"):
        kept.complete(SHOWN)
    with pytest.raises(RecipeError, match=r"passwords.json is nested deeper"):
        save_recipe(_recipe(), tmp_path / "recipes")
    assert kept.hide("demo:") == kept.complete("demo:") == "demo:"


def test_a_recipe_of_an_earlier_version_is_read_and_loses_its_password_when_it_is_saved(tmp_path: Path) -> None:
    home = Home(root=tmp_path)
    _old_recipe(home)
    os.utime(home.recipes / "history" / "Flange.v1.json", (1e9, 1e9))
    recipe = find_recipe("Flange", home)
    assert recipe.source == SHOWN
    assert Passwords(tmp_path).complete(recipe.source) == ADDRESS
    assert "S3cr" in _texts(home.recipes)
    assert save_next_version(recipe, home.recipes).version == 2
    assert "S3cr" not in _texts(home.recipes)
    versions = history("Flange", home.recipes)
    assert [(version.version, version.changed) for version in versions] == [(1, ()), (2, ())]
    assert versions[0].saved.timestamp() == 1e9


def test_the_password_of_a_recipe_from_elsewhere_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, home = tmp_path / "Flange.json", ("--home", str(tmp_path / "home"))
    file.write_text(_recipe(SHOWN).model_dump_json())
    assert main(["recipe", "save", str(file), *home]) == 0
    assert (
        f"that of {SHOWN} is not known on this computer: inspector recipe password “Flange”" in capsys.readouterr().err
    )
    monkeypatch.setattr(sys, "stdin", io.StringIO(TYPED + "\n"))
    assert main(["recipe", "password", "Flange", *home]) == 0
    assert "S3cr" not in "".join(capsys.readouterr())
    assert Passwords(tmp_path / "home").complete(SHOWN) == ADDRESS
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    assert main(["recipe", "password", "Flange", *home]) == 1
    assert "no password was typed" in capsys.readouterr().err
    assert main(["recipe", "password", "Demo line", *home]) == 1
    assert "needs no password" in capsys.readouterr().err


def test_no_command_tells_the_password_and_no_file_holds_it(tmp_path: Path) -> None:
    """The commands as processes; every word that they print and every file that they write is searched."""
    home, file = Home(root=tmp_path / "home"), tmp_path / "mine.json"
    _old_recipe(home)
    file.write_text(_recipe(name="Mine").model_dump_json())
    (home.root / "settings.json").write_text(json.dumps({"recipe": "Flange"}))
    commands = [
        ("recipe", "show", "Flange"),
        ("recipe", "show", str(file), "--json"),
        ("recipe", "save", str(file), "--json"),
        ("recipe", "new", "Other", "--source", ADDRESS, "--model", "demo"),
        ("recipe", "new", "a/b", "--source", ADDRESS, "--model", "demo"),
        ("recipe", "new", "Wrong", "--source", ADDRESS.replace("rtsp", "rstp"), "--model", "demo"),
        ("recipe", "thresholds", "Flange", "--fail-at", "0.5", "--why", "test"),
        ("recipe", "history", "Flange", "--json"),
        ("recipe", "list"),
        ("run", "--source", ADDRESS.replace("rtsp", "http"), "--headless", "--max-parts", "1", "--recipe", "Flange", "--seed", "1"),
        ("run", ADDRESS),
        ("doctor", "--save", str(tmp_path / "doctor.txt")),
        ("log", "export", "--json"),
    ]  # fmt: skip
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", "inspector", *command, "--home", str(home.root)],
            capture_output=True,
            text=True,
            timeout=WAIT_S,
            check=False,
        )
        assert "S3cr" not in done.stdout + done.stderr, command
    file.unlink()
    assert "S3cr" not in _texts(tmp_path)
    assert {load_recipe(path).source for path in home.recipes.glob("*.json")} == {SHOWN}
    assert Passwords(home.root).complete(SHOWN) == ADDRESS
