"""Charts of a report as drawings (SVG) that hold no other file: yield group by group, and what parts fail for."""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING

from inspector.domain.palette import LIGHT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.statistics.figures import ProcessFigures
    from inspector.statistics.groups import Group

CHART_PX = 680
_HEIGHT, _LEFT, _TOP, _BOTTOM = 210, 48, 12, 40
_BAR, _NAME_PX, _MOST_BARS = 22, 250, 8
_NAMES = 6
_FONT = 'font-family="Inter, DejaVu Sans, sans-serif" font-size="11"'


def yield_chart(figures: ProcessFigures) -> str:
    """Return the first-pass yield of each group with its 95 % interval, as a data URI; empty without a group."""
    groups = figures.groups
    if not groups:
        return ""
    lows = [group.tally.first_pass_yield.interval[0] for group in groups]
    least = max(0.0, min(lows) - 0.02)
    least = int(least * 20) / 20  # a line of the scale
    width, height = CHART_PX - _LEFT - 12, _HEIGHT - _TOP - _BOTTOM
    step = width / len(groups)

    def y(share: float) -> float:
        return _TOP + height * (1.0 - (share - least) / (1.0 - least))

    drawn = [_scale(least, y)]
    every = max(1, -(-len(groups) // _NAMES))
    for place, group in enumerate(groups):
        drawn.append(_point(group, _LEFT + step * (place + 0.5), min(step * 0.6, 7.0), y))
        if place % every == 0:
            x = _LEFT + step * (place + 0.5)
            drawn.append(_text(x, _HEIGHT - 18, group.name[:16], "middle" if 40 < x < CHART_PX - 50 else "start"))
    return _uri(CHART_PX, _HEIGHT, drawn)


def pareto_chart(figures: ProcessFigures) -> str:
    """Return what most parts fail for, as a data URI; empty where none does."""
    bars = figures.pareto[:_MOST_BARS]
    if not bars:
        return ""
    most, width = bars[0].parts, CHART_PX - _NAME_PX - 110
    drawn = []
    for place, bar in enumerate(bars):
        y, long = 6 + place * _BAR, max(1.0, width * bar.parts / most)
        colour = {"FAIL": LIGHT.fail, "REVIEW": LIGHT.review}.get(bar.verdict.value, LIGHT.error)
        name = f"{bar.verdict.value} {bar.kind}"
        drawn.append(_text(0, y + 12, name if len(name) <= 38 else f"{name[:37]}…", "start"))
        drawn.append(f'<rect x="{_NAME_PX}" y="{y}" width="{long:.1f}" height="{_BAR - 6}" fill="{colour}"/>')
        words = f"{bar.parts:,} · {100 * bar.share:.1f} %"
        drawn.append(_text(_NAME_PX + long + 6, y + 12, words, "start"))
    return _uri(CHART_PX, 12 + len(bars) * _BAR, drawn)


# --- inside -----------------------------------------------------------------------------------------------------------


def _scale(least: float, y: Callable[[float], float]) -> str:
    lines = []
    for tick in range(5):
        share = least + (1.0 - least) * tick / 4
        lines.append(f'<path d="M{_LEFT} {y(share):.1f}H{CHART_PX - 12}" stroke="{LIGHT.edge}"/>')
        lines.append(_text(_LEFT - 6, y(share) + 4, f"{100 * share:.4g} %", "end"))
    return "".join(lines)


def _point(group: Group, x: float, half: float, y: Callable[[float], float]) -> str:
    rate = group.tally.first_pass_yield
    low, high = rate.interval
    value = rate.value or 0.0
    line = f'stroke="{LIGHT.muted}" stroke-width="{max(1.0, half / 4):.1f}"'
    stem = f'<path d="M{x:.1f} {y(high):.1f}V{y(low):.1f}" {line}/>'
    return stem + f'<circle cx="{x:.1f}" cy="{y(value):.1f}" r="{max(1.2, half / 2):.1f}" fill="{LIGHT.accent}"/>'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {_FONT} fill="{LIGHT.text}" text-anchor="{anchor}">{escape(words)}</text>'


def _uri(width: int, height: int, drawn: Sequence[str]) -> str:
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    ground = f'<rect width="{width}" height="{height}" fill="{LIGHT.panel}"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{ground}{"".join(drawn)}</svg>'
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
