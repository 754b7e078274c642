"""Too many escapes by the blind audit take the model before back: once, recorded, and never a model that is another."""

from __future__ import annotations

import json
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from inspector import assembly
from inspector.cli import main
from inspector.domain.audit import AuditCounts, audit_estimate, escapes_at_least
from inspector.domain.config import ArchiveConfig, KeepPolicy
from inspector.domain.errors import RecipeError
from inspector.domain.failing import FailConfig
from inspector.domain.records import Thresholds, Verdict
from inspector.domain.review import Judgement, QueueKind
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from inspector.outputs.trail_log import TrailLog, TrailQuery, take_up
from inspector.paths import Home
from inspector.recipes.promotions import PromotionError, Promotions, promoted
from inspector.recipes.recipe import Recipe
from inspector.review.escape_limit import EscapeLimit, EscapesExceeded
from inspector.settings import Settings
from inspector.settings_file import save_settings
from inspector.shelf.shelf import Shelf
from inspector.trail.event import TrailKind
from tests.bench.escape_looks import simulate
from tests.bundles import make_bundle
from tests.outputs.samples import inspection
from tests.review.parts import said, with_picture
from tests.waits import WAIT_S

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.domain.records import Inspection

F, P = Verdict.FAIL, Verdict.PASS
GOOD, BAD = Judgement.GOOD, Judgement.DEFECTIVE


class Audited:
    """A station whose recipe R was promoted from “before” to “after”; 5 % of escapes are its limit."""

    def __init__(self, folder: Path, *, limit: float = 5.0, promote: bool = True) -> None:
        self.home = Home(root=folder / "home")
        for name in ("before", "after"):
            make_bundle(self.home.models / name)
        (folder / "parts").mkdir()
        recipe = Recipe(
            name="R", source=f"folder:{folder / 'parts'}", model="before" if promote else "after",
            failing=FailConfig(escapes_above=limit), archive=ArchiveConfig(keep=KeepPolicy.ALL),
            thresholds=Thresholds(fail_at=0.4),
        )  # fmt: skip
        self.shelf = Shelf(self.home)
        self.shelf.save(recipe)
        with closing(SqliteResultLog(self.home.log)):
            pass
        self._count = 0
        if promote:
            self.promote("after")

    @property
    def recipe(self) -> Recipe:
        return assembly.find_recipe("R", self.home)

    def promote(self, model: str) -> None:
        Promotions(self.home).record(self.recipe, model, "better", who="Ada")
        self.shelf.save(promoted(self.recipe, model))

    def record(
        self, *verdicts: Verdict, recipe: str = "R", version: int = 0, set_back: timedelta = timedelta(0)
    ) -> list[Inspection]:
        rows, time = [], datetime.now(UTC) - set_back
        with closing(SqliteResultLog(self.home.log)) as log:
            for verdict in verdicts:
                self._count += 1
                part = replace(
                    inspection(self._count, verdict, recipe=recipe),
                    time_utc=time,
                    recipe_version=version or self.recipe.version,
                )
                rows.append(with_picture(self.home.archive, part))
                log.append(rows[-1])
        return rows

    def audit(
        self,
        *,
        escapes: int,
        passes: int = 20,
        rejects: int = 10,
        recipe: str = "R",
        version: int = 0,
        set_back: timedelta = timedelta(0),
    ) -> None:
        """Record parts and judge all of them blind: every reject is defective, and so many passes."""
        rows = self.record(*[P] * passes, *[F] * rejects, recipe=recipe, version=version, set_back=set_back)
        reviews = ReviewLog(self.home.log)
        for number, part in enumerate(rows):
            defective = part.decision.verdict is F or number < escapes
            reviews.add(said(part.id, BAD if defective else GOOD, blind=True, queue=QueueKind.AUDIT))

    def check(self) -> EscapesExceeded | None:
        models = assembly.model_store(self.home)
        return EscapeLimit(self.home, self.home.log, models, self.shelf.save).check(self.recipe)

    def told(self, kind: TrailKind) -> list[tuple[str, str]]:
        take_up(self.home.root, self.home.log)
        rows = TrailLog(self.home.log).read(TrailQuery(kinds=frozenset({kind})), limit=20)
        return [(row.event.who, row.event.reason) for row in rows]


def test_the_model_before_is_taken_back_with_its_threshold_and_recorded_as_done_by_the_station(tmp_path: Path) -> None:
    station = Audited(tmp_path)
    station.audit(escapes=10)
    exceeded = station.check()
    assert exceeded is not None
    assert (station.recipe.model, station.recipe.thresholds) == ("before", Thresholds(fail_at=0.4))
    assert exceeded.saved == station.recipe
    assert exceeded.words.startswith(
        "The recipe R was rolled back by itself from after to before: the blind audit shows"
    )
    assert "20 passed parts audited" in exceeded.words
    assert "above the limit of 5 %" in exceeded.words
    last = Promotions(station.home).read()[-1]
    assert (last.who, last.rollback, last.to_model) == ("station", True, "before")
    assert station.told(TrailKind.ROLL_BACK) == [("station", last.why)]
    assert station.told(TrailKind.RECIPE)[0] == ("station", last.why)


def test_it_rolls_back_once_and_then_says_what_to_do_until_somebody_promotes_anew(tmp_path: Path) -> None:
    station = Audited(tmp_path)
    station.audit(escapes=10)
    assert station.check() is not None
    assert station.check() is None  # the parts were those of the other model
    station.audit(escapes=10)
    again = station.check()
    assert again is not None
    assert again.saved is None
    assert "it was rolled back to before by itself already. Stop the line" in again.words
    station.promote("after")
    assert station.check() is None
    station.audit(escapes=10)
    assert station.check() is not None
    assert (station.recipe.model, station.recipe.version) == ("before", 5)


@pytest.mark.parametrize(
    ("limit", "escapes", "passes", "rejects"),
    [
        (0.0, 10, 20, 10),  # off
        (5.0, 0, 20, 10),
        (5.0, 0, 0, 0),  # nothing audited
        (5.0, 1, 1, 0),  # one escape among one defect: all of them, and shows nothing of 5 %
        (5.0, 1, 20, 3),
        (60.0, 10, 20, 10),
    ],
)
def test_without_a_limit_or_with_too_little_shown_nothing_is_done(
    tmp_path: Path, limit: float, escapes: int, passes: int, rejects: int
) -> None:
    station = Audited(tmp_path, limit=limit)
    station.audit(escapes=escapes, passes=passes, rejects=rejects)
    assert station.check() is None
    assert station.recipe.model == "after"


def test_parts_that_were_not_audited_blind_do_not_count(tmp_path: Path) -> None:
    station = Audited(tmp_path)
    reviews = ReviewLog(station.home.log)
    for part in station.record(*[P] * 20, *[F] * 10):
        reviews.add(said(part.id, BAD))
    assert station.check() is None


def test_what_the_model_before_let_pass_is_not_counted_to_this_one(tmp_path: Path) -> None:
    station = Audited(tmp_path, promote=False)
    station.audit(escapes=10)
    station.promote("before")
    assert station.check() is None


def test_without_a_promotion_there_is_nothing_to_go_back_to(tmp_path: Path) -> None:
    station = Audited(tmp_path, promote=False)
    station.audit(escapes=10)
    exceeded = station.check()
    assert exceeded is not None
    assert (exceeded.saved, station.recipe.version) == (None, 1)
    assert "It is not rolled back by itself: after was not promoted, so there is no model before." in exceeded.words


@pytest.mark.parametrize("how", ["altered", "another", "gone"])
def test_a_model_that_is_not_as_it_was_is_never_taken_back(tmp_path: Path, how: str) -> None:
    station = Audited(tmp_path)
    station.audit(escapes=10)
    folder = station.home.models / "before"
    if how == "altered":
        weights = next(path for path in sorted(folder.iterdir()) if path.suffix in {".onnx", ".bin"})
        weights.write_bytes(weights.read_bytes() + b"x")
    elif how == "gone":
        folder.rename(tmp_path / "elsewhere")
    else:
        folder.rename(tmp_path / "elsewhere")
        make_bundle(folder, classes=("good", "red", "green"))
    exceeded = station.check()
    assert exceeded is not None
    assert (exceeded.saved, station.recipe.model, station.recipe.version) == (None, "after", 2)
    words = "is another one than it was, by its SHA-256" if how == "another" else "the model before cannot be used"
    assert words in exceeded.words
    assert len(Promotions(station.home).read()) == 1


def test_a_model_that_nobody_has_signed_is_not_taken_back_where_only_signed_ones_judge(tmp_path: Path) -> None:
    station = Audited(tmp_path)
    station.audit(escapes=10)
    save_settings(Settings(only_signed=True), station.home.settings)
    for path in (station.home.root / "signatures").rglob("*"):
        if path.is_file():
            path.unlink()
    exceeded = station.check()
    assert exceeded is not None
    assert exceeded.saved is None
    assert "the model before cannot be used" in exceeded.words


def test_a_roll_back_that_was_recorded_but_not_saved_is_finished(tmp_path: Path) -> None:
    station = Audited(tmp_path)
    station.audit(escapes=10)

    def fails(recipe: Recipe, *, reason: str) -> Recipe:
        raise RecipeError(f"{recipe.name} cannot be saved: disk full; {reason}", "Free space.")

    models = assembly.model_store(station.home)
    with pytest.raises(RecipeError):
        EscapeLimit(station.home, station.home.log, models, fails).check(station.recipe)
    assert station.recipe.model == "after"
    exceeded = station.check()
    assert exceeded is not None
    assert station.recipe.model == "before"
    assert [made.rollback for made in Promotions(station.home).read()] == [False, True]


def test_few_defects_show_little_of_what_comes_next() -> None:
    """All parts are audited: what they were is known exactly, what comes next is not.

    Of 1 in 2, 6 p (1 - p) is 1/40 at the limit: the likelihood averaged over p is 1/6, the risk 1/40.
    """
    passed, rejected = AuditCounts(good=9, defective=1), AuditCounts(defective=1)
    estimate = audit_estimate(passes=10, rejects=1, errors=0, passed=passed, rejected=rejected)
    assert estimate.escape_rate.low == pytest.approx(0.5)
    least = escapes_at_least(passed, rejected, passes=10, rejects=1)
    assert 6 * least * (1 - least) == pytest.approx(0.025)


def test_a_model_at_its_limit_is_seldom_rolled_back_though_every_judgement_is_looked_at() -> None:
    """All parts are audited, as they come; the exact interval of one look would do it far more often."""
    looks = simulate(stations=100, parts=2000, defective=0.1, escapes=0.05, audited=1.0, seed=7)
    assert looks.rolled_back <= 0.05 < looks.rolled_back_by_one_look


def test_a_model_far_above_its_limit_is_rolled_back_soon() -> None:
    looks = simulate(stations=30, parts=2000, defective=0.1, escapes=0.3, audited=1.0, seed=7)
    assert looks.rolled_back == 1.0


def test_two_that_look_at_once_roll_back_once(tmp_path: Path) -> None:
    """As the window and a command: both have found the recipe before either of them has saved."""
    station = Audited(tmp_path)
    station.audit(escapes=10)
    recipe, together, came = station.recipe, threading.Barrier(2), list[EscapesExceeded | None]()

    def look() -> None:
        limit = EscapeLimit(station.home, station.home.log, assembly.model_store(station.home), station.shelf.save)
        together.wait(WAIT_S)
        came.append(limit.check(recipe))

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert sorted(exceeded is None for exceeded in came) == [False, True]
    assert (station.recipe.model, station.recipe.version) == ("before", 3)
    assert [made.rollback for made in Promotions(station.home).read()] == [False, True]


def test_a_stale_recipe_promotes_nothing(tmp_path: Path) -> None:
    station = Audited(tmp_path)
    stale = station.recipe
    station.audit(escapes=10)
    assert station.check() is not None
    with pytest.raises(PromotionError, match="was saved meanwhile: it is version 3 now, not 2"):
        Promotions(station.home).record(stale, "before", "by hand", who="Ada", rollback=True)


def test_a_renamed_recipe_finds_the_model_before(tmp_path: Path) -> None:
    station = Audited(tmp_path)
    renamed = station.shelf.rename("R", "S")
    station.audit(escapes=10, recipe="S", version=renamed.version)
    limit = EscapeLimit(station.home, station.home.log, assembly.model_store(station.home), station.shelf.save)
    exceeded = limit.check(assembly.find_recipe("S", station.home))
    assert exceeded is not None
    assert assembly.find_recipe("S", station.home).model == "before"
    assert [made.recipe for made in Promotions(station.home).read()] == ["S", "S"]


def test_the_clock_of_the_record_does_not_matter(tmp_path: Path) -> None:
    """The clock was set back by a day after the promotion: its parts count, those of the model before do not."""
    station = Audited(tmp_path, promote=False)
    station.audit(escapes=10, rejects=1)
    station.promote("before")
    station.audit(escapes=0, set_back=timedelta(days=1))
    assert station.check() is None
    station.audit(escapes=10, set_back=timedelta(days=1))
    assert station.check() is not None


def test_judging_a_part_of_the_audit_by_a_command_rolls_back_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    station = Audited(tmp_path)
    station.audit(escapes=10)
    station.record(P)
    places = ("--home", str(station.home.root), "--reviewer", "Bob", "--sample", "50")
    assert main(["review", "audit", *places, "--json"]) == 0
    part = json.loads(capsys.readouterr().out)["entries"][0]["inspection_id"]
    assert main(["review", "judge", part, "good", "--queue", "audit", *places]) == 0
    assert "warning: The recipe R was rolled back by itself from after to before" in capsys.readouterr().err
    assert station.recipe.model == "before"
