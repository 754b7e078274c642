"""The Statistics page: choose parts, see how the process does, pick a point and look at its parts."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from inspector.domain.records import Verdict
from inspector.domain.sentence import sentence
from inspector.files import with_ending
from inspector.gui.statistics.chart import ChartView, LineChart, MapChart
from inspector.gui.statistics.charts_of import (
    ChartKind,
    control_chart,
    latency_chart,
    legend_of,
    pareto_chart,
    places_words,
    score_chart,
)
from inspector.gui.statistics.choice_bar import ChoiceBar
from inspector.gui.statistics.parts_card import PartsCard
from inspector.gui.statistics.tables import GroupsTable
from inspector.gui.statistics.watched_panel import WatchedPanel, chart_of
from inspector.gui.theme import CURRENT
from inspector.gui.widgets.basics import OneLine, card, label
from inspector.gui.widgets.later import Page
from inspector.gui.work import Latest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.domain.records import Inspection
    from inspector.gui.statistics.store import PlacesAnswer, StatisticsAnswer, StatisticsStore, WatchedAnswer
    from inspector.gui.work import Worker
    from inspector.outputs.roll_up_reads import RollUpQuery
    from inspector.statistics.figures import ProcessFigures
    from inspector.statistics.places import HotPlaces

_NOTHING = "No part was inspected in this choice. Take a longer time, or every recipe, lot and model."
_READING = "Reading the record"
_REJECTED = frozenset({Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR})


class StatisticsPage(Page):
    """See the module.

    Args:
        store: Reads the record.
        worker: Used for it alone.
        shift_starts: At which hours shifts begin now.
    """

    part_wanted = Signal(str)  #: id of a part that is to be looked at
    report_wanted = Signal(object)  #: RollUpQuery of the parts whose report is to be written

    def __init__(
        self,
        store: StatisticsStore,
        worker: Worker,
        *,
        shift_starts: Callable[[], Sequence[int]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._worker, self._shift_starts = store, worker, shift_starts
        self._figures_read = Latest(worker, self._failed)
        self._places_read = Latest(worker, self._failed)
        self._watched_read = Latest(worker, self._failed)
        self._parts_read = Latest(worker, lambda error: self.parts.title.say(sentence(str(error))))
        self._figures: ProcessFigures | None = None
        self._places: HotPlaces | None = None
        self._kind = ChartKind.YIELD
        self._build()
        self.choice.changed.connect(self._choose)
        self.chart.picked.connect(self._pick)
        self.chart.cell_picked.connect(self._pick_cell)
        self.groups.chosen.connect(self._pick_group)
        self.parts.part_wanted.connect(self.part_wanted)

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(10, 10, 10, 8)
        outer.setSpacing(10)
        top = QHBoxLayout()
        self.choice = ChoiceBar(self)
        top.addWidget(self.choice, 1)
        self.refresh_button = self._button("Refresh", "Read what was inspected meanwhile", self.refresh)
        self.report_button = self._button(
            "Write a report",
            "Of what is chosen: a page, a PDF, JSON and a table, into the data folder",
            self._want_report,
        )
        top.addWidget(self.report_button)
        top.addWidget(self.refresh_button)
        outer.addLayout(top)
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.setChildrenCollapsible(False)
        split.addWidget(self._chart_card())
        below = QSplitter(Qt.Orientation.Horizontal, self)
        below.setChildrenCollapsible(False)
        frame, layout = card(self)
        self.groups = GroupsTable(self)
        self.total = OneLine()
        layout.addWidget(self.total)
        layout.addWidget(self.groups, 1)
        below.addWidget(frame)
        self.parts = PartsCard(self)
        below.addWidget(self.parts)
        below.setSizes([660, 500])
        split.addWidget(below)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setSizes([420, 270])
        outer.addWidget(split, 1)

    def _chart_card(self) -> QWidget:
        frame, layout = card(self)
        row = QHBoxLayout()
        row.setSpacing(6)
        self.kinds: dict[ChartKind, QPushButton] = {}
        for kind in ChartKind:
            button = self._button(kind.value, f"Show: {kind.value.lower()}", partial(self._show_kind, kind))
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.setProperty("kind", "mode")
            self.kinds[kind] = button
            row.addWidget(button)
        self.kinds[self._kind].setChecked(True)
        row.addStretch(1)
        self.all_button = self._button("Show all", "Zoom out; the wheel zooms in, a drag moves", self._show_whole)
        self.picture_button = self._button("Picture…", "Save the chart as a picture (PNG)", self._ask_picture)
        self.table_button = self._button("Table…", "Save what the chart shows as a table (CSV)", self._ask_table)
        for button in (self.all_button, self.picture_button, self.table_button):
            row.addWidget(button)
        layout.addLayout(row)
        self.said = OneLine()
        layout.addWidget(self.said)
        beside = QHBoxLayout()
        self.chart = ChartView(self)
        beside.addWidget(self.chart, 1)
        self.watched = WatchedPanel(self)
        self.watched.hide()
        self.watched.chosen.connect(self._show_measure)
        beside.addWidget(self.watched)
        layout.addLayout(beside, 1)
        self.legend = label("", "muted")
        self.legend.setProperty("rich", True)
        layout.addWidget(self.legend)
        return frame

    def _button(self, words: str, tip: str, do: Callable[[], object]) -> QPushButton:
        button = QPushButton(words, self)
        button.setToolTip(tip)
        button.clicked.connect(lambda _: do())
        return button

    # --- hand ---------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The page is shown: read what is new."""
        self.refresh()

    def _choose(self) -> None:
        """Others are chosen: what is shown is of those before."""
        self._clear(_READING)
        self.refresh()

    def refresh(self) -> None:
        """Read the figures of what is chosen."""
        if self._figures is None:
            self._clear(_READING)
        query, by = self.choice.query(self._shift_starts()), self.choice.group_by
        self._figures_read.ask(lambda: self._store.figures(query, by), self._on_figures)

    def _want_report(self) -> None:
        query = self.choice.query(self._shift_starts())
        if query.model_sha256 is not None or query.nest is not None:
            self.said.say("A report is of the parts of all models and nests: choose every one of them first.")
            return
        self.report_button.setEnabled(False)
        self.said.say("Checking the record and writing the report…")
        self.report_wanted.emit(query)

    def show_report_state(self, words: str) -> None:
        """Say what became of a report that was wanted."""
        self.report_button.setEnabled(True)
        self.said.say(words)

    def _show_kind(self, kind: ChartKind) -> None:
        self._kind = kind
        self._show()

    def _show_whole(self) -> None:
        self.chart.show_all()

    def _on_figures(self, answer: StatisticsAnswer) -> None:
        self._figures = answer.figures
        self.choice.show_keys(answer.keys)
        self.groups.show_figures(answer.figures)
        rate = answer.figures.total.first_pass_yield
        low, high = rate.interval
        told = (
            ""
            if rate.value is None
            else f", {100 * rate.value:.2f} % passed at first (95 %: {100 * low:.2f} to {100 * high:.2f})"
        )
        self.total.say(f"{rate.total:,} parts{told}" if rate.total else "No parts")
        self._forget_parts()
        self._show()

    def _failed(self, error: Exception) -> None:
        self._clear(sentence(str(error)))

    def _clear(self, words: str) -> None:
        """Show no figures, and say why."""
        self._figures = None
        self._places_read.forget()
        self._watched_read.forget()
        self.watched.hide()
        self.groups.show_rows([])
        self.total.say("")
        self._forget_parts()
        self._say_nothing(words)

    def _show(self) -> None:
        figures, kind = self._figures, self._kind
        self._places_read.forget()  # their map must not come over another chart
        self._watched_read.forget()
        self.watched.hide()
        if figures is None:
            return
        if not figures.groups:
            self._say_nothing(_NOTHING)
            return
        self._enable(True)
        if kind is ChartKind.PLACES:
            self._say_nothing("Reading the heatmaps of the newest rejected parts")
            self._places_read.ask(lambda: self._store.places(figures.query), self._on_places)
        elif kind is ChartKind.WATCHED:
            self._say_nothing("Reading what pictures of parts are like")
            self._watched_read.ask(lambda: self._store.watched(figures.query), self._on_watched)
        elif kind is ChartKind.FAILURES:
            bars, words = pareto_chart(figures)
            self.said.say(words)
            self.legend.hide()
            if bars.bars:
                self.chart.show_chart(bars)
            else:
                self._say_nothing("Every part of this choice passed.")
        else:
            lines, words = {
                ChartKind.YIELD: control_chart,
                ChartKind.SCORES: score_chart,
                ChartKind.LATENCY: latency_chart,
            }[kind](figures)
            self._show_lines(lines, words)

    def _show_lines(self, chart: LineChart | None, words: str) -> None:
        if chart is None:
            self._say_nothing(words)
            return
        self.said.say(words)
        self.chart.show_chart(chart)
        theme = CURRENT.theme
        self.legend.show()
        self.legend.setText(
            "&nbsp;&nbsp;&nbsp;".join(
                f'<span style="color:{theme.colour(colour).name()}">{told}</span>' for colour, told in legend_of(chart)
            )
        )

    def _on_places(self, answer: PlacesAnswer) -> None:
        self._places = answer.places
        if answer.places is None or not answer.places.places:
            self._say_nothing(places_words(answer.places))
            return
        self._enable(True)
        self.said.say(places_words(answer.places))
        self.chart.show_chart(MapChart(density=answer.places.density, picture=answer.picture))

    def _on_watched(self, answer: WatchedAnswer) -> None:
        self.watched.show_answer(answer)
        self._show_measure()

    def _show_measure(self) -> None:
        shown, words = self.watched.shown, self.watched.words()
        self.watched.setVisible(shown is not None)
        if shown is None:
            self._say_nothing(words)
            return
        self._enable(True)
        self._show_lines(chart_of(shown[1]), words)
        self.table_button.setEnabled(False)  # it has the groups, which are not shown

    def _say_nothing(self, words: str) -> None:
        """Show words where there is no chart."""
        self.said.say("")
        self.legend.hide()
        self.chart.say(words)
        self._enable(False)

    def _enable(self, on: bool) -> None:  # noqa: FBT001 - whether there is a chart
        for button in (self.all_button, self.picture_button, self.table_button):
            button.setEnabled(on)

    # --- the parts behind a point -------------------------------------------------------------------------------------

    def _pick(self, place: int) -> None:
        figures = self._figures
        if figures is None:
            return
        if self._kind is ChartKind.FAILURES:
            bar = figures.pareto[place]
            self._list(figures.query, f"{bar.verdict.value}, {bar.kind}", frozenset({bar.verdict}), bar.kind)
            return
        if self._kind is ChartKind.WATCHED:
            if (shown := self.watched.shown) is not None:
                point = shown[1].points[place]
                name = f"From {point.first.astimezone():%H:%M:%S} on"
                self._parts_read.ask(lambda: self._store.of_these(point.parts), partial(self.parts.show_parts, name))
            return
        self.groups.mark(place)
        self._pick_group(place)

    def _pick_group(self, place: int) -> None:
        """List the parts of a group: on the control chart those that did not pass."""
        if self._figures is None:
            return
        group = self._figures.groups[place]
        rejected = self._kind is ChartKind.YIELD
        name = f"{group.name}, did not pass" if rejected else group.name
        self._list(group.query, name, _REJECTED if rejected else None, None)

    def _pick_cell(self, column: int, row: int) -> None:
        places, figures = self._places, self._figures
        if places is None or figures is None:
            return
        wanted = set(places.within(column, row))
        query = replace(figures.query, recipe=places.recipe)

        def read() -> list[Inspection]:
            return [part for part in self._store.hot_parts(query) if part.id in wanted]

        self._parts_read.ask(read, partial(self.parts.show_parts, "hottest there"))

    def _list(self, query: RollUpQuery, name: str, verdicts: frozenset[Verdict] | None, kind: str | None) -> None:
        self.parts.title.say(f"{name}: reading")
        self._parts_read.ask(lambda: self._store.parts(query, verdicts, kind), partial(self.parts.show_parts, name))

    def _forget_parts(self) -> None:
        self._parts_read.forget()
        self.parts.show_none()

    # --- files --------------------------------------------------------------------------------------------------------

    def _ask_picture(self) -> None:
        if path := self._path("Save the chart", "statistics.png"):
            self.save_picture(path)

    def _ask_table(self) -> None:
        if path := self._path("Save the table", "statistics.csv"):
            self.save_table(path)

    def _path(self, title: str, name: str) -> Path | None:
        chosen, _ = QFileDialog.getSaveFileName(self, title, name, f"*{Path(name).suffix}")
        return with_ending(Path(chosen), Path(name).suffix) if chosen else None

    def save_picture(self, path: Path) -> None:
        """Write the chart as PNG."""
        data = self.chart.png()
        self._worker.do(lambda: self._store.save_picture(data, path), self.said.say, self._not_written)

    def save_table(self, path: Path) -> None:
        """Write what the chart shows as CSV: failures by reason, or the groups."""
        figures, pareto = self._figures, self._kind is ChartKind.FAILURES
        if figures is not None:
            done = self.said.say
            self._worker.do(lambda: self._store.export(figures, path, pareto=pareto), done, self._not_written)

    def _not_written(self, error: Exception) -> None:
        self.said.say(sentence(str(error)))
