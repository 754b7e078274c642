"""The live table in the terminal."""

from __future__ import annotations

import re
import time
from collections import deque
from typing import TYPE_CHECKING, Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from inspector.domain.counts import counted
from inspector.domain.records import Verdict
from inspector.domain.source import shown
from inspector.engine.status import Pace
from inspector.pictures import left_out_words

if TYPE_CHECKING:
    from types import TracebackType

    from inspector.domain.tally import Tally
    from inspector.engine.status import EngineStatus, PartInspected
    from inspector.recipes.recipe import Recipe

_STYLES = {Verdict.PASS: "cyan", Verdict.FAIL: "bold red", Verdict.REVIEW: "yellow", Verdict.ERROR: "bold magenta"}
_SIGNS = {Verdict.PASS: "✓", Verdict.FAIL: "✗", Verdict.REVIEW: "?", Verdict.ERROR: "!"}
_ROWS = 10
_FIGURES = re.compile(r"\d+")


class LiveTable:
    """Shows the last parts and the figures on stderr; without a terminal: faults at once, figures every ten seconds.

    Args:
        recipe: The recipe in force; its name stands in the title.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._console = Console(stderr=True)
        self._recipe = recipe
        self._last: deque[PartInspected] = deque(maxlen=_ROWS)
        self._live: Live | None = None
        self._said_s = time.perf_counter()
        self._drawn_s = 0.0
        self._told: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live = Live(console=self._console, auto_refresh=False, transient=False)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def part(self, event: PartInspected) -> None:
        """Note a part."""
        self._last.append(event)

    def update(self, status: EngineStatus, tally: Tally) -> None:
        """Draw, no more than ten times a second."""
        now = time.perf_counter()
        if self._live is not None and now - self._drawn_s > 0.1:
            self._drawn_s = now
            self._live.update(Group(self._table(), self._figures(status, tally)), refresh=True)
        elif self._live is None and (now - self._said_s > 10.0 or _told(status) != self._told):
            self._said_s, self._told = now, _told(status)
            self._console.print(self._figures(status, tally), soft_wrap=True)

    def _table(self) -> Table:
        table = Table(title=f"{self._recipe.name} · {shown(self._recipe.source)}", title_justify="left")
        for heading in ("part", "verdict", "P(defective)", "reason", "ms"):
            table.add_column(heading, justify="right" if heading in {"part", "P(defective)", "ms"} else "left")
        for event in self._last:
            decision = event.inspection.decision
            score = "–" if decision.p_defective is None else f"{decision.p_defective:.3f}"
            style = _STYLES[decision.verdict]
            table.add_row(
                " · ".join(filter(None, (str(event.inspection.part_number), event.inspection.called))),
                Text(f"{_SIGNS[decision.verdict]} {decision.verdict.value}", style=style),
                score,
                Text(decision.reason, overflow="ellipsis", no_wrap=True),
                f"{event.committed_ms:.0f}",
            )
        return table

    def _figures(self, status: EngineStatus, tally: Tally) -> Text:
        good = f"{100 * tally.first_pass_yield.value:.1f} %" if tally.first_pass_yield.value is not None else "–"
        p50 = f"{status.latency_p50_ms:.0f}" if status.latency_p50_ms is not None else "–"
        p99 = f"{status.latency_p99_ms:.0f}" if status.latency_p99_ms is not None else "–"
        text = Text(
            f"{counted(tally.inspected, 'part')} · {tally.passed} pass · {tally.failed} fail · {tally.review} review · "
            f"{tally.error} error · yield {good} · {status.fps:.0f} fps · {status.dropped} dropped · "
            f"trigger → commit p50 {p50} ms, p99 {p99} ms"
        )
        for fault in _faults(status):
            text.append(f"\n{fault}", style="bold red")
        for words in _left_out(status):
            text.append(f"\n{words}", style="yellow")
        return text


def _told(status: EngineStatus) -> tuple[str, ...]:
    """What is told at once; a fault of which only the figures have changed, as how long it lasts, is told already."""
    return tuple(_FIGURES.sub("", fault) for fault in _faults(status)) + _left_out(status)


def _left_out(status: EngineStatus) -> tuple[str, ...]:
    return (f"not taken: {left_out_words(status.left_out)}",) if status.left_out else ()


def _faults(status: EngineStatus) -> tuple[str, ...]:
    waits = bool(status.log_fault)  # parts wait for the log then: no faster device helps
    late = status.pace_message if status.pace is Pace.TOO_SLOW and not waits else ""
    model = (status.model_fault, status.view_fault, status.doubt)
    faults = (status.source_message, status.unseen, late, status.log_fault, status.archive_fault, status.fault, *model)
    return tuple(fault for fault in faults if fault)
