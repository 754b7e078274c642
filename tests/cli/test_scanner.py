"""The line in the terminal with a code scanner over TCP: parts get their numbers, a recipe's code changes the recipe."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from inspector.domain.scanner import ScannerKind, ScanUse
from inspector.paths import Home
from inspector.recipes.recipe import Recipe, save_recipe
from inspector.settings import Settings
from inspector.settings_file import save_settings
from tests.bundles import make_bundle
from tests.gui.conftest import picture
from tests.scanners.scanning import ListeningScanner
from tests.waits import WAIT_S

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def headless(home: Home, *arguments: str) -> Iterator[tuple[IO[str], IO[str]]]:
    command = [sys.executable, "-m", "inspector", "run", "--headless", "--json", *arguments, "--home", str(home.root)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    watchdog = threading.Timer(WAIT_S, process.kill)
    watchdog.start()
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        yield process.stdout, process.stderr
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()


def says(stream: IO[str], words: str) -> bool:
    return any(words in line for line in iter(stream.readline, ""))


def test_parts_are_named_and_the_recipe_is_changed(tmp_path: Path) -> None:
    home = Home(root=tmp_path / "home")
    make_bundle(home.models / "tiny")
    folders = {name: tmp_path / name for name in ("Cap", "Lid")}
    for name, folder in folders.items():
        folder.mkdir()
        recipe = Recipe(name=name, source=f"folder:{folder}", model="tiny", scanned_code=f"R-{name}", needs_scan=True)
        save_recipe(recipe, home.recipes)
    with closing(ListeningScanner()) as scanner:
        settings = Settings(
            scanner=ScannerKind.TCP,
            scanner_address=scanner.address,
            scanner_use=ScanUse.EITHER,
            scanner_within_s=3600.0,
            scanner_lot="LOT:*",
        )
        save_settings(settings, home.settings)
        picture(folders["Cap"] / "1.png", bad=False)
        with headless(home, "--recipe", "Cap") as (out, err):
            rows = [json.loads(out.readline())]
            scanner.accept()
            scanner.send(b"SN-1\r\n")
            assert says(err, "last code “SN-1” at ")
            picture(folders["Cap"] / "2.png", bad=False)
            rows.append(json.loads(out.readline()))
            scanner.send(b"LOT:2411-7\r\nR-Lid\r\n")
            assert says(err, "scanner: the code “R-Lid” was scanned: Lid is in use instead of Cap")
            picture(folders["Lid"] / "1.png", bad=True)
            rows.append(json.loads(out.readline()))
            scanner.hang_up()
            assert says(err, "scanner: No code can be scanned: the scanner at ")
    assert [(row["recipe"], row["part_serial"] or "", row["lot"] or "", row["verdict"]) for row in rows] == [
        ("Cap", "", "", "ERROR"),
        ("Cap", "SN-1", "", "PASS"),
        ("Lid", "", "2411-7", "ERROR"),
    ]
    assert rows[0]["reason"] == "no code was scanned for this part"


def test_a_keyboard_is_said_to_need_the_window(tmp_path: Path) -> None:
    home = Home(root=tmp_path / "home")
    make_bundle(home.models / "tiny")
    (tmp_path / "pictures").mkdir()
    save_settings(Settings(scanner=ScannerKind.KEYBOARD), home.settings)
    with headless(home, "--source", f"folder:{tmp_path / 'pictures'}", "--model", "tiny") as (_, err):
        assert says(err, "scanner: one that types as a keyboard needs the window. Use its serial port, or TCP.")
