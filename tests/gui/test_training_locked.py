"""Before a promotion the window shows what the model makes of the locked parts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from inspector.domain.records import Verdict
from inspector.domain.review import Judgement
from inspector.gui.training.promotion_dialog import PromotionDialog
from inspector.paths import Home
from inspector.recipes.promotions import Promotions
from tests.gui.training_bench import Bench
from tests.regression.station import GREEN, RED, record_parts


@pytest.fixture
def bench(qtbot: QtBot, home: Home) -> Iterator[Bench]:
    """The models see red alone: the escape is lost by all of them."""
    escape, defect = (GREEN, Verdict.PASS, Judgement.DEFECTIVE), (RED, Verdict.FAIL, Judgement.DEFECTIVE)
    record_parts(home, "Test", escape, defect)
    opened = Bench(qtbot, home)
    yield opened
    opened.close()


def test_what_is_lost_is_shown_first_and_takes_a_signature(bench: Bench) -> None:
    bench.finish()
    bench.press(bench.page.result.buttons["promote"])
    dialog = bench.page.question
    assert isinstance(dialog, PromotionDialog)
    bench.qtbot.keyClicks(dialog.reason, "faster")
    bench.until(lambda: dialog.check is not None)
    assert dialog.words.text() == "quick-1 holds 1 of 2 locked parts; tiny, which is in force, holds 1."
    assert "loses 1 locked escape" in dialog.fault.text()
    assert dialog.list.item(0).text() == "escape, chip\nlost: PASS"
    bench.until(lambda: not dialog.list.item(0).icon().isNull())
    assert not dialog.yes_button.isEnabled()
    bench.qtbot.keyClicks(dialog.signature, "the chip is a cosmetic fault")
    bench.press(dialog.yes_button)
    session = bench.station.session
    bench.until(lambda: session.recipe is not None and session.recipe.model == "quick-1")
    (made,) = Promotions(bench.home).read()
    assert (made.why, made.signed) == ("faster", "the chip is a cosmetic fault")
