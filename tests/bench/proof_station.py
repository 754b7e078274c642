"""The station of `tests.bench.proof_story`: its commands, its record, its pictures and its models."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from inspector.programs import station_command

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.domain.records import Image

RECIPE = "Bottles"
BROKEN, LARGE, DIRT = "broken_small", "broken_large", "contamination"
_KNOWS = {"broken": (BROKEN, LARGE), "large": (LARGE,), "all": (BROKEN, LARGE, DIRT)}
TRAINED, GOOD_TRAINED = 8, 24
#: How much of a faint contamination is left, in a good bottle.
_FAINT = 0.15
_PATIENCE_S = 1200.0


class StoryError(AssertionError):
    """A step is not as it should be."""


@dataclass(slots=True)
class Story:
    """The station, and what was said of it.

    Args:
        folder: Holds data folder, pictures and models.
        data: MVTec AD bottle.
    """

    folder: Path
    data: Path
    told: list[str] = field(default_factory=list)

    @property
    def home(self) -> Path:
        """The data folder."""
        return self.folder / "home"

    @property
    def log(self) -> Path:
        """The record."""
        return self.home / "results.sqlite3"

    def holds(self, words: str, holds: object) -> None:
        """Tell a step, and end where it does not hold."""
        print(f"{'holds' if holds else 'FAILS'}  {words}", flush=True)
        if not holds:
            raise StoryError(words)

    def call(self, *arguments: str, code: int = 0, answers: str | None = None) -> str:
        """Run a command of the station; return what it says on stdout, and on stderr behind it."""
        command = [*station_command(), *arguments, "--home", str(self.home)]
        done = subprocess.run(command, capture_output=True, text=True, input=answers, check=False)
        self.told.append(done.stderr)
        if done.returncode != code:
            said = f"{' '.join(arguments[:3])} ended with {done.returncode}, not {code}: {done.stdout}{done.stderr}"
            raise StoryError(said)
        return done.stdout

    def ask(self, *arguments: str, code: int = 0) -> Any:
        """Run a command of the station, and return its JSON answer."""
        return json.loads(self.call(*arguments, "--json", code=code))

    def ask_record(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the record itself."""
        with closing(sqlite3.connect(f"file:{self.log}?mode=ro", uri=True)) as log:
            return log.execute(statement, values).fetchall()

    def counts(self, statement: str, least: int) -> bool:
        """Say whether the record counts so many."""
        return int(self.ask_record(statement)[0][0]) >= least

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait for what other processes do; looked at seldom, as it takes processor time from them."""
        pause, end_s = threading.Event(), time.monotonic() + _PATIENCE_S
        while not condition():
            if time.monotonic() > end_s:
                raise StoryError(f"waited {_PATIENCE_S:.0f} s in vain")
            pause.wait(0.5)

    # --- pictures and models ------------------------------------------------------------------------------------------

    def good(self) -> list[Path]:
        """Return the good bottles, in order."""
        return sorted((self.data / "train" / "good").iterdir()) + sorted((self.data / "test" / "good").iterdir())

    def defective(self, kind: str) -> list[Path]:
        """Return the defective bottles of a kind, in order."""
        return sorted((self.data / "test" / kind).iterdir())

    def place(self, name: str, parts: dict[str, list[Path]]) -> Path:
        """Copy pictures into a folder, with a folder for each class."""
        for kind, pictures in parts.items():
            for number, path in enumerate(pictures):
                target = self.folder / name / kind / f"{number:02}-{kind or 'part'}.png"
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
        return self.folder / name

    def train(self, weights: str) -> None:
        """Train the three models, as far as they are not there."""
        for name, kinds in _KNOWS.items():
            if (self.home / "models" / name).is_dir():
                continue
            parts = {"good": self.good()[:GOOD_TRAINED]} | {kind: self.defective(kind)[:TRAINED] for kind in kinds}
            data = self.place(f"training-{name}", parts)
            trained = [sys.executable, "-m", "trainer", "fit", str(data), "--out", str(self.home / "models" / name)]
            trained += ["--method", "head", "--views", "2", "--test-fraction", "0.2", "--unseen", "no"]
            subprocess.run([*trained, "--weights", weights], check=True, capture_output=True)
            print(f"trained: {name}, which knows {', '.join(kinds)}", flush=True)

    def faint(self, count: int) -> Path:
        """Return a folder with contaminations that are hardly seen, and good bottles."""
        good = _read(self.good()[-1])
        folder = self.folder / "line-3"
        folder.mkdir(exist_ok=True)
        for number, path in enumerate(self.defective(DIRT)[-count:]):
            shown = cv2.addWeighted(_read(path), _FAINT, good, 1.0 - _FAINT, 0.0)
            cv2.imwrite(str(folder / f"{number:02}-faint.png"), shown)
        for number, path in enumerate(self.good()[-6:-1]):
            shutil.copy(path, folder / f"{number:02}-good.png")
        return folder

    def inspect(self, folder: Path, lot: str) -> list[tuple[str, str, str]]:
        """Let the line inspect a folder; return of each part its id, its file's name and its verdict."""
        parts = len(list(folder.rglob("*.png")))
        source = ("--source", f"folder:{folder}", "--max-parts", str(parts))
        self.call("run", "--headless", "--recipe", RECIPE, "--lot", lot, *source)
        rows = self.ask_record("SELECT id, source_path, verdict FROM inspections WHERE lot = ? ORDER BY rowid", lot)
        return [(part, Path(path).name, verdict) for part, path, verdict in rows]


def pixels(path: Path) -> str:
    return hashlib.sha256(_read(path).tobytes()).hexdigest()


def _read(path: Path) -> Image:
    picture = cv2.imread(str(path))
    assert picture is not None, path
    return np.asarray(picture, np.uint8)
