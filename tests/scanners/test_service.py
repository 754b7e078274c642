"""The scanner of the settings, with real counterparts: a listening socket, and a pair of pseudo terminals (socat)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from pydantic import ValidationError

from inspector.domain.errors import InspectorError, RecipeError
from inspector.domain.scanner import ScannerKind, ScanUse
from inspector.recipes.recipe import Recipe, save_recipe
from inspector.recipes.scanned import CodedRecipe, check_own_code
from inspector.scanners.ports import ScannerError, try_scanner
from inspector.scanners.service import ScannerService
from inspector.settings import Settings
from tests.ports import free_port
from tests.scanners.scanning import ListeningScanner, PartNames
from tests.terminals import opened
from tests.waits import WAIT_S, until


class Box:
    """Settings that a test changes."""

    def __init__(self, **settings: object) -> None:
        self.settings = Settings.model_validate({"scanner_within_s": 3600.0} | settings)
        self.lots: list[str] = []

    def set(self, **changes: object) -> None:
        self.settings = self.settings.model_copy(update=changes)


@contextmanager
def reading(box: Box, recipes: Path) -> Iterator[tuple[ScannerService, PartNames]]:
    engine = PartNames()
    service = ScannerService(engine, settings=lambda: box.settings, recipes=recipes, use_lot=box.lots.append)
    service.start()
    try:
        yield service, engine
    finally:
        service.stop()


def tcp(scanner: ListeningScanner, **more: object) -> Box:
    return Box(scanner=ScannerKind.TCP, scanner_address=scanner.address, **more)


def recipe(name: str, code: str, folder: Path) -> Path:
    return save_recipe(Recipe(name=name, source="demo:", model="tiny", scanned_code=code), folder)


def test_each_code_names_a_part_and_what_becomes_of_it_is_said(tmp_path: Path) -> None:
    with closing(ListeningScanner()) as scanner, reading(tcp(scanner), tmp_path) as (service, engine):
        scanner.accept()
        until(lambda: service.status().short == "Scanner connected")
        assert service.status().words == f"Text over TCP {scanner.address}: connected; no code has come yet."
        for number in range(30):
            scanner.send(f"SN-{number}\r\n".encode())
            until(lambda: len(engine.codes) > number)  # noqa: B023 - it is asked at once
            until(lambda: service.status().short.endswith("waits for its part"))
            assert engine.serials.take() == (f"SN-{number}", "")
            assert service.status().short.endswith(f"SN-{number} · given to its part")
        assert service.status().fault == ""
        engine.runs = False
        assert service.status().short.endswith("not used: the line stopped before its part came")
    assert engine.codes == [(f"SN-{number}", 3600.0) for number in range(30)]


def test_two_codes_before_a_part_and_a_code_without_a_line_are_said(tmp_path: Path) -> None:
    with closing(ListeningScanner()) as scanner, reading(tcp(scanner), tmp_path) as (service, engine):
        scanner.accept()
        scanner.send(b"A-1\rA-2\r")
        until(lambda: service.status().fault == "No part has come for the code “A-1”: “A-2” takes its place.")
        engine.serials.take()
        scanner.send(b"A-3\r")
        until(lambda: not service.status().fault)
        engine.runs = False
        scanner.send(b"A-4\r")
        until(lambda: service.status().fault.startswith("The code “A-4” was not used: no part is being waited for"))
        assert service.status().last is not None
        assert service.status().short.endswith("A-4 · not used")


def test_a_code_must_match_the_pattern_and_be_whole(tmp_path: Path) -> None:
    box_of = {"scanner_pattern": r"P(?P<serial>\d{4})"}
    with closing(ListeningScanner()) as scanner, reading(tcp(scanner, **box_of), tmp_path) as (service, engine):
        scanner.accept()
        scanner.send(b"P001\r")
        until(lambda: "“P001” does not match the pattern" in service.status().fault)
        scanner.send(b"P0001\r")
        until(lambda: engine.codes == [("0001", 3600.0)])
        scanner.send(b"P0002")
        until(lambda: "“P0002” came without an end: it was not used." in service.status().fault)
        scanner.send(b"P0003\r")
        until(lambda: len(engine.codes) == 2)
    assert engine.codes[1:] == [("0003", 3600.0)]


def test_a_scanner_that_goes_is_said_and_heals_by_itself(tmp_path: Path) -> None:
    port = free_port()
    box = Box(scanner=ScannerKind.TCP, scanner_address=f"127.0.0.1:{port}")
    with reading(box, tmp_path) as (service, engine):
        for number in range(2):
            until(lambda: service.status().short == "Scanner lost")
            assert service.status().fault.startswith(f"No code can be scanned: the scanner at 127.0.0.1:{port} ")
            with closing(ListeningScanner(port)) as scanner:
                scanner.accept()
                scanner.send(f"half-{number}".encode())
                scanner.hang_up()
                scanner.accept()
                scanner.send(f"SN-{number}\r".encode())
                until(lambda: len(engine.codes) > number)  # noqa: B023 - it is asked at once
                until(lambda: not service.status().lost)
    assert [code for code, _ in engine.codes] == ["SN-0", "SN-1"]


def test_the_settings_are_followed(tmp_path: Path) -> None:
    with ExitStack() as stack:
        first, second = (stack.enter_context(closing(ListeningScanner())) for _ in range(2))
        box = tcp(first)
        service, engine = stack.enter_context(reading(box, tmp_path))
        first.accept()
        box.set(scanner_address=second.address)
        second.accept()
        second.send(b"SN-1\r")
        until(lambda: len(engine.codes) == 1)
        box.set(scanner=ScannerKind.OFF)
        until(lambda: service.status().short == service.status().words == "")
        box.set(scanner=ScannerKind.KEYBOARD)
        until(lambda: service.status().short == "Scanner: no code yet")
        service.typed("SN-2")
        until(lambda: len(engine.codes) == 2)
        box.set(scanner=ScannerKind.TCP, scanner_address="")
        until(lambda: "the scanner has no address. Type it under Settings" in service.status().fault)
        box.set(scanner_address="nowhere")
        until(lambda: "“nowhere” is no address of a scanner. Write HOST:PORT" in service.status().fault)


def test_a_recipes_code_changes_the_recipe_and_others_nothing(tmp_path: Path) -> None:
    wanted = recipe("Bracket", "R-4711", tmp_path)
    recipe("Cap", "CAP*", tmp_path)
    recipe("Capital", "CAPI*", tmp_path)
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    with (
        closing(ListeningScanner()) as scanner,
        reading(tcp(scanner, scanner_use=ScanUse.RECIPE), tmp_path) as (service, engine),
    ):
        scanner.accept()
        scanner.send(b"R-4712\r")
        until(lambda: service.status().fault == "No recipe has the code “R-4712”. Nothing was changed.")
        scanner.send(b"CAPITAL\r")
        until(lambda: "of more than one recipe: Cap (“CAP*”) and Capital (“CAPI*”)" in service.status().fault)
        assert service.take_change() is None
        scanner.send(b"R-4711\r")
        changes: list[tuple[CodedRecipe, str]] = []

        def asked() -> bool:  # it is said a moment before it is wanted
            if (change := service.take_change()) is not None:
                changes.append(change)
            return bool(changes)

        until(asked)
        assert [(recipe.name, recipe.path, code) for recipe, code in changes] == [("Bracket", wanted, "R-4711")]
        assert not service.status().fault
        assert service.status().short.endswith("R-4711 · recipe Bracket")
        assert service.take_change() is None
    assert engine.codes == []


def test_codes_begin_and_end_lots_before_any_pattern_is_asked(tmp_path: Path) -> None:
    recipe("All", "*", tmp_path)
    with closing(ListeningScanner()) as scanner:
        box = tcp(scanner, scanner_use=ScanUse.EITHER, scanner_pattern="SN-.*")
        box.set(scanner_lot="LOT:*/A", scanner_lot_end="LOT-END")
        with reading(box, tmp_path) as (service, engine):
            scanner.accept()
            scanner.send(b"LOT: 2411-7 /A\r")
            until(lambda: service.status().short.endswith("LOT: 2411-7 /A · lot 2411-7 begins"))
            scanner.send(b"LOT:/A\r")
            until(lambda: "the code “LOT:/A” begins a lot, and has no number in it" in service.status().fault)
            scanner.send(b"LOT:" + 300 * b"7" + b"/A\r")
            until(lambda: "has at most" in service.status().fault)
            scanner.send(b"LOT-END\r")
            until(lambda: service.status().short.endswith("LOT-END · the lot ends"))
            scanner.send(b"LOT:2411-8\r")
            until(lambda: "“LOT:2411-8” does not match the pattern" in service.status().fault)
        assert box.lots == ["2411-7", ""]
        assert engine.codes == []
        assert service.take_change() is None


@pytest.mark.parametrize("code", ["LOT", "*", "L*-*"])
def test_a_code_of_lots_has_one_place_for_the_number(code: str) -> None:
    with pytest.raises(
        ValidationError, match=r"is no code that begins a lot\. Put one \* where the lot's number stands"
    ):
        Settings(scanner_lot=code)


def test_a_scanner_for_both_asks_the_recipes_first(tmp_path: Path) -> None:
    recipe("Bracket", "R-*", tmp_path)
    with (
        closing(ListeningScanner()) as scanner,
        reading(tcp(scanner, scanner_use=ScanUse.EITHER), tmp_path) as (service, engine),
    ):
        scanner.accept()
        scanner.send(b"SN-1\r\nR-1\r\n")
        until(lambda: service.status().short.endswith("R-1 · recipe Bracket"))
        assert [code for code, _ in engine.codes] == ["SN-1"]


def test_no_two_recipes_are_saved_with_the_same_code(tmp_path: Path) -> None:
    recipe("Cap", "C-1", tmp_path)
    other = Recipe(name="Lid", source="demo:", model="tiny", scanned_code="C-1")
    with pytest.raises(RecipeError, match="the code “C-1” of Lid is that of the recipe Cap already"):
        check_own_code(other, tmp_path)
    check_own_code(other.model_copy(update={"name": "Cap"}), tmp_path)
    check_own_code(other.model_copy(update={"scanned_code": ""}), tmp_path)


@pytest.mark.skipif(shutil.which("socat") is None, reason="needs socat")
def test_a_serial_port_does_the_same_is_said_when_it_goes_and_heals(tmp_path: Path) -> None:
    station, scanner = tmp_path / "station", tmp_path / "scanner"
    command = ["socat", f"pty,raw,echo=0,link={station}", f"pty,raw,echo=0,link={scanner}"]
    box = Box(scanner=ScannerKind.SERIAL, scanner_address=str(station))
    with reading(box, tmp_path) as (service, engine):
        until(lambda: "cannot be opened: it is not there" in service.status().fault)
        for number in range(2):
            process = subprocess.Popen(command)
            try:
                until(lambda: service.status().short.startswith("Scanner") and not service.status().lost)
                with pytest.raises(ScannerError, match="another program has it open"):
                    try_scanner(box.settings)
                with opened(scanner) as cable:
                    cable.write(f"SN-{number}\r\n".encode())
                    until(lambda: len(engine.codes) > number)  # noqa: B023 - it is asked at once
            finally:
                process.kill()
                process.wait(WAIT_S)
                station.unlink(missing_ok=True)
                scanner.unlink(missing_ok=True)
            until(lambda: service.status().short == "Scanner lost")
    assert [code for code, _ in engine.codes] == ["SN-0", "SN-1"]


@pytest.mark.skipif(shutil.which("socat") is None, reason="needs socat")
def test_a_scanner_behind_socat_that_is_killed_is_said_and_heals(tmp_path: Path) -> None:
    """A device that listens over TCP, as fixed scanners do; what it reads comes from its own serial side."""
    port, scanner = free_port(), tmp_path / "scanner"
    command = ["socat", f"tcp-listen:{port},bind=127.0.0.1,reuseaddr", f"pty,raw,echo=0,link={scanner}"]
    box = Box(scanner=ScannerKind.TCP, scanner_address=f"127.0.0.1:{port}")
    with reading(box, tmp_path) as (service, engine):
        until(lambda: "the other side takes no connection" in service.status().fault)
        for number in range(3):
            process = subprocess.Popen(command)
            try:
                until(lambda: service.status().short.startswith("Scanner") and not service.status().lost)
                with opened(scanner) as side:
                    side.write(f"SN-{number}\r\n".encode())
                    until(lambda: len(engine.codes) > number)  # noqa: B023 - it is asked at once
                    side.write(b"half")
            finally:
                process.kill()
                process.wait(WAIT_S)
                scanner.unlink(missing_ok=True)
            until(lambda: service.status().short == "Scanner lost")
    assert [code for code, _ in engine.codes] == ["SN-0", "SN-1", "SN-2"]


def test_a_test_says_what_failed() -> None:
    with closing(ListeningScanner()) as scanner:
        box = tcp(scanner)
        assert try_scanner(box.settings) == f"The scanner at {scanner.address} takes the connection."
    for changes, why in (
        ({}, "cannot be connected to: the other side takes no connection. Check its address, cable and power."),
        ({"scanner_address": "no-such-host.invalid:1"}, "no network that this computer is in knows its name"),
        ({"scanner_address": "nowhere"}, "“nowhere” is no address of a scanner. Write HOST:PORT"),
        ({"scanner": ScannerKind.SERIAL, "scanner_address": "/dev/absent"}, "cannot be opened: it is not there"),
    ):
        box.set(**changes)
        with pytest.raises(InspectorError) as error:
            try_scanner(box.settings)
        assert why in str(error.value)
