"""``python -m tests.bench.shift --model FOLDER --out FOLDER``: a whole shift, done in the real window on real pictures.

MVTec AD bottle. The model is one of ``trainer fit`` on ``train/good``, ``broken_large`` and ``broken_small``; parts that are inspected
as good are those of ``test/good``, and ``contamination`` is a kind of defect that it has never seen. The camera is a network stream of
whatever lies in front of it (`tests.stream_camera`), the code scanner one that listens. Everything else is the station's own,
driven by keys and buttons: release by a challenge of 12 parts, lot start by a code, parts until there is a reference, the new
defect, light that fades until its cause is named, changeover by a code, its challenge replayed, lot end with its report.

With ``--pages`` every page is photographed at the end, as `tests.bench.shift_pages` says. Needs a display (``xvfb-run``).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from inspector.domain.challenge import ChallengeConfig, ChallengePart, KnownAs
from inspector.domain.config import ArchiveConfig, KeepPolicy, TriggerConfig, TriggerMode
from inspector.domain.failing import FailConfig
from inspector.domain.records import Verdict
from inspector.domain.scanner import ScannerKind, ScanUse
from inspector.domain.watching import WatchConfig
from inspector.engine.status import RunState
from inspector.gui.language.spoken import say
from inspector.gui.statistics.page import StatisticsPage
from inspector.paths import Home
from inspector.recipes.recipe import Recipe
from inspector.release.pictures import ChallengePictures
from inspector.settings import Settings
from inspector.shelf.shelf import Shelf
from tests.bench.real_window import RealWindow, stage
from tests.bench.shift_pages import every_page, set_looks
from tests.bench.shift_parts import ShiftPictures, known_parts
from tests.hand import rest, wait
from tests.scanners.scanning import ListeningScanner
from tests.stream_camera import StreamCamera

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from inspector.engine.status import PartInspected

    Picture = NDArray[np.uint8]

FIRST, SECOND, LOT = "Bottle 0.5 l", "Bottle 0.5 l export", "2611-0417"
_LOT_CODE, _LOT_END, _SECOND_CODE = "LOT:", "LOT-END", "R-0501"
_REFERENCE, _FADES, _MOST_FADING = 100, 0.004, 120
#: So many good parts may go to REVIEW for being unlike good ones: the rate at which types never seen are reckoned.
_GUARD_RATE = 0.01
#: A picture is that of the part when it differs from it by less: grey levels, on average.
_ALIKE = 6.0
_TRIES = 6


@dataclass(kw_only=True)
class ShiftFigures:
    """What came of the shift; printed as JSON."""

    challenge_parts: int = 0
    challenge_s: float = 0.0
    inspected: int = 0
    good_passed: str = ""
    new_kind: dict[str, int] = field(default_factory=dict)
    cause: str = ""
    fading_parts: int = 0
    light: float = 1.0
    not_passed_while_fading: int = 0
    changeover_s: float = 0.0
    replayed_s: float = 0.0
    report: str = ""


class Shift(RealWindow):
    """The window with its camera and scanner.

    Args:
        root: A folder of its own; nothing of the user's is touched.
        out: Where pictures go.
        size: Of the window, in pixels.
    """

    def __init__(self, root: Path, out: Path, model: Path, pictures: ShiftPictures, size: tuple[int, int]) -> None:
        self.pictures, self.figures = pictures, ShiftFigures()
        self.home = Home(root=root / "station")
        shutil.copytree(model, self.home.models / "bottle")
        parts = known_parts(self.home.models / "bottle", self.home, pictures)
        self.shown = [path for _, path in parts]
        self.camera, self.scanner = StreamCamera(), ListeningScanner()
        self._save_recipes(parts)
        settings = Settings(
            station="Cell 4",
            recipe=FIRST,
            reviewer="Anna Berg",
            scanner=ScannerKind.TCP,
            scanner_address=self.scanner.address,
            scanner_use=ScanUse.RECIPE,
            scanner_lot=f"{_LOT_CODE}*",
            scanner_lot_end=_LOT_END,
        )
        super().__init__(self.home, settings, out, size)
        self.seen: Picture = np.zeros((1, 1, 3), np.uint8)
        self.session.frame_arrived.connect(lambda frame: setattr(self, "seen", frame.image))
        self.take_keys()
        self.scanner.accept()
        wait(lambda: "connected" in self.window.footer.scanner.text(), what="the scanner")

    def _save_recipes(self, parts: list[tuple[KnownAs, Path]]) -> None:
        pictures = ChallengePictures(self.home.root)
        known = tuple(
            ChallengePart(
                name=f"{expected.value} {number}",
                serial=f"C-{number:02}",
                expected=expected,
                picture=pictures.take(path),
            )
            for number, (expected, path) in enumerate(parts, 1)
        )
        first = Recipe(
            name=FIRST,
            source=self.camera.address,
            model="bottle",
            guard_rate=_GUARD_RATE,
            trigger=TriggerConfig(mode=TriggerMode.MANUAL),
            archive=ArchiveConfig(keep=KeepPolicy.ALL),
            failing=FailConfig(in_a_row=3),
            watch=WatchConfig(parts=_REFERENCE),
            challenge=ChallengeConfig(required=True, parts=known, reason="parts of the shelf beside the line"),
        )
        shelf = Shelf(self.home)
        shelf.save(first)
        replayed = ChallengeConfig(required=True, pictures_count=True, parts=known, reason="the same parts")
        shelf.save(first.model_copy(update={"name": SECOND, "scanned_code": _SECOND_CODE, "challenge": replayed}))

    # --- hand ---------------------------------------------------------------------------------------------------------

    def scan(self, code: str) -> None:
        """Hold a code before the scanner."""
        self.scanner.send(f"{code}\r\n".encode())

    def lay(self, part: Path) -> None:
        """Put a part in front of the camera, until the window shows it."""
        wanted = self.camera.show(part)[::8, ::8].astype(np.float32)

        def there() -> bool:
            seen = self.seen[::8, ::8].astype(np.float32)
            return seen.shape == wanted.shape and float(np.abs(seen - wanted).mean()) < _ALIKE

        wait(there, 90, "the part in the picture")
        rest(250)  # what the stream still holds of the part before

    def inspect(self, part: Path) -> PartInspected:
        """Lay a part down and press the space bar."""
        before = len(self.parts)
        self._take(part, lambda: len(self.parts) > before)
        return self.parts[before]

    def _take(self, part: Path, taken: Callable[[], bool]) -> None:
        """Lay a part down and press the space bar until it is taken: a stream that was silent takes no trigger."""
        self.lay(part)
        for _ in range(_TRIES):
            QTest.keyClick(self.window.live, Qt.Key.Key_Space)
            with suppress(TimeoutError):
                wait(taken, 20, "an answer")
                return
        raise TimeoutError(f"{part} was not taken")

    # --- the shift ----------------------------------------------------------------------------------------------------

    def release(self) -> None:
        """Start the line, which is not released; show the 12 parts to the camera."""
        panel = self.window.live.challenge
        self.camera.show(self.pictures.good[0])
        QTest.keyClick(self.window.live, Qt.Key.Key_F5)
        wait(lambda: self.session.status().state is RunState.RUNNING, what="the line")
        wait(panel.begin_button.isVisible, what="the challenge")
        assert self.session.status().release.holds
        self.shoot("01-not-released")
        began = time.monotonic()
        QTest.mouseClick(panel.begin_button, Qt.MouseButton.LeftButton)
        wait(panel.take_button.isVisible, what="the first part")
        while (attempt := self.session.status().release.attempt) is not None:  # what was too late is shown again
            if attempt.done == len(attempt.parts) // 2:
                self.shoot("02-challenge")
            self._take(self.shown[attempt.done], partial(self._has_answered, len(attempt.answers) + 1))
        self._released()
        self.figures.challenge_s = round(time.monotonic() - began, 1)
        self.figures.challenge_parts = len(self.shown)
        assert not self.parts, "a challenge part was counted"
        self.shoot("03-released")

    def _released(self) -> None:
        """Wait until the challenge is over; it must have been passed."""
        wait(lambda: self.session.status().release.attempt is None, what="the end of the challenge")
        release = self.session.status().release
        if release.holds:
            raise SystemExit(f"not released: {release.last.words if release.last else release.standing.why}")

    def _has_answered(self, count: int) -> bool:
        attempt = self.session.status().release.attempt
        return attempt is None or len(attempt.answers) >= count

    def begin_lot(self) -> None:
        """Begin the lot by its code."""
        self.scan(f"{_LOT_CODE}{LOT}")
        wait(lambda: self.session.lot == LOT, what="the lot")

    def run(self, seed: int) -> None:
        """Inspect good parts, and now and then a defective one, until there is a reference."""
        rng = np.random.default_rng(seed)
        good = self.pictures.good
        passed = shown = 0
        while passed < _REFERENCE:
            if rng.random() < 0.04:
                self.inspect(self.pictures.learnt_defective[rng.integers(len(self.pictures.learnt_defective))])
            shown += 1
            passed += self._is_pass(self.inspect(good[rng.integers(len(good))]))
        self.figures.good_passed = f"{passed} of {shown}"
        self.shoot("04-live")
        QTest.keyClick(self.window, Qt.Key.Key_F12)
        rest(500)
        self.shoot("05-operator-view")
        QTest.keyClick(self.window, Qt.Key.Key_F12)

    def _is_pass(self, part: PartInspected) -> bool:
        return part.inspection.decision.verdict is Verdict.PASS

    def new_defect(self) -> None:
        """Show the kind of defect that the model has never seen."""
        for number, path in enumerate(self.pictures.new_kind):
            verdict = self.inspect(path).inspection.decision.verdict.value
            self.figures.new_kind[verdict] = self.figures.new_kind.get(verdict, 0) + 1
            if number == 1:
                self.shoot("06-new-defect")
        self.shoot("07-three-in-a-row")
        self.acknowledge()

    def acknowledge(self) -> None:
        """Press the alarm's button until none waits."""
        wait(lambda: self.session.status().failing.waits, 60, "an alarm")
        while self.session.status().failing.waits:
            QTest.mouseClick(self.window.alarm.button, Qt.MouseButton.LeftButton)
            rest(200)

    def fade(self, seed: int) -> None:
        """Let the lamp fade from part to part until the station names it."""
        rng = np.random.default_rng(seed)
        good = self.pictures.good
        for number in range(1, _MOST_FADING + 1):
            self.camera.light = 1.0 - _FADES * number
            self.figures.not_passed_while_fading += not self._is_pass(self.inspect(good[rng.integers(len(good))]))
            named = [said for said in self.session.status().failing.words if "has changed" in said]
            if named:
                self.figures.cause, self.figures.fading_parts = named[0], number
                self.figures.light = round(self.camera.light, 3)
                break
        self.shoot("08-lamp-named")
        self.window.show_page("statistics")
        wait(lambda: self.window.findChild(StatisticsPage), what="the page")
        page = self.window.findChild(StatisticsPage)
        assert page is not None
        wait(lambda: page.groups.rowCount() > 0, what="the statistics")
        lamp = next(button for kind, button in page.kinds.items() if "amp" in kind.value)
        QTest.mouseClick(lamp, Qt.MouseButton.LeftButton)
        wait(page.watched.isVisible, what="the measures")
        rest(1000)
        self.shoot("09-evidence")
        self.window.show_page("live")
        if self.figures.cause:
            self.acknowledge()
        self.camera.light = 1.0

    def change_over(self) -> None:
        """Scan the code of the other product; replay its challenge; inspect some parts of it."""
        began = time.monotonic()
        self.scan(_SECOND_CODE)
        in_use = self.window.header.recipe_box
        wait(lambda: in_use.currentText() == SECOND, what="the other recipe")
        wait(lambda: self.session.status().state is RunState.RUNNING, what="its line")
        panel = self.window.live.challenge
        wait(panel.replay_button.isVisible, what="its challenge")
        self.figures.changeover_s = round(time.monotonic() - began, 1)
        self.shoot("10-changed-over")
        began = time.monotonic()
        QTest.mouseClick(panel.replay_button, Qt.MouseButton.LeftButton)
        self._released()
        self.figures.replayed_s = round(time.monotonic() - began, 1)
        for path in self.pictures.good[:5]:
            self.inspect(path)

    def end_lot(self) -> None:
        """End the lot by its code, and look at its report."""
        self.scan(_LOT_END)
        wait(lambda: self.banner("lot-ended"), what="the lot's report")
        self.shoot("11-lot-ended")
        buttons = self.window.banners.findChildren(QPushButton)
        show = next(button for button in buttons if button.text() == say("Show the report"))
        QTest.mouseClick(show, Qt.MouseButton.LeftButton)
        rest(1500)
        self.shoot("12-report")
        dialog = QApplication.activeModalWidget()
        assert dialog is not None
        dialog.close()
        reports = sorted((self.home.root / "reports").glob("*"))
        self.figures.report, self.figures.inspected = str(reports[-1].name), len(self.parts)


def main() -> NoReturn:
    """Run the shift, and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--language", choices=("en", "de", "zh"), default="en")
    parser.add_argument("--pages", action="store_true", help="photograph every page at the end")
    parser.add_argument("--seed", type=int, default=0)
    arguments, bottle = stage(parser)
    root = Path(tempfile.mkdtemp(prefix="shift."))
    pictures = ShiftPictures.of(bottle)
    shift = Shift(root, arguments.out, arguments.model, pictures, arguments.size)
    set_looks(shift, arguments.look, arguments.language)
    shift.release()
    shift.begin_lot()
    shift.run(arguments.seed)
    shift.new_defect()
    shift.fade(arguments.seed)
    shift.change_over()
    shift.end_lot()
    print(json.dumps(vars(shift.figures), ensure_ascii=False))
    if arguments.pages:
        every_page(shift)
    shift.camera.close()
    shutil.rmtree(root, ignore_errors=True)
    sys.stdout.flush()
    os._exit(int("PASS" in shift.figures.new_kind or "lamp" not in shift.figures.cause))  # its threads need no farewell


if __name__ == "__main__":
    main()
