"""The page of a report: one HTML file that holds its pictures, and prints on A4.

Pictures stand beside one another in tables and state their width, so that the window's viewer, which knows little CSS,
shows the same page as a browser; lengths that matter there are in px, and margins one by one, for its sake.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from inspector.domain.counts import counted, verb
from trainer.evaluation import DefectFigures, left_out_once, untested
from trainer.figures import DEFECT_INK, FAINT, GOOD_INK, INK, MUTED
from trainer.growth_words import GROWTH_NOTE, growth_columns
from trainer.page_parts import beside, href, image
from trainer.samples import words
from trainer.suspects_page import suspects_section
from trainer.unseen_words import UNSEEN_HEADS, unseen_rows, unseen_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trainer.evaluation import Figures, GoodFigures, Suspect
    from trainer.report_metrics import Metrics, ReportedFinding
    from trainer.samples import SampleTile

_STYLE = f"""
@page {{ size: A4; margin: 15mm; }}
* {{ box-sizing: border-box; }}
body {{ font: 10pt/1.4 "DejaVu Sans", Verdana, "Segoe UI", sans-serif; color: {INK}; background: white;
  max-width: 180mm; margin: 8mm auto; padding: 0 2mm; }}
h1 {{ font-size: 17pt; line-height: 1.2; margin-top: 0; margin-bottom: 12px; overflow-wrap: anywhere; }}
h2 {{ font-size: 12pt; margin-top: 30px; margin-bottom: 8px; padding-bottom: 1mm;
  border-bottom: 0.4mm solid {FAINT}; }}
h3 {{ font-size: 10pt; margin-top: 16px; margin-bottom: 4px; }}
p {{ margin-top: 6px; margin-bottom: 6px; }}
.lead {{ font-size: 11pt; }}
.box {{ border-left: 1.2mm solid {GOOD_INK}; padding: 1mm 3mm; margin-top: 10px; margin-bottom: 10px; }}
.warning {{ border-left-color: {DEFECT_INK}; }}
.muted {{ color: {MUTED}; break-before: avoid; }}
table {{ border-collapse: collapse; font-size: 8.5pt; margin-top: 8px; margin-bottom: 8px; }}
th, td {{ text-align: left; padding: 3px 16px 3px 0px; vertical-align: top; border-bottom: 0.2mm solid {FAINT};
  overflow-wrap: anywhere; }}
td:last-child, th:last-child {{ padding-right: 0; }}
th, td:first-child {{ overflow-wrap: break-word; }}
td:first-child {{ min-width: 26mm; }}
th {{ font-weight: bold; }}
td.number, th.number {{ text-align: right; vertical-align: bottom; font-variant-numeric: tabular-nums; }}
td.number {{ white-space: nowrap; }}
code {{ font: 8pt "DejaVu Sans Mono", Consolas, monospace; overflow-wrap: anywhere; }}
table.beside {{ width: 100%; table-layout: fixed; font-size: 10pt; }}
table.beside td {{ border: 0; padding: 0px 12px 8px 0px; min-width: 0; }}
img {{ max-width: 100%; height: auto; display: block; }}
img.wide {{ width: 100%; }}
.caption {{ font-size: 7pt; line-height: 1.25; overflow-wrap: anywhere; margin: 0.5mm 0 0; }}
a {{ color: {GOOD_INK}; }}
@media print {{
  body {{ max-width: none; margin: 0; padding: 0; }}
  h2, h3, h2 + .muted {{ break-after: avoid; }}
  tr, img, .box, .pairs {{ break-inside: avoid; }}
  a {{ color: inherit; text-decoration: none; }}
}}
"""
_MOST_FILES = 5
_TILES_ACROSS = 3
_RELIABILITY = (
    "Each point is a tenth of the scale: of the parts that were given about this P(defective), which fraction was "
    "defective. On the diagonal the probabilities can be taken at their word; the bars are 95 % intervals."
)
_FIGURES = (
    ("accuracy", "Accuracy"),
    ("precision", "Precision"),
    ("recall", "Recall"),
    ("f1", "F1"),
    ("auroc", "AUROC"),
    ("average_precision", "Average precision"),
    ("ece", "Calibration error (ECE)"),
)
_POINTING = (
    ("pictures", "Pictures"),
    ("pointing_game", "Peak within the mask"),
    ("pointing_game_tolerant", "… with tolerance"),
    ("pixel_auroc", "Pixel AUROC"),
    ("energy_inside", "Energy inside"),
    ("mask_share", "Mask's share"),
)


def page(
    metrics: Metrics,
    images: Mapping[str, str],
    tiles: Mapping[str, Sequence[tuple[SampleTile, str]]],
    suspects: Sequence[tuple[Suspect, str]] = (),
) -> str:
    """Write the page.

    Args:
        images: Data URIs of the figures by name.
        tiles: Sample predictions with their data URIs, by kind.
        suspects: The first pictures whose labels look wrong, with their data URIs.
    """
    parts = [
        f"<h1>{escape(metrics.title)}</h1>",
        *_summary(metrics),
        *_test(metrics, images),
        *_curves(metrics, images),
        *_samples(tiles),
        *suspects_section(metrics.labels, suspects),
        *_beyond(metrics),
        *_data(metrics),
        *_training(metrics, images),
    ]
    head = f'<meta charset="utf-8"><title>{escape(metrics.title)}</title><style>{_STYLE}</style>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n' + "\n".join(parts) + "\n</body></html>\n"


# --- inside -----------------------------------------------------------------------------------------------------------


def _summary(metrics: Metrics) -> list[str]:
    test, review = metrics.test, metrics.test.review
    confusion = test.confusion.matrix
    escapes, overkill = confusion.escapes, confusion.overkill
    pictures = "test picture"
    if untested(metrics.split):
        pictures = "picture" if escapes.total else "good picture"
    held = "a part is rejected from"
    if test.threshold != metrics.threshold:
        held = "no part fails; a part goes to review, and counts as rejected here, from"
    said = [f"{counted(test.pictures, pictures)}; {held} P(defective) {test.threshold:.4f} on."]
    if escapes.total:
        said.append(
            f"Of {counted(escapes.total, 'defective part')} {escapes.count} passed: escape rate "
            f"{_rate(escapes.value, escapes.interval)}."
        )
    if overkill.total:
        said.append(
            f"Of {counted(overkill.total, 'good part')} {overkill.count} {verb(overkill.count, 'was')} rejected: "
            f"overkill "
            f"{_rate(overkill.value, overkill.interval)}."
        )
    if review.starts is not None:
        said.append(
            f"From {review.starts:.4f} on a part goes to review: {counted(review.pictures, 'picture')} "
            f"({_percent(review.fraction)}), {review.defective} of them defective; with it the escape rate is "
            f"{_rate(review.escape_rate, review.escape_rate_95)}."
        )
    parts = [f'<p class="lead">{escape(" ".join(said))}</p>']
    parts.append(f'<p class="box">{escape(metrics.evidence.sentence)}</p>')
    parts += _growth(metrics)
    parts += _unseen(metrics)
    return parts + [f'<p class="box warning">{escape(warning)}</p>' for warning in metrics.warnings]


def _growth(metrics: Metrics) -> list[str]:
    if metrics.growth is None:
        return []
    kind = "box warning" if metrics.growth.worse else "box"
    return [
        f'<p class="{kind}">{escape(metrics.growth.sentence)}</p>',
        *(_table(heads, rows) for heads, rows in growth_columns(metrics.growth)),
        f'<p class="muted">{escape(GROWTH_NOTE)}</p>',
    ]


def _unseen(metrics: Metrics) -> list[str]:
    if metrics.unseen is None:
        return []
    said = f'<p class="box">{escape(unseen_sentence(metrics.unseen))}</p>'
    rows = unseen_rows(metrics.unseen)
    return [said, _table(UNSEEN_HEADS, rows)] if rows else [said]


def _test(metrics: Metrics, images: Mapping[str, str]) -> list[str]:
    test, validation = metrics.test, metrics.validation
    title = left_out_once(test) if untested(metrics.split) else "Test"
    if untested(metrics.split):
        validation = None  # the same pictures
    columns = {title: test} | ({"Validation": validation} if validation else {})
    rows = [[heading, *(_figure(getattr(column, key)) for column in columns.values())] for key, heading in _FIGURES]
    rows.append(["Escape rate, 95 % interval", *(_rate(c.escape_rate, c.escape_rate_95) for c in columns.values())])
    rows.append(["Overkill, 95 % interval", *(_rate(c.overkill_rate, c.overkill_rate_95) for c in columns.values())])
    parts = [f"<h2>{title}</h2>", _table(["", *columns], rows)]
    if validation:
        parts.append('<p class="muted">Threshold and settings were chosen on validation; the test chose nothing.</p>')
    parts.append(_row(images, "confusion", "scores"))
    types = [_type_row(name, row) for name, row in test.per_defect_type.items()]
    parts += ["<h3>By defect type</h3>", _wide(images, "recall_by_type")]
    parts.append(_table(["Type", "Pictures", "Rejected", "Passed", "Rejected, 95 % interval"], types))
    if len(test.per_category) > 1:
        rows = [_category_row(name, row) for name, row in test.per_category.items()]
        parts += ["<h3>By category</h3>", _table(_CATEGORY, rows)]
    return parts


_CATEGORY = ["Category", "Pictures", "F1", "AUROC", "Escape rate, 95 % interval", "Overkill, 95 % interval"]


def _type_row(name: str, row: DefectFigures | GoodFigures) -> list[str]:
    if isinstance(row, DefectFigures):
        rate = _rate(row.recall, row.recall_95)
    else:
        rate = _rate(row.overkill_rate, row.overkill_rate_95)
    return [name, str(row.pictures), str(row.rejected), str(row.passed), rate]


def _category_row(name: str, row: Figures) -> list[str]:
    rates = [_rate(row.escape_rate, row.escape_rate_95), _rate(row.overkill_rate, row.overkill_rate_95)]
    return [name, str(row.pictures), _figure(row.f1), _figure(row.auroc), *rates]


def _curves(metrics: Metrics, images: Mapping[str, str]) -> list[str]:
    calibration = metrics.calibration
    where = "these pictures" if untested(metrics.split) else "the test"
    said = f"Calibration error (ECE, 10 bins) on {where}: {calibration.ece:.3f}"
    if calibration.temperature is not None:
        said += f"; {calibration.ece_before:.3f} before the logits were divided by {calibration.temperature:.3f}"
    both = "roc" in images
    return [
        "<h2>Curves and calibration</h2>",
        _row(images, "roc", "precision_recall"),
        _wide(images, "cost"),
        "" if both else '<p class="muted">ROC, precision-recall and cost need good and defective test pictures.</p>',
        _row(images, "reliability", words_beside=f"{said}. {_RELIABILITY}"),
    ]


def _samples(tiles: Mapping[str, Sequence[tuple[SampleTile, str]]]) -> list[str]:
    if not tiles:
        return []
    parts = ["<h2>Sample predictions</h2>"]
    parts.append('<p class="muted">Left the picture, right with its heatmap; names link to the files.</p>')
    for kind, own in tiles.items():
        cells = []
        for tile, uri in own:
            name, said = escape(tile.name), escape(words(tile))
            link = f'<a href="{escape(href(tile.path))}">{name}</a>'
            picture = image(uri, name, _TILES_ACROSS)
            cells.append(f'{picture}<p class="caption">{link}<br>{said}</p>')
        parts.append(f"<h3>{escape(kind)}</h3>" + beside(cells, _TILES_ACROSS))
    return parts


def _beyond(metrics: Metrics) -> list[str]:
    parts: list[str] = []
    if metrics.pointing:
        rows = [
            [name, *(_figure(getattr(pointing, key)) for key, _ in _POINTING)]
            for name, pointing in metrics.pointing.items()
        ]
        heads = ["Map", *(heading for _, heading in _POINTING)]
        parts += ["<h2>Does the heatmap point at the defect?</h2>", _table(heads, rows)]
        parts.append(
            '<p class="muted">Measured against the masks of defective pictures. A map without any information has an '
            "energy inside of the mask's share, and a pixel AUROC of 0.5.</p>"
        )
    if metrics.folds:
        folds = metrics.folds.model_dump(exclude_none=True)
        parts += ["<h2>Spread over the folds</h2>", _pairs(folds)]
    if metrics.comparison:
        parts += ["<h2>Other methods</h2>", *(f"<p>{escape(words)}</p>" for words in metrics.comparison)]
    return parts


def _data(metrics: Metrics) -> list[str]:
    counts = metrics.counts
    parts = ["<h2>Data</h2>"] if counts or metrics.split or metrics.findings else []
    if counts:
        types = sorted({name for part in counts.values() for name in part}, key=lambda name: (name != "good", name))
        rows = [[name, *(str(part.get(name, 0)) for part in counts.values())] for name in types]
        rows.append(["all", *(str(sum(part.values())) for part in counts.values())])
        parts.append(_table(["Pictures", *counts], rows))
    elif metrics.split:
        parts.append(_pairs(metrics.split))
    if metrics.findings:
        parts.append("<h3>Findings of the audit</h3>")
        parts += [_finding(finding) for finding in metrics.findings]
    return parts


def _finding(finding: ReportedFinding) -> str:
    names = finding.files[:_MOST_FILES]
    more = f" and {len(finding.files) - _MOST_FILES} more" if len(finding.files) > _MOST_FILES else ""
    files = f"<br><code>{escape(', '.join(names) + more)}</code>" if names else ""
    said = " ".join(part.rstrip(".") + "." for part in (finding.what, finding.action) if part)
    kind = "" if finding.severity == "note" else " warning"
    return f'<p class="box{kind}"><b>{escape(finding.severity.capitalize())}.</b> {escape(said)}{files}</p>'


def _training(metrics: Metrics, images: Mapping[str, str]) -> list[str]:
    parts: list[str] = []
    if "history" in images:
        parts += ["<h2>Training</h2>", _wide(images, "history")]
    if metrics.stages_s:
        stages = {name: f"{seconds:.1f} s" for name, seconds in metrics.stages_s.items()}
        stages["all"] = f"{sum(metrics.stages_s.values()):.1f} s"
        parts += ["<h2>Time</h2>", _pairs(stages)]
    if metrics.config:
        parts += ["<h2>Configuration</h2>", _pairs(metrics.config)]
    if metrics.environment:
        parts += ["<h2>Environment</h2>", _pairs(metrics.environment)]
    return parts


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; the first column holds names, the others numbers."""

    def line(tag: str, cells: Sequence[str]) -> str:
        first, *others = (escape(cell) for cell in cells)
        numbers = "".join(f'<{tag} class="number">{cell}</{tag}>' for cell in others)
        return f"<tr><{tag}>{first}</{tag}>{numbers}</tr>"

    body = "".join(line("td", row) for row in rows)
    return f'<table cellpadding="3"><thead>{line("th", head)}</thead><tbody>{body}</tbody></table>'


def _pairs(values: Mapping[str, object]) -> str:
    rows = [
        f"<tr><td>{escape(name)}</td><td><code>{escape(_plain(value))}</code></td></tr>"
        for name, value in values.items()
    ]
    return '<table class="pairs" cellpadding="3"><tbody>' + "".join(rows) + "</tbody></table>"


def _plain(value: object) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return " ".join(_plain(inner) for inner in value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _row(images: Mapping[str, str], *names: str, words_beside: str = "") -> str:
    cells = [image(images[name], name, 2) for name in names if name in images]
    if words_beside:
        cells.append(f"<p>{escape(words_beside)}</p>")
    return beside(cells, 2) if cells else ""


def _wide(images: Mapping[str, str], name: str) -> str:
    return f"<p>{image(images[name], name)}</p>" if name in images else ""


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.4f}"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _rate(value: float | None, interval: Sequence[float]) -> str:
    if value is None:
        return "–"
    return f"{_percent(value)} ({100 * interval[0]:.1f} to {_percent(interval[1])})"
