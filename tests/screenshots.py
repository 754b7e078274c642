"""``python -m tests.screenshots``: drives the real window on parts of the demo line, and writes the manual's pictures.

The parts are drawn (`trainer.demo.crops`), the demo model judges them, the record is one that the engine has written, and the
training is real: its backbone weights are given, or downloaded. Needs a display; ``make screenshots`` brings a virtual one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import cv2
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from inspector import assembly
from inspector.domain.challenge import ChallengeConfig, ChallengePart, KnownAs
from inspector.domain.config import ArchiveConfig, KeepPolicy, TriggerConfig, TriggerMode
from inspector.domain.records import Thresholds, Verdict
from inspector.gui import theme
from inspector.gui.composition import Composition
from inspector.gui.station.store import Store
from inspector.gui.training.page import TrainingPage
from inspector.paths import Home
from inspector.people.actor import system_actor
from inspector.people.roles import Role
from inspector.recipes.recipe import Recipe, save_recipe
from inspector.release.pictures import ChallengePictures
from inspector.settings import Appearance, Settings
from inspector.sources.demo_part import DEFECTS
from tests.hand import rest, wait
from trainer.demo.crops import CROP_PX, make_crops

if TYPE_CHECKING:
    from collections.abc import Callable

WIDTH, HEIGHT = 1280, 800
RECIPE, LOT = "Flange 40", "2611-0417"
_SCENES, _PARTS = 6, 30
_NAMES = ("live", "operator", "challenge", "batch", "review", "operating-point", "good-parts", "training", "sign-in")
#: Pictures of the record of the parts.
_OF_RECORD = {"batch", "review", "operating-point", "training"}
_PINS = {"Anna Berg": (Role.ADMINISTRATOR, b"729163"), "Ben Cole": (Role.ENGINEER, b"480271")}
_OPERATOR = "Pim Vos"


def draw_parts(folder: Path) -> None:
    """Write drawn parts as ``good/`` and a folder for each defect."""
    crops = make_crops(first_seed=900, scenes=_SCENES, parts_per_scene=_PARTS, defect_rate=0.35, size_px=CROP_PX)
    for number, (picture, kind) in enumerate(zip(crops.pictures, crops.kinds, strict=True)):
        place = folder / ("good" if kind == 0 else str(DEFECTS[kind - 1]))
        place.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(place / f"{number:03}.png"), picture)


class Studio:
    """The window, driven and photographed.

    Args:
        root: A folder of its own; nothing of the user's is touched.
        out: Where pictures go.
    """

    def __init__(self, app: QApplication, root: Path, out: Path) -> None:
        self._app, self._root, self._out = app, root, out
        self.parts = root / "flanges"
        draw_parts(self.parts)
        home = self._home = Home(root=root / "station")
        settings = Settings(station="Station 3", appearance=Appearance.LIGHT, reviewer="Anna Berg")
        composition = Composition(Store(home, settings))
        self.session, self.window = composition.session, composition.window()
        self.window.resize(WIDTH, HEIGHT)
        self.window.painted.connect(lambda: self.session.begin(start=False))
        self.window.show()
        self.until(lambda: self.session.recipe is not None and self.session.log_path is not None)
        self.recipe = Recipe(
            name=RECIPE,
            source=f"folder:{self.parts}",
            model="demo",
            thresholds=Thresholds(fail_at=0.5, review_from=0.2),
            archive=ArchiveConfig(keep=KeepPolicy.ALL),
        )
        save_recipe(self.recipe, home.recipes)

    def until(self, condition: Callable[[], object], seconds: float = 120.0) -> None:
        """Let the window work until something is so."""
        wait(condition, seconds)

    def shoot(self, name: str) -> None:
        """Photograph the window."""
        rest(300)
        path = self._out / f"{name}.png"
        self.window.grab().save(str(path))
        print(path, flush=True)

    def look(self, appearance: str) -> None:
        """Change the colours."""
        settings = self.session.settings.model_copy(update={"appearance": Appearance(appearance)})
        done: list[bool] = []
        self.session.apply_settings(settings, lambda: done.append(True))
        self.until(lambda: done)

    def sign_in(self) -> None:
        """Signing in, and the users of a station; they are switched on here, so nothing may come after it."""
        people, by = assembly.people(self._home), system_actor()
        first, *others = _PINS
        people.begin(first, bytearray(_PINS[first][1]), by=by)
        for name in others:
            people.add(name, _PINS[name][0], bytearray(_PINS[name][1]), by=by)
        people.add(_OPERATOR, Role.OPERATOR, bytearray(b"604518"), by=by)
        self.until(lambda: self.session.people.on and self.window.person.isVisible())
        self.window.person.click()
        dialog = self.window.signing.dialog
        assert dialog is not None
        self.until(dialog.isVisible)
        names = [dialog.names.item(row).text().partition("  ·  ")[0] for row in range(dialog.names.count())]
        dialog.names.setCurrentRow(names.index(first))
        QTest.keyClicks(dialog.secret, _PINS[first][1].decode())
        rest(500)
        path = self._out / "sign-in.png"
        dialog.grab().save(str(path))
        print(path, flush=True)
        dialog.sign_in()
        self.until(lambda: self.session.people.signed_in)
        self.window.show_page("settings")
        self.window.settings.show_section("Users")
        rest(1500)
        self.shoot("users")

    def live(self) -> None:
        """The demo line, with a defect."""
        self.session.set_lot(LOT)
        self.session.start()
        seen: list[Verdict] = []
        self.session.part_inspected.connect(lambda event: seen.append(event.inspection.decision.verdict))
        self.until(lambda: seen.count(Verdict.FAIL) >= 5 and len(seen) > 30, 300)
        self.until(lambda: seen[-1] is Verdict.FAIL, 300)
        self.shoot("live")
        self.session.stop()
        self.until(lambda: not self.session.running)

    def operator(self) -> None:
        """The operator view, with a failure of the demo line."""
        self.window.show_page("operator")
        seen: list[Verdict] = []
        self.session.part_inspected.connect(lambda event: seen.append(event.inspection.decision.verdict))
        self.session.start()
        self.until(lambda: len(seen) > 12 and Verdict.FAIL in seen and seen[-1] is Verdict.FAIL, 300)
        rest(300)
        self.shoot("operator")
        self.session.stop()
        self.until(lambda: not self.session.running)
        self.window.show_page("live")

    def challenge(self) -> None:
        """The challenge of a recipe whose parts are laid down by hand, before its first part."""
        pictures = ChallengePictures(self._home.root)
        paths = [
            (known, path)
            for known, folder in ((KnownAs.GOOD, "good"), (KnownAs.DEFECTIVE, "scratch"))
            for path in sorted((self.parts / folder).glob("*.png"))[:3]
        ]
        known_parts = tuple(
            ChallengePart(name=f"{known.value} {number}", expected=known, picture=pictures.take(path))
            for number, (known, path) in enumerate(paths, 1)
        )
        recipe = Recipe(
            name="Flange 32",
            source="demo:",
            model="demo",
            trigger=TriggerConfig(mode=TriggerMode.MANUAL),
            challenge=ChallengeConfig(required=True, parts=known_parts, reason="parts of the shelf beside the line"),
        )
        save_recipe(recipe, self._home.recipes)
        self.session.apply_recipe(recipe, lambda _: None)
        self.until(lambda: self.session.recipe is not None and self.session.recipe.name == recipe.name)
        self.window.show_page("live")
        self.session.start()
        panel = self.window.live.challenge
        self.until(panel.begin_button.isVisible)
        QTest.mouseClick(panel.begin_button, Qt.MouseButton.LeftButton)
        self.until(panel.take_button.isVisible)
        self.shoot("challenge")
        self.session.stop()
        self.until(lambda: not self.session.running)

    def inspected(self) -> None:
        """The folder of parts through the line, so that there is something to review."""
        self.session.apply_recipe(self.recipe, lambda _: None)
        self.until(lambda: self.session.recipe is not None and self.session.recipe.name == RECIPE)
        count: list[object] = []
        self.session.part_inspected.connect(count.append)
        self.session.start()
        self.until(lambda: len(count) >= _SCENES * _PARTS, 300)
        self.session.stop()
        self.until(lambda: not self.session.running)

    def batch(self) -> None:
        """The parts as a batch."""
        self.window.show_page("batch")
        page = self.window.batch
        page.bar.show_folder(str(self.parts))
        page.choose_folder(str(self.parts))
        self.until(lambda: page.bar.chosen_judge is not None)
        rest(1500)
        page.inspect()
        self.until(lambda: page.bar.bar.value() >= page.bar.bar.maximum() > 0, 300)
        rest(4000)
        page.setFocus()
        self.shoot("batch")

    def review(self) -> None:
        """The failures, one of them in view."""
        self.window.show_page("review")
        rest(4000)
        self.shoot("review")

    def operating_point(self) -> None:
        """The batch's scores."""
        self.window.show_page("operating")
        page = self.window.operating
        self.until(lambda: page.bar.source.count() > 0)
        for place in range(page.bar.source.count()):
            if "flanges" in page.bar.source.itemText(place):
                page.bar.source.setCurrentIndex(place)
                page.bar.source.activated.emit(place)
        rest(3000)
        page.set_point(Thresholds(fail_at=0.6, review_from=0.15))
        rest(1500)
        self.shoot("operating-point")

    def good_parts(self) -> None:
        """Good parts of the demo line, taken by its trigger."""
        self.session.choose_recipe(assembly.RecipeEntry(assembly.DEMO_RECIPE, None))
        self.until(lambda: self.session.recipe is not None and self.session.recipe.name == assembly.DEMO_RECIPE)
        self.window.show_good_parts()
        dialog = self.window.good_parts
        assert dialog is not None
        dialog.show_parts.every.setChecked(True)
        self.until(lambda: dialog.show_parts.taken.list.count() >= 9, 300)
        rest(300)
        path = self._out / "good-parts.png"
        dialog.grab().save(str(path))
        print(path, flush=True)
        dialog.reject()

    def training(self, weights: str) -> None:
        """A short training of layer4, at its end."""
        self.window.show_page("settings")
        self.window.settings.show_section("Training")
        page = self.window.training
        assert isinstance(page, TrainingPage)
        page.data.choose(str(self.parts))
        self.until(lambda: page.data.contents is not None)
        page.method.method.setCurrentIndex(page.method.method.findData("layer4"))
        if weights:
            page.method.form.set_value("weights", weights)
        page.method.form.set_value("unseen", "no")  # four trainings more, for a line that the picture does not show
        page.method.name.setText("flange-2")
        rest(1500)
        page.start()
        self.until(lambda: page.history.isVisible() and page.result.isVisible(), 1200)
        rest(15_000)  # the current model judges the same test pictures
        self.shoot("training")


def main() -> NoReturn:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("docs/manual"))
    parser.add_argument("--weights", default="", help="ResNet-50 ImageNet weights (default: torchvision's, downloaded)")
    parser.add_argument("--only", nargs="+", choices=_NAMES, default=_NAMES, help="names of pictures (default: all)")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    app = QApplication([])
    app.setStyle("Fusion")
    theme.apply(app, theme.CURRENT.choose("light"))
    root = Path(tempfile.gettempdir()) / "line-3"  # it is seen in the pictures
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    studio = Studio(app, root, arguments.out)
    wanted = set(arguments.only)
    if "live" in wanted:
        studio.look("dark")
        studio.live()
        studio.look("light")
    if "operator" in wanted:
        studio.operator()
    if wanted & _OF_RECORD:
        studio.inspected()
    if "batch" in wanted or "operating-point" in wanted:
        studio.batch()
    if "review" in wanted:
        studio.look("dark")
        studio.review()
        studio.look("light")
    if "operating-point" in wanted:
        studio.operating_point()
    if "good-parts" in wanted:
        studio.look("dark")
        studio.good_parts()
        studio.look("light")
    if "training" in wanted:
        studio.look("dark")
        studio.training(arguments.weights)
        studio.look("light")
    if "challenge" in wanted:  # from then on no other recipe may run its model without one
        studio.challenge()
    if "sign-in" in wanted:
        studio.sign_in()
    shutil.rmtree(root, ignore_errors=True)
    sys.stdout.flush()
    os._exit(0)  # while the window is there: its threads need no farewell here


if __name__ == "__main__":
    main()
