"""The page of a batch's report: one HTML file that holds its pictures, and prints on A4.

Its colours are those of the window's light look, its verdicts words and colours. The station may not know the trainer,
whose report (`trainer/report_page.py`) is another page.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from inspector.batch.summary import evidence, facts, kinds, rate_words, rates, warnings
from inspector.domain.confusion import escapes_of
from inspector.domain.rates import Rate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from inspector.batch.record import RunRecord
    from inspector.batch.table import BatchTable
    from inspector.domain.confusion import Confusion

_STYLE = """
@page { size: A4; margin: 15mm; }
* { box-sizing: border-box; }
body { font: 10pt/1.45 Inter, "Segoe UI", "DejaVu Sans", sans-serif; color: #1b1f23; background: white;
  max-width: 180mm; margin: 8mm auto; padding: 0 2mm; }
h1 { font-size: 17pt; line-height: 1.2; margin: 0 0 3mm; overflow-wrap: anywhere; }
h2 { font-size: 12pt; margin: 8mm 0 2mm; padding-bottom: 1mm; border-bottom: 0.3mm solid #d9dde2; }
p { margin: 2mm 0; }
.lead { font-size: 11pt; }
.note { border-left: 1.2mm solid #1668b8; padding: 1mm 3mm; }
.warning { border-left-color: #c43d16; }
.quiet { color: #586169; }
table { border-collapse: collapse; width: 100%; margin: 2mm 0; font-size: 9pt; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 1mm 4mm 1mm 0; vertical-align: top; border-bottom: 0.2mm solid #d9dde2; }
th { font-weight: 600; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; white-space: nowrap; }
.facts td:first-child { width: 48mm; color: #586169; }
.facts td { overflow-wrap: anywhere; }
.wrong { background: #fbeae5; font-weight: 600; }
.pass { color: #0f7a52; } .fail { color: #c43d16; } .review { color: #a86f00; } .error { color: #6941b8; }
.verdict { font-weight: 700; }
.tiles { display: grid; grid-template-columns: repeat(3, 1fr); gap: 4mm; }
figure { margin: 0; break-inside: avoid; }
figure div { display: flex; gap: 1mm; background: #22262a; }
figure img { width: 50%; height: auto; align-self: center; flex: 1 1 50%; min-width: 0; }
figure .none { color: #d9dde2; padding: 6mm 3mm; font-size: 8pt; width: 100%; text-align: center; }
figcaption { font-size: 7.5pt; line-height: 1.3; overflow-wrap: anywhere; margin-top: 1mm; }
@media print {
  body { max-width: none; margin: 0; padding: 0; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  h2 { break-after: avoid; }
  tr, .note { break-inside: avoid; }
  h2 + table:not(.facts) { break-inside: avoid; }
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One picture of the report.

    Args:
        path: Within the folder of pictures.
        verdict: PASS, FAIL, REVIEW or ERROR.
        p_defective: 0..1; None for an ERROR.
        label: What it really is, in words; empty where unknown.
        assessment: "escape", "overkill" or empty.
        reason: As in `Row.reason`.
        picture: Data URI; empty where it cannot be shown.
        overlay: Data URI of the picture with its heatmap; likewise.
        shows: What the heatmap shows, in words; empty without one.
        fault: Why something is not shown; else empty.
    """

    path: str
    verdict: str
    p_defective: float | None
    label: str
    assessment: str
    reason: str
    picture: str
    overlay: str
    shows: str
    fault: str


def page(table: BatchTable, record: RunRecord | None, tiles: Sequence[Tile], *, left_out: int, made: str) -> str:
    """Return the page.

    Args:
        record: The batch's; None where there is none.
        tiles: The pictures that are shown, what needs a look first.
        left_out: How many that would belong there are not shown.
        made: When and by whom the report is made.
    """
    title = f"Batch: {record.folder.replace(chr(92), '/').rstrip('/').rpartition('/')[2]}" if record else "Batch"
    confusion = table.confusion()
    parts = [
        f"<h1>{escape(title)}</h1>",
        *(f'<p class="note warning">{escape(warning)}</p>' for warning in warnings(table, record)),
        *_summary(table, confusion),
        *_types(confusion),
        *_categories(table),
        "<h2>What was judged, and by what</h2>",
        _facts([*facts(table, record), ("Report made", made)]),
        *_pictures(tiles, left_out),
    ]
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n' + "\n".join(parts) + "\n</body></html>\n"


# --- inside -----------------------------------------------------------------------------------------------------------


def _summary(table: BatchTable, confusion: Confusion) -> list[str]:
    counts = [
        sum(getattr(tally, name) for _, tally in kinds(confusion)) for name in ("passed", "failed", "review", "error")
    ]
    total = len(table)
    rows = [
        [f'<span class="verdict {name.lower()}">{name}</span>', str(count), _share(count, total)]
        for name, count in zip(("PASS", "FAIL", "REVIEW", "ERROR"), counts, strict=True)
    ]
    parts = [_table(["Verdict", "Pictures", "Share, 95 % interval"], rows)]
    if not confusion.labelled.inspected:
        parts.append(
            '<p class="note">The pictures have no labels, so nothing is said of escapes and overkill. Labels come from '
            "folders called good, with the defect types beside it, or from a table.</p>"
        )
        return parts
    parts += ["<h2>Verdicts and what the parts are</h2>", _confusion(confusion)]
    parts += [
        f'<p class="lead">{escape(name)}: <b>{escape(rate_words(rate))}</b></p>' for name, rate in rates(confusion)
    ]
    said = evidence(confusion) or "There is no defective part with a label and a verdict: nothing is said of escapes."
    parts.append(f'<p class="note">{escape(said)}</p>')
    if confusion.good.error or confusion.defective.error:
        words = "An error is no verdict: such parts are looked at, and are in no rate of escapes and overkill."
        parts.append(f'<p class="quiet">{words}</p>')
    return parts


def _confusion(confusion: Confusion) -> str:
    rows = []
    for name, tally in kinds(confusion):
        cells = [name, tally.passed, tally.review, tally.failed, tally.error, tally.inspected]
        wrong = {"defective": 1, "good": 3}.get(name)
        rows.append(
            "<tr>"
            + "".join(
                f'<td class="{"number" if place else ""}{" wrong" if place == wrong and cell else ""}">{cell}</td>'
                for place, cell in enumerate(cells)
            )
            + "</tr>"
        )
    heads = ("Label", "passed", "review", "failed", "error", "all")
    return _raw_table(heads, rows)


def _types(confusion: Confusion) -> list[str]:
    if not confusion.types:
        return []
    rows = [
        [
            escape(name),
            *(str(x) for x in (tally.passed, tally.review, tally.failed, tally.error)),
            _rate(escapes_of(tally)),
        ]
        for name, tally in confusion.types.items()
    ]
    return [
        "<h2>By defect type</h2>",
        _table(["Type", "passed", "review", "failed", "error", "Escapes, 95 % interval"], rows),
    ]


def _categories(table: BatchTable) -> list[str]:
    if len(table.category_names) < 2:
        return []
    rows = []
    for code, name in sorted(enumerate(table.category_names), key=lambda category: category[1]):
        own = table.confusion((table.categories == code).nonzero()[0])
        rows.append([escape(name), str(own.total.inspected), _rate(own.escapes), _rate(own.overkill)])
    return [
        "<h2>By category</h2>",
        _table(["Category", "Pictures", "Escapes, 95 % interval", "Overkill, 95 % interval"], rows),
    ]


def _pictures(tiles: Sequence[Tile], left_out: int) -> list[str]:
    if not tiles:
        return []
    said = "Wrong verdicts first, then failures, reviews and errors; left the picture, right with its heatmap."
    if left_out:
        said += f" {left_out} more are not shown."
    cells = "\n".join(_tile(tile) for tile in tiles)
    return ["<h2>Pictures</h2>", f'<p class="quiet">{said}</p>', f'<div class="tiles">{cells}</div>']


def _tile(tile: Tile) -> str:
    images = "".join(f'<img src="{uri}" alt="">' for uri in (tile.picture, tile.overlay) if uri)
    box = images or f'<span class="none">{escape(tile.fault)}</span>'
    score = "" if tile.p_defective is None else f" · P {tile.p_defective:.3f}"
    lines = [f'<span class="verdict {tile.verdict.lower()}">{tile.verdict}</span>{score}']
    if tile.label:
        lines[0] += f" · is {escape(tile.label)}" + (f": <b>{tile.assessment}</b>" if tile.assessment else "")
    lines.append(escape(tile.path))
    if tile.overlay:
        lines.append(f"heatmap: {tile.shows}")
    reason = tile.reason if tile.verdict == "ERROR" else ""
    lines += [escape(words) for words in (reason, tile.fault) if words and images]
    if tile.verdict == "ERROR" and not images:
        lines.append(escape(tile.reason))
    return f"<figure><div>{box}</div><figcaption>{'<br>'.join(lines)}</figcaption></figure>"


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    body = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in rows)
    return f'<table class="facts"><tbody>{body}</tbody></table>'


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table of HTML cells; the first column holds names, the others numbers."""
    body = [
        "<tr>"
        + "".join(f'<td class="{"number" if place else ""}">{cell}</td>' for place, cell in enumerate(cells))
        + "</tr>"
        for cells in rows
    ]
    return _raw_table(heads, body)


def _raw_table(heads: Sequence[str], body: Sequence[str]) -> str:
    head = "".join(f'<th class="{"number" if place else ""}">{escape(name)}</th>' for place, name in enumerate(heads))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def _share(count: int, total: int) -> str:
    return _rate(Rate(count, total))


def _rate(rate: Rate) -> str:
    if rate.value is None:
        return "–"
    low, high = rate.interval
    return f"{100 * rate.value:.1f} % ({100 * low:.1f} to {100 * high:.1f} %)"
