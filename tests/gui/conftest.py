"""The window without a display, on a station in a temporary folder."""

from __future__ import annotations

import os
import threading

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LC_ALL"] = "C.UTF-8"  # whoever tests may speak another language

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Protocol

import cv2
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from inspector import assembly
from inspector.engine.status import EngineStatus
from inspector.gui.composition import Composition
from inspector.gui.language.spoken import SPOKEN
from inspector.gui.station.store import Store
from inspector.overrides import NOTHING_SAID, Overrides
from inspector.paths import Home
from inspector.people.roles import Role
from inspector.recipes.recipe import Recipe, save_recipe
from inspector.settings import Language, Settings
from tests.bundles import make_bundle
from tests.people.hands import CHEAP
from tests.people.hands import Station as Users
from tests.waits import WAIT_MS, WAIT_S

#: Half a day from now, so that no shift begins, and no counter with it, in the middle of a test.
SHIFT_STARTS = ((datetime.now().astimezone().hour + 12) % 24,)


def picture(path: Path, *, bad: bool) -> Path:
    """A picture that the tiny model of `tests.bundles` passes, or (with a red spot) fails."""
    image = np.random.default_rng(0).integers(90, 140, (128, 128, 3), dtype=np.uint8)
    if bad:
        image[40:72, 40:72] = (0, 0, 255)
    cv2.imwrite(str(path), image)
    return path


@pytest.fixture(autouse=True)
def nothing_reads_a_source_on() -> Iterator[None]:
    """No thread that reads a source for the window outlives its test."""
    yield
    for thread in threading.enumerate():
        if thread.name in {"preview", "good parts"}:
            thread.join(WAIT_S)
            assert not thread.is_alive(), f"the thread “{thread.name}” still reads a source"


@pytest.fixture(autouse=True)
def no_station_outlives_its_test() -> Iterator[None]:
    """One that a failed test has left open is closed: its threads would be waited for by the tests after it."""
    yield
    while Station.open:
        Station.open[-1].close()


_MEASURED = assembly.rates_by_size


@pytest.fixture(autouse=True)
def no_speed_is_measured() -> Iterator[None]:
    """Networks of six sizes are compiled for that: on a busy machine whatever comes next waits for minutes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assembly, "rates_by_size", lambda _: {})
        yield


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The speed at each size is measured in earnest."""
    monkeypatch.setattr(assembly, "rates_by_size", _MEASURED)


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    """What a test has said in another language is English in the next."""
    yield
    SPOKEN.choose(Language.ENGLISH)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(root=tmp_path / "home")
    make_bundle(made.models / "tiny")
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    recipe = Recipe(name="Test", source=f"folder:{pictures}", model="tiny")
    save_recipe(recipe, made.recipes)
    return made


class Station:
    """A window with its session."""

    open: ClassVar[list[Station]] = []

    def __init__(
        self,
        qtbot: QtBot,
        home: Home,
        settings: Settings | None = None,
        *,
        trainer: Sequence[str] | None = None,
        overrides: Overrides = NOTHING_SAID,
        kiosk: bool = False,
    ) -> None:
        self.qtbot, self.home = qtbot, home
        Station.open.append(self)
        self.pictures = home.root.parent / "pictures"
        composition = Composition(
            Store(home, settings or Settings(recipe="Test", shift_starts=SHIFT_STARTS), overrides),
            trainer=trainer,
            kiosk=kiosk,
        )
        self.session, self.window = composition.session, composition.window()
        self.shown = self.session.status()
        self.session.status_changed.connect(self._on_status)  # after the window's own: it shows that by now
        self.closed = False
        self.window.closed.connect(self._on_closed)
        self.window.painted.connect(lambda: self.session.begin(start=False))
        self.window.show()
        self.until(lambda: self.session.recipe is not None and self.session.log_path is not None)

    def _on_closed(self) -> None:
        self.closed = True

    def _on_status(self, status: EngineStatus) -> None:
        self.shown = status

    def until_status(self, holds: Callable[[EngineStatus], object]) -> None:
        """Wait until the line's state is so, and the window has been told."""
        self.until(lambda: holds(self.session.status()) and holds(self.shown))

    def until(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=WAIT_MS)

    def beat(self, times: int = 2) -> None:
        """Let the session look for what is new so many times."""
        beats: list[object] = []
        self.session.polled.connect(lambda: beats.append(None))
        self.until(lambda: len(beats) >= times)

    def settle(self) -> None:
        """Let the worker finish what it was given so far, and show it."""
        done: list[object] = []
        self.session.work.do(lambda: None, done.append)
        self.until(lambda: done)

    def close(self) -> None:
        if self not in Station.open:
            return
        Station.open.remove(self)
        if not self.closed:
            self.window.leave()
            self.until(lambda: self.closed)
        self.window.deleteLater()


@pytest.fixture(autouse=True)
def no_industrial_cameras(monkeypatch: pytest.MonkeyPatch) -> None:
    """The window looks for them in the network, where its libraries are installed; its tests do not."""
    monkeypatch.setattr("inspector.sources.cameras._lookers", lambda *_, **__: {})


@pytest.fixture
def station(qtbot: QtBot, home: Home) -> Iterator[Station]:
    opened = Station(qtbot, home)
    yield opened
    opened.close()


class Closes(Protocol):
    """What a test has opened."""

    def close(self) -> None: ...


@pytest.fixture
def desks(qtbot: QtBot) -> Iterator[list[Closes]]:
    """What a test puts in is closed after it, and its threads are waited for."""
    made: list[Closes] = []
    yield made
    for closing in made:
        closing.close()
    for thread in threading.enumerate():  # a thread that the end of the process tears out of a library would abort it
        if thread.name in {"work", "training"}:
            thread.join(WAIT_S)


@pytest.fixture
def users(home: Home, monkeypatch: pytest.MonkeyPatch) -> Users:
    """Users are on: Marta is administrator, Ada engineer, Pim operator. Their hashes cost nothing."""
    monkeypatch.setattr("inspector.people.people.SecretHasher", lambda: CHEAP)
    made = Users(home.root)
    made.add("Ada", Role.ENGINEER)
    made.add("Pim", Role.OPERATOR)
    assembly.sign_all_recipes(home)  # as where they are switched on in earnest
    return made
