"""``python -m tests.bench.newcomer --weights FILE --out FOLDER``: a newcomer's first hour, done in the real window.

MVTec AD bottle, a station on which nothing has been set up. Everything is the station's own, driven by its buttons: first start,
five good pictures shown, taught, the line inspects; then bottles come, some of them broken in a way that it has never seen. They are
judged in Review and learnt (`few`), the model is promoted; more defects come, more good bottles are marked in Batch, and the next
model is what *Automatic* takes then. Each training's report holds the stages before it side by side.

The camera is a watched folder. The file of weights is named as a hand would where the window asks for it. Needs a display
(``xvfb-run``). Prints times from the first start, verdicts and places, and what the last report says, as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import cv2
import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from inspector.domain.records import Verdict
from inspector.domain.review import QueueKind
from inspector.domain.source import SourceKind
from inspector.gui.training.page import TrainingPage
from inspector.paths import Home
from inspector.settings import Appearance, Settings
from inspector.vision.overlay import hottest_contours
from tests.bench.real_window import RealWindow, stage
from tests.hand import rest
from tests.hand import wait as wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.engine.status import PartInspected
    from inspector.gui.widgets.question import Question
    from trainer.protocol import Result

PRODUCT = "Bottle 0.5 l"
_SHOWN = 5
_GOOD_COME, _FIRST_COME = 6, 8
#: Beside a load everything may take its time; a training longest.
_PATIENCE_S = 3600.0
_KINDS = ("broken_large", "broken_small", "contamination")


def wait(until: Callable[[], object], *, what: str = "it") -> None:
    """Wait as somebody who is patient."""
    wait_for(until, what=what, seconds=_PATIENCE_S)


@dataclass(kw_only=True)
class NewcomerFigures:
    """What came of it; printed as JSON. Times are seconds since the window was made."""

    first_verdict_s: float = 0.0
    taught_s: float = 0.0
    good: dict[str, dict[str, int]] = field(default_factory=dict)
    defects: dict[str, dict[str, int]] = field(default_factory=dict)
    outlined_on_the_defect: str = ""
    reason: str = ""
    first_review_s: float = 0.0
    models: dict[str, str] = field(default_factory=dict)
    promoted_s: dict[str, float] = field(default_factory=dict)
    training_s: dict[str, float] = field(default_factory=dict)
    stages: list[str] = field(default_factory=list)


class Newcomer(RealWindow):
    """Somebody who has the program, a camera that writes files, and bottles.

    Args:
        root: A folder of its own; nothing of the user's is touched.
        data: MVTec AD bottle.
        weights: File of the backbone's weights.
        settings: As the program finds them; they say how the window looks.
    """

    def __init__(
        self, root: Path, out: Path, data: Path, weights: Path, size: tuple[int, int], settings: Settings
    ) -> None:
        self.figures, self.weights, self.data = NewcomerFigures(), weights, data
        self.line, self.shelf = root / "line", root / "more good bottles"
        self.good = sorted((data / "train/good").glob("*.png"))
        self.spare = sorted((data / "test/good").glob("*.png"))
        self.defective = {kind: sorted((data / "test" / kind).glob("*.png")) for kind in _KINDS}
        for folder in (self.line, self.shelf):
            folder.mkdir()
        for path in self.good[_SHOWN + _GOOD_COME :]:
            shutil.copyfile(path, self.shelf / path.name)
        self._number = 0
        self.kinds: dict[str, str] = {}  #: what each part is, by the inspection's id
        super().__init__(Home(root=root / "station"), settings, out, size, first_start=True)

    # --- hand ---------------------------------------------------------------------------------------------------------

    def come(self, path: Path) -> None:
        """A picture is written by the camera, whole."""
        self._number += 1
        arriving = self.line.parent / "arriving.png"
        shutil.copyfile(path, arriving)
        arriving.replace(self.line / f"{self._number:04}.png")

    def inspect(self, path: Path) -> PartInspected:
        """Have a part come, and wait for its verdict."""
        before = len(self.parts)
        self.come(path)
        wait(lambda: len(self.parts) > before, what="a verdict")
        event = self.parts[before]
        self.kinds[event.inspection.id] = path.parent.name
        return event

    def parts_come(self, stage: str, paths: Sequence[Path]) -> int:
        """Have parts come; return how many of those defective ones that did not pass have the outline on the defect."""
        on_it = held = 0
        for path in paths:
            event = self.inspect(path)
            verdict, bad = event.inspection.decision.verdict, path.parent.name != "good"
            counts = (self.figures.defects if bad else self.figures.good).setdefault(stage, {})
            counts[verdict.value] = counts.get(verdict.value, 0) + 1
            if bad and verdict is not Verdict.PASS:
                held += 1
                on_it += self._outlined(event, path)
                if not self.figures.reason:
                    self.figures.reason = event.inspection.decision.reason
                    self.figures.first_review_s = self.passed_s
                    self.shoot("05-never-seen")
        if not self.figures.outlined_on_the_defect:
            self.figures.outlined_on_the_defect = f"{on_it} of {held}"
        return on_it

    def _outlined(self, event: PartInspected, path: Path) -> bool:
        """Return whether the outline that the window draws lies on the defect."""
        if event.prediction is None:
            return False
        mask = cv2.imread(str(self.data / "ground_truth" / path.parent.name / f"{path.stem}_mask.png"), 0)
        assert mask is not None
        drawn = np.zeros_like(mask)
        height, width = mask.shape
        seen = event.prediction
        outlines = hottest_contours(seen.heatmap, width, height, map_box=seen.map_box)
        cv2.drawContours(drawn, outlines, -1, 255, cv2.FILLED)
        return bool((drawn & mask).any())

    # --- the hour -----------------------------------------------------------------------------------------------------

    def set_up(self) -> None:
        """First start: a folder, good parts to be shown, the record where it is proposed."""
        for path in self.good[:_SHOWN]:
            self.come(path)
        wait(lambda: self.window.first_start is not None and self.window.first_start.isVisible(), what="first start")
        dialog = self.window.first_start
        assert dialog is not None
        self.shoot("01-first-start")
        self.press(dialog.pictures.choices[SourceKind.FOLDER])
        dialog.pictures.folder.choose(str(self.line))
        wait(lambda: dialog.pictures.view.picture_size is not None, what="a picture")
        dialog.pictures.product.setText(PRODUCT)
        for step in range(3):
            wait(partial(lambda at: dialog.step == at, step), what="the next step")
            self.press(dialog.next_button)

    def teach(self) -> None:
        """Show five good parts, teach, and have the line inspect."""
        wait(lambda: self.window.good_parts is not None and self.window.good_parts.isVisible(), what="good parts")
        dialog = self.window.good_parts
        assert dialog is not None
        taken = dialog.show_parts.taken.list
        for count in range(1, _SHOWN + 1):
            self.press(dialog.show_parts.good_button)
            wait(partial(lambda many: taken.count() == many, count), what="a good part")
        self.shoot("02-good-parts")
        self.press(dialog.teach_button)
        wait(dialog.teach.weights.isVisible, what="the question for weights")
        self.shoot("03-weights")
        dialog.teach.weights.choose(str(self.weights))
        self.press(dialog.teach.again)
        began = self.passed_s
        wait(lambda: dialog.inspect_button.isVisible() or dialog.teach.weights.isVisible())
        if not dialog.inspect_button.isVisible():
            raise SystemExit(dialog.teach.words.text())
        self.figures.taught_s = round(self.passed_s - began, 1)
        self.shoot("04-taught")
        self.press(dialog.inspect_button)
        wait(lambda: self.parts, what="the first verdict")
        self.figures.first_verdict_s = self.passed_s
        wait(lambda: len(self.parts) >= _SHOWN, what="the bottles that were shown")
        self.kinds |= {event.inspection.id: "good" for event in self.parts}

    def judge(self) -> None:
        """Judge what waits in Review, as what it is; the name of a type is typed once, then pressed."""
        self.window.show_page("review")
        page = self.window.review
        wait(lambda: page.walk.queue is not None, what="the queue")
        if not page.bar.reviewer.text():
            QTest.keyClicks(page.bar.reviewer, "Anna Berg")
            QTest.keyClick(page.bar.reviewer, Qt.Key.Key_Return)
        rest(1500)
        self.shoot(f"06-review-{len(self.figures.models)}")
        for queue in (QueueKind.FAILURES, QueueKind.REVIEWS):
            self.press(page.bar.buttons[queue])
            wait(partial(lambda kind: page.walk.kind is kind and page.walk.queue is not None, queue), what="the queue")
            self._walk()

    def _walk(self) -> None:
        page = self.window.review
        while True:
            wait(lambda: page.walk.ended or page.walk.can_judge, what="a part to judge")
            part = page.walk.current
            if part is None:
                return
            kind = self.kinds[part.inspection_id]
            if kind == "good":
                self.press(page.judging.good)
            else:
                self.press(page.judging.defective)
                self._name(kind)
            wait(
                partial(lambda old: page.walk.ended or page.walk.current not in (old, None), part), what="the next part"
            )

    def _name(self, kind: str) -> None:
        judging = self.window.review.judging
        menu = judging.menu
        assert menu is not None
        number = judging.types.index(kind) if kind in judging.types else -1  # the last entry is a new type
        action = menu.actions()[number]
        rest(300)
        QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
        if number < 0:
            wait(lambda: judging.question is not None and judging.question.isVisible(), what="the name of a type")
            assert judging.question is not None
            self._say_why(judging.question, kind)

    def _say_why(self, question: Question, words: str) -> None:
        """Type into a question what it asks for, and press yes."""
        QTest.keyClicks(question.reason, words)
        self.press(question.yes_button)

    def mark_good(self) -> None:
        """Judge more good bottles as a batch, and say of all of them that they are good."""
        self.window.show_page("batch")
        page = self.window.batch
        page.bar.show_folder(str(self.shelf))
        page.choose_folder(str(self.shelf))
        wait(lambda: page.bar.chosen_judge is not None, what="who judges the batch")
        self.press(page.bar.inspect)
        count = len(list(self.shelf.iterdir()))
        wait(lambda: page.results.rows is not None and len(page.results.rows) >= count, what="the batch")
        table = page.results.table
        wait(lambda: not page.bar.stop.isVisible(), what="the end of the batch")
        table.setFocus()
        table.selectAll()
        rest(1000)
        teach = page.details.picture.teach
        self.press(teach.good)
        rest(2000)
        self.shoot("08-more-good")

    def learn(self) -> Result:
        """Train with what was judged, wait for the end, and promote the model with a reason."""
        self.window.show_page("review")
        review = self.window.review
        wait(lambda: review.cards.tabs.isVisible() or review.cards.lessons.isVisible(), what="the cards")
        if review.cards.tabs.isVisible():
            self.press(review.cards.tabs.buttons[2])
        if not review.cards.lessons.confirmed.isChecked():  # else what the new model fails rightly is not learnt
            box = review.cards.lessons.confirmed
            QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(10, box.height() // 2))
        rest(3000)
        self.shoot(f"07-to-learn-{len(self.figures.models)}")
        self.press(review.cards.lessons.train_button)
        page = self.window.training
        assert isinstance(page, TrainingPage)
        wait(lambda: page.isVisible() or (review.question is not None and review.question.isVisible()), what="training")
        if not page.isVisible():
            assert review.question is not None
            self.shoot(f"07-release-{len(self.figures.models)}")
            self._say_why(review.question, "the first of their kind: to be learnt")
        wait(page.isVisible, what="the page Training")
        wait(lambda: page.data.contents is not None and page.method.name.text(), what="the pictures")
        name = page.method.name.text()
        began = self.passed_s
        self.press(page.train.start)
        wait(lambda: page.shown is not None and page.shown.name == name and not page.shown.active)
        assert page.shown is not None
        result = page.shown.result
        if result is None:
            raise SystemExit(page.shown.why)
        self.figures.training_s[name] = round(self.passed_s - began, 1)
        self.figures.models[name] = result.method
        wait(page.result.isVisible, what="the result")
        rest(3000)
        self.shoot(f"09-result-{name}")
        self.press(page.result.buttons["promote"])
        question = page.question
        assert question is not None
        self._say_why(question, "it knows more of what comes")
        wait(lambda: self.session.recipe is not None and self.session.recipe.model == name, what="the promotion")
        wait(lambda: self._runs(name), what="the line with it")
        self.figures.promoted_s[name] = self.passed_s
        self.window.show_page("live")
        return result

    def _runs(self, name: str) -> bool:
        model = self.session.status().model
        return model is not None and model.name == name

    def told(self, result: Result) -> None:
        """Take what the last report says of the stages."""
        assert result.growth is not None
        self.figures.stages = [
            f"{stage.name} ({stage.method}): {stage.model_dump(exclude={'name', 'method', 'created'})}"
            for stage in result.growth.stages
        ]


def the_hour(newcomer: Newcomer) -> None:
    """From the first start to three stages side by side."""
    large, small, dirty = (newcomer.defective[kind] for kind in _KINDS)
    newcomer.set_up()
    newcomer.teach()
    newcomer.parts_come("good-only", [*newcomer.good[_SHOWN : _SHOWN + _GOOD_COME], *large[:_FIRST_COME]])
    newcomer.judge()
    newcomer.learn()
    come = [*large[_FIRST_COME:], *small[:10], *dirty[:10]]
    newcomer.parts_come("few", [*newcomer.spare[:_GOOD_COME], *come])
    newcomer.judge()
    newcomer.mark_good()
    newcomer.told(newcomer.learn())
    newcomer.parts_come("automatic", [*newcomer.spare[_GOOD_COME:], *small[10:], *dirty[10:]])
    newcomer.shoot("10-live")


def main() -> NoReturn:
    """Have the hour pass, and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True, metavar="FILE")
    arguments, bottle = stage(parser)
    root = Path(tempfile.mkdtemp(prefix="newcomer."))
    # weights that were downloaded on this computer are none that a newcomer has
    os.environ["XDG_CACHE_HOME"] = str(root / "cache")
    settings = Settings(appearance=Appearance(arguments.look))
    newcomer = Newcomer(root, arguments.out, bottle, arguments.weights, arguments.size, settings)
    the_hour(newcomer)
    print(json.dumps(vars(newcomer.figures), ensure_ascii=False))
    shutil.rmtree(root, ignore_errors=True)
    sys.stdout.flush()
    passed = sum(counts.get("PASS", 0) for counts in newcomer.figures.defects.values())
    os._exit(int(passed > 0))  # its threads need no farewell


if __name__ == "__main__":
    main()
