"""Typeface, figures, the verdict that ages, the yield chart."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtGui import QFontDatabase, QFontInfo, QFontMetricsF
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from inspector.domain.tally import Tally
from inspector.engine.faces import Face
from inspector.gui import theme
from inspector.gui.live import page as live_page
from inspector.gui.live.trend import Minute, Trend, floor_of, minutes_of
from inspector.gui.station.verdict_now import FRESH_S, NEW_S
from inspector.outputs.base import YieldPoint
from tests.gui.conftest import Station, picture
from tests.logs import told


def test_the_typeface_is_inter_with_tabular_figures(qapp: QApplication, qtbot: QtBot) -> None:
    theme.apply(qapp, theme.DARK)
    words = QLabel("x")
    words.setProperty("kind", "figure")
    qtbot.addWidget(words)
    words.ensurePolished()
    assert QFontInfo(words.font()).family() == "Inter"
    metrics = QFontMetricsF(words.font())
    assert metrics.horizontalAdvance("11.1 %") == metrics.horizontalAdvance("88.8 %")
    assert metrics.horizontalAdvance(theme.figure(7, 3)) == metrics.horizontalAdvance(theme.figure(777, 3))


def test_without_the_typeface_the_systems_own_is_used(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFontDatabase, "hasFamily", staticmethod(lambda _: False))
    monkeypatch.setattr(theme, "resources_dir", lambda: tmp_path)
    with told("inspector.gui.theme") as said:
        theme.apply(qapp, theme.DARK)
    assert "the system's own is used" in said[0]
    assert qapp.font().pixelSize() == theme.TEXT_PX


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_the_arrows_of_a_file_dialog_can_be_seen(look: theme.Theme, qapp: QApplication, qtbot: QtBot) -> None:
    theme.apply(qapp, look)
    dialog = QFileDialog()
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(dialog)
    dialog.ensurePolished()
    ground = look.colour("ground").lightness()
    for name in ("backButton", "forwardButton", "toParentButton"):
        button = dialog.findChild(QToolButton, name)
        assert button is not None
        drawn = button.icon().pixmap(16, 16).toImage()
        colours = [drawn.pixelColor(x, y) for x in range(drawn.width()) for y in range(drawn.height())]
        seen = [abs(colour.lightness() - ground) for colour in colours if colour.alpha() > 200]
        assert max(seen) > 90, name


def test_the_licence_lies_beside_the_fonts() -> None:
    from inspector.paths import resources_dir

    fonts = resources_dir() / "fonts"
    assert "SIL OPEN FONT LICENSE Version 1.1" in (fonts / "OFL.txt").read_text(encoding="utf-8")
    assert sum(path.stat().st_size for path in fonts.iterdir()) < 1_500_000


@pytest.mark.parametrize(
    ("value", "digits", "words"), [(None, 3, "\u2007\u2007–"), (7.4, 2, "\u20077"), (99.6, 2, "100"), (12.0, 2, "12")]
)
def test_a_figure_is_as_wide_as_its_digits(value: float | None, digits: int, words: str) -> None:
    assert theme.figure(value, digits) == words


def test_an_old_verdict_is_never_shown_as_new(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    picture(station.pictures / "good.png", bad=False)
    live = station.window.live
    monkeypatch.setattr(live_page, "perf_counter", lambda: 0.0)  # whatever the load, nothing grows old
    station.session.start()
    station.until(lambda: live.verdict.face is Face.PASS and not live.verdict.dimmed)
    assert live.verdict.caption.startswith("part 1 · ")
    monkeypatch.setattr(live_page, "perf_counter", lambda: time.perf_counter() + NEW_S + 0.1)
    station.until(lambda: live.verdict.dimmed)
    assert live.verdict.face is Face.PASS
    assert live.verdict.caption.startswith("last: part 1 · ")
    assert live.verdict.accessibleDescription() == "PASS, earlier part"
    monkeypatch.setattr(live_page, "perf_counter", lambda: 0.0)
    picture(station.pictures / "second.png", bad=True)
    station.until(lambda: live.verdict.face is Face.FAIL)
    assert not live.verdict.dimmed
    monkeypatch.setattr(live_page, "perf_counter", lambda: time.perf_counter() + NEW_S + FRESH_S + 1)
    station.until(lambda: live.verdict.face is Face.WAITING)
    assert not live.verdict.dimmed


def test_minutes_without_parts_and_older_ones_are_left_out() -> None:
    now = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
    at = [datetime(2026, 1, 31, 10, 59, tzinfo=UTC), now.replace(hour=11, minute=30), now]
    points = [
        YieldPoint(start=at[0], tally=Tally(passed=1)),
        YieldPoint(start=at[1], tally=Tally(passed=3, failed=1)),
        YieldPoint(start=at[2], tally=Tally(passed=2)),
    ]
    minutes = minutes_of(points, now.timestamp() + 5)
    assert [(round(minute.ago, 2), minute.yield_percent, minute.parts) for minute in minutes] == [
        (29.58, 75.0, 4),
        (0.0, 100.0, 2),
    ]


@pytest.mark.parametrize(
    ("lowest", "floor"), [(100.0, 95), (95.6, 95), (95.4, 90), (90.5, 80), (60.0, 50), (54.0, 0), (0.0, 0)]
)
def test_the_scale_begins_just_below_the_lowest_minute(lowest: float, floor: int) -> None:
    minutes = [Minute(ago=1.0, yield_percent=100.0, parts=1), Minute(ago=0.0, yield_percent=lowest, parts=1)]
    assert floor_of(minutes) == floor
    assert floor_of([]) == 95


def test_the_chart_says_what_it_shows(qtbot: QtBot) -> None:
    trend = Trend()
    qtbot.addWidget(trend)
    trend.resize(330, 200)
    assert not trend.grab().isNull()
    start = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
    trend.show_points([YieldPoint(start=start, tally=Tally(passed=9, failed=1))], start.timestamp() + 125.0)
    assert trend.chart.accessibleDescription() == "90.0 % in the last minute with parts"
    for rate, words in ((None, ""), (0.0, "0.0 PARTS/MIN"), (9.9, "9.9 PARTS/MIN"), (23.6, "24 PARTS/MIN")):
        trend.show_rate(rate)
        assert trend.rate.text() == words
    assert not trend.grab().isNull()
