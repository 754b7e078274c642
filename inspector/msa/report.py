"""A study's report: one HTML file that holds its pictures and prints on A4, and all judgements as a signed CSV."""

from __future__ import annotations

import base64
import csv
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

import cv2

from inspector.domain.cells import BOM, safe_cell
from inspector.domain.errors import PictureError
from inspector.domain.palette import LIGHT
from inspector.files import atomic_text_file, write_text
from inspector.msa.limits import Grade
from inspector.msa.words import limit_words, summary, tables
from inspector.outputs.rows import time_text
from inspector.pictures import decode_picture, encode_picture
from inspector.proof.exported import sign_export
from inspector.proof.heads import RecordHead, sign_head
from inspector.vision.overlay import displayable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from inspector.msa.outcome import StudyOutcome
    from inspector.msa.plan import StudyPart
    from inspector.msa.study import Study
    from inspector.msa.words import Cell, WordTable

REPORT, TABLE = "report.html", "judgements.csv"
_ABOUT = "a measurement system study"
_SIDE_PX = 260
_MOST_PICTURES = 30
_METHODS = (
    "Effectiveness counts parts that are judged rightly in every repeat; its interval is exact (Clopper and Pearson). "
    "Intervals of miss and false-alarm rate do not take repeats of a part for independent ones (Korn and Graubard); "
    "those of kappa are the jackknife's over parts."
)
_STYLE = f"""
@page {{ size: A4; margin: 15mm; }}
* {{ box-sizing: border-box; }}
body {{ font: 10pt/1.45 Inter, "Segoe UI", "DejaVu Sans", sans-serif; color: {LIGHT.text}; background: {LIGHT.panel};
  max-width: 180mm; margin: 8mm auto; padding: 0 2mm; }}
h1 {{ font-size: 17pt; line-height: 1.2; margin: 0 0 3mm; overflow-wrap: anywhere; }}
h2 {{ font-size: 12pt; margin: 7mm 0 2mm; padding-bottom: 1mm; border-bottom: 0.3mm solid {LIGHT.edge}; }}
p {{ margin: 2mm 0; }}
.lead {{ font-size: 11pt; font-weight: 600; }}
.note {{ border-left: 1.2mm solid {LIGHT.accent}; padding: 1mm 3mm; }}
.quiet, .facts td:first-child {{ color: {LIGHT.muted}; }}
table {{ border-collapse: collapse; width: 100%; margin: 2mm 0; font-size: 8.5pt;
  font-variant-numeric: tabular-nums; }}
th, td {{ text-align: left; padding: 1mm 3mm 1mm 0; vertical-align: top; border-bottom: 0.2mm solid {LIGHT.edge}; }}
td {{ overflow-wrap: anywhere; }}
th {{ font-weight: 600; }}
.facts td:first-child {{ width: 48mm; }}
.passes {{ color: {LIGHT.good}; }} .fails {{ color: {LIGHT.fail}; }} .marginal {{ color: {LIGHT.review}; }}
.grade {{ font-weight: 700; white-space: nowrap; }}
.tiles {{ display: grid; grid-template-columns: repeat(4, 1fr); gap: 4mm; }}
figure {{ margin: 0; break-inside: avoid; }}
figure div {{ background: {LIGHT.stage}; color: {LIGHT.stage_text}; text-align: center; font-size: 8pt; }}
figure img {{ width: 100%; height: auto; display: block; }}
figcaption {{ font-size: 7.5pt; line-height: 1.3; overflow-wrap: anywhere; margin-top: 1mm; }}
@media print {{
  body {{ max-width: none; margin: 0; padding: 0; print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
  h2 {{ break-after: avoid; }}
  tr, .note, table {{ break-inside: avoid; }}
}}
"""


def write_result(
    study: Study, outcome: StudyOutcome, folder: Path, root: Path, *, station: str, log: Path | None, who: str
) -> tuple[Path, Path]:
    """Write report and table; beside the table its manifest and the station's signature, as of other exports.

    Args:
        folder: Where to; older files of these names are replaced.
        root: The data folder, with the station's key.
        station: What the station is called.
        log: The result log, whose head is signed with it; None where there is none.
        who: Asks for it.

    Returns:
        The report and the table.

    Raises:
        FileError: If a file cannot be written.
        LogError: If the log's head cannot be signed.
        SigningError: If the station's key cannot be read.
    """
    report, table = folder / REPORT, folder / TABLE
    write_text(report, page(study, outcome, station=station, who=who))
    rows = _write_table(study, table)
    nothing = RecordHead(
        station=station, time_utc=time_text(datetime.now(UTC)), entries=0, hash="", public_key="", signature=""
    )
    head = nothing if log is None else sign_head(log, root, station, _ABOUT)
    sign_export(table, root, rows=rows, about=f"study {study.plan.name}", head=head)
    return report, table


def page(study: Study, outcome: StudyOutcome, *, station: str, who: str) -> str:
    """Return the report's page.

    Args:
        station: What the station is called.
        who: Asks for it.
    """
    title = f"Measurement system analysis: {study.plan.name}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="lead">{escape(summary(outcome))}</p>',
        *(f'<p class="note">{escape(words)}</p>' for words in outcome.notes),
        *(_table(table) for table in tables(outcome)),
        f'<p class="quiet">{escape(limit_words(outcome))}</p>',
        f'<p class="quiet">{escape(_METHODS)}</p>',
        *_disputed(study, outcome),
        "<h2>The study</h2>",
        _facts(_about(study, outcome, station=station, who=who)),
    ]
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n' + "\n".join(parts) + "\n</body></html>\n"


# --- inside -----------------------------------------------------------------------------------------------------------


def _write_table(study: Study, path: Path) -> int:
    parts = {part.number: part for part in study.plan.parts}
    heads = ("part", "origin", "picture_sha256", "reference", "defect_type", "appraiser", "known_by", "repeat", "said")
    more = ("verdict", "p_defective", "reason", "judge", "inspection", "time_utc", "took_s")
    with atomic_text_file(path, newline="") as file:
        file.write(BOM)
        writer = csv.writer(file)
        writer.writerow((*heads, *more))
        for row in study.judgements.rows:
            part = parts[row.part]
            cells = (
                *(part.number, part.origin, part.sha256, _class(part.defective), part.defect_type, row.appraiser),
                *(row.known_by, row.repeat, _class(row.defective), row.verdict),
                *("" if row.p_defective is None else row.p_defective, row.reason, row.judge, row.inspection),
                *(time_text(row.time_utc), "" if row.took_s is None else row.took_s),
            )
            writer.writerow([safe_cell(cell) for cell in cells])
    return len(study.judgements.rows)


def _about(study: Study, outcome: StudyOutcome, *, station: str, who: str) -> Iterable[tuple[str, str]]:
    plan, result = study.plan, outcome.result
    rows = study.judgements.rows
    yield "Study", plan.name
    yield "Planned", f"{plan.made_utc.astimezone():%Y-%m-%d %H:%M %z}, by {plan.made_by}"
    yield "Parts that count", f"{result.parts}: {result.parts - result.defective} good, {result.defective} defective"
    yield "Repeats", f"{plan.repeats}, in another order for each appraiser and repeat (seed {plan.seed})"
    for name in plan.people:
        known = sorted({row.known_by for row in rows if row.appraiser == name}) or ["–"]
        yield "Appraiser", f"{name} ({', '.join(known)})"
    if outcome.station is not None:
        how = "parts shown to the line" if outcome.station.live else "one picture of each part"
        yield "Station", f"{station}; recipe {plan.recipe}; {how}"
        yield "Model and thresholds", outcome.station.judge
    if rows:
        yield (
            "Judged",
            f"{rows[0].time_utc.astimezone():%Y-%m-%d %H:%M} to {rows[-1].time_utc.astimezone():%Y-%m-%d %H:%M}",
        )
    yield "Judgements", f"{len(rows)}, each signed by the station; SHA-256 of the last {study.judgements.end}"
    yield "Report made", f"{datetime.now(UTC).astimezone():%Y-%m-%d %H:%M %z}, by {who}"


def _disputed(study: Study, outcome: StudyOutcome) -> list[str]:
    """Show the parts on which not all agree, or that all judge wrongly."""
    parts = {part.number: part for part in study.plan.parts}
    shown = [
        (place, parts[number])
        for place, number in enumerate(outcome.numbers)
        if any((judged[place] != parts[number].defective).any() for judged in outcome.answers.values())
    ]
    if not shown:
        return ["<h2>Parts in dispute</h2>", "<p>None: everybody judged every part rightly in every repeat.</p>"]
    shown.sort(
        key=lambda each: -sum(int((own[each[0]] != each[1].defective).sum()) for own in outcome.answers.values())
    )
    tiles = [_tile(study, part, _said(outcome, place)) for place, part in shown[:_MOST_PICTURES]]
    left = len(shown) - len(tiles)
    words = "Judged wrongly at least once; those with the most wrong judgements first."
    words += f" {left} more are in the table of judgements." if left else ""
    return ["<h2>Parts in dispute</h2>", f'<p class="quiet">{words}</p>', f'<div class="tiles">{"".join(tiles)}</div>']


def _said(outcome: StudyOutcome, place: int) -> list[str]:
    lines = []
    for name, judged in outcome.answers.items():
        said = ", ".join(_class(bool(each)) for each in judged[place])
        lines.append(f"{escape(name)}: {said}")
    return lines


def _tile(study: Study, part: StudyPart, lines: Sequence[str]) -> str:
    reference = f"<b>Part {part.number}: is {_class(part.defective)}</b> {escape(part.defect_type)}"
    image = _uri(study, part)
    box = f'<img src="{image}" alt="">' if image else "the picture is gone"
    return f"<figure><div>{box}</div><figcaption>{'<br>'.join((reference, *lines))}</figcaption></figure>"


def _uri(study: Study, part: StudyPart) -> str:
    content = study.content(part)
    if content is None:
        return ""
    try:
        image = displayable(decode_picture(content, part.file, bit_depth=study.plan.bit_depth))
    except PictureError:
        return ""
    scale = _SIDE_PX / max(image.shape[:2])
    if scale < 1:
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    encoded = encode_picture(image, ".jpg")
    return f"data:image/jpeg;base64,{base64.b64encode(encoded).decode('ascii')}"


def _class(defective: bool) -> str:  # noqa: FBT001 - what was said
    return "defective" if defective else "good"


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    body = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in rows)
    return f'<table class="facts"><tbody>{body}</tbody></table>'


def _table(table: WordTable) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in table.heads)
    body = "".join("<tr>" + "".join(map(_cell, cells)) + "</tr>" for cells in table.rows)
    return f"<h2>{escape(table.title)}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(cell: Cell) -> str:
    if cell.grade is None or cell.grade is Grade.UNKNOWN:
        return f"<td>{escape(cell.text)}</td>"
    return f'<td>{escape(cell.text)} <span class="grade {cell.grade.name.lower()}">{cell.grade.value}</span></td>'
