"""The window takes the model before back where the blind audit shows too many escapes, and says so."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from pytestqt.qtbot import QtBot

from inspector import assembly
from inspector.domain.config import ArchiveConfig, KeepPolicy
from inspector.domain.failing import FailConfig
from inspector.domain.records import Verdict
from inspector.domain.review import Judgement, QueueKind
from inspector.gui.language.spoken import SPOKEN, say
from inspector.gui.station import escape_watch
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from inspector.paths import Home
from inspector.recipes.promotions import Promotions, promoted
from inspector.settings import Language
from inspector.shelf.shelf import Shelf
from tests.bundles import make_bundle
from tests.gui.conftest import Station
from tests.outputs.samples import inspection
from tests.review.parts import said, with_picture

if TYPE_CHECKING:
    from inspector.domain.records import Inspection


@pytest.fixture
def promoted_home(home: Home) -> Home:
    """The recipe Test has a limit of 5 %, and was promoted from “tiny” to “next”."""
    make_bundle(home.models / "next", classes=("good", "red", "green"))
    recipe = assembly.find_recipe("Test", home).model_copy(
        update={"failing": FailConfig(escapes_above=5.0), "archive": ArchiveConfig(keep=KeepPolicy.ALL)}
    )
    saved = Shelf(home).save(recipe)
    Promotions(home).record(saved, "next", "better", who="Ada")
    Shelf(home).save(promoted(saved, "next"))
    return home


def record_parts(home: Home) -> list[Inspection]:
    """Record twenty passes and ten rejects."""
    rows = []
    version = assembly.find_recipe("Test", home).version
    with closing(SqliteResultLog(home.log)) as log:
        for number in range(1, 31):
            part = inspection(number, Verdict.PASS if number <= 20 else Verdict.FAIL, recipe="Test")
            part = replace(part, time_utc=datetime.now(UTC), recipe_version=version)
            rows.append(with_picture(home.archive, part))
            log.append(rows[-1])
    return rows


def test_the_window_takes_up_the_model_before_and_a_banner_says_why(
    qtbot: QtBot, promoted_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(escape_watch, "_EVERY_S", 0.05)
    parts = record_parts(promoted_home)
    station = Station(qtbot, promoted_home)
    session, banners = station.session, station.window.banners
    assert session.recipe is not None
    assert session.recipe.model == "next"
    station.beat(10)
    assert "escapes" not in banners.texts()
    reviews = ReviewLog(promoted_home.log)
    for number, part in enumerate(parts):
        truth = Judgement.DEFECTIVE if number < 10 or part.decision.verdict is Verdict.FAIL else Judgement.GOOD
        reviews.add(said(part.id, truth, blind=True, queue=QueueKind.AUDIT))
    station.until(lambda: session.recipe is not None and session.recipe.model == "tiny")
    station.until(lambda: "escapes" in banners.texts())
    words = banners.texts()["escapes"]
    assert words.startswith(
        "The recipe Test was rolled back by itself from next to tiny: the blind audit shows that next"
    )
    SPOKEN.choose(Language.CHINESE)
    assert say(words).startswith("配方 Test 已自动从 next 回退到 tiny：盲审表明 next 至少放过")
    station.close()
    assert Promotions(promoted_home).read()[-1].who == "station"


def test_what_could_not_be_done_is_said_no_longer_than_it_holds(
    qtbot: QtBot, promoted_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(escape_watch, "_EVERY_S", 0.05)
    for path in (promoted_home.models / "tiny").iterdir():
        path.unlink()  # the model before is gone
    parts = record_parts(promoted_home)
    reviews = ReviewLog(promoted_home.log)
    for number, part in enumerate(parts):
        truth = Judgement.DEFECTIVE if number < 10 or part.decision.verdict is Verdict.FAIL else Judgement.GOOD
        reviews.add(said(part.id, truth, blind=True, queue=QueueKind.AUDIT))
    station = Station(qtbot, promoted_home)
    banners = station.window.banners
    station.until(lambda: "It is not rolled back by itself" in banners.texts().get("escapes", ""))
    recipe = assembly.find_recipe("Test", promoted_home)
    Shelf(promoted_home).save(recipe.model_copy(update={"failing": FailConfig()}))
    station.until(lambda: "escapes" not in banners.texts())
    station.close()
