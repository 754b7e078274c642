"""The pieces of a report's page: HTML that a browser, the window's rich text and the printed A4 sheet show alike.

Rich text knows tables and pictures, but no grids; so that is what a page is made of.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from inspector.domain.palette import LIGHT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

#: Width of what is printed on A4, in the pixels of a page (96 to the inch): 180 mm.
WIDTH_PX = 680
_STYLE = f"""
@page {{ size: A4; margin: 15mm; }}
body {{ font-family: Inter, "Segoe UI", "DejaVu Sans", sans-serif; font-size: 12px; color: {LIGHT.text};
  background-color: {LIGHT.panel}; max-width: 680px; }}
h1 {{ font-size: 20px; }}
h2 {{ font-size: 15px; margin-top: 18px; }}
h3 {{ font-size: 12px; margin-top: 12px; }}
p {{ overflow-wrap: anywhere; }}
.quiet {{ color: {LIGHT.muted}; }}
.source {{ color: {LIGHT.muted}; font-size: 10px; }}
.warning {{ color: {LIGHT.fail}; font-weight: 600; }}
.sound {{ color: {LIGHT.good}; font-weight: 600; }}
table {{ border-collapse: collapse; font-size: 11px; }}
th {{ color: {LIGHT.muted}; text-align: left; font-weight: 600; padding: 2px 10px 2px 0; }}
td {{ padding: 2px 10px 2px 0; vertical-align: top; overflow-wrap: anywhere; }}
.number {{ text-align: right; }}
.pass {{ color: {LIGHT.good}; font-weight: 700; }} .fail {{ color: {LIGHT.fail}; font-weight: 700; }}
.review {{ color: {LIGHT.review}; font-weight: 700; }} .error {{ color: {LIGHT.error}; font-weight: 700; }}
.line {{ border-bottom: 1px solid {LIGHT.muted}; }}
.yield {{ font-size: 18px; }}
@media print {{
  body {{ max-width: none; margin: 0; print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
  tr, img {{ break-inside: avoid; }}
  thead {{ display: table-header-group; }}
  h2, h3 {{ break-after: avoid; }}
}}
"""


_SIGNED = (("", 16), ("Name", 32), ("Date", 18), ("Signature", 34))


class Markup(str):
    """Text that is HTML already; all other text is escaped where it goes into a page."""

    __slots__ = ()


def sheet(title: str, body: Iterable[str]) -> str:
    """Return a page, as on paper also in a dark window.

    Args:
        title: Of the document.
        body: Its pieces, in order.
    """
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n' + "\n".join(body) + "\n</body></html>\n"


def heading(words: str, level: int = 2) -> str:
    """Return a heading."""
    return f"<h{level}>{escape(words)}</h{level}>"


def paragraph(words: str, kind: str = "") -> str:
    """Return a paragraph; its kind is a class of the style, as “quiet” or “warning”."""
    return f"<p{_class(kind)}>{_told(words)}</p>"


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: Collection[str] = (),
    widths: Sequence[int] = (),
) -> str:
    """Return a table as wide as the page.

    Args:
        heads: Of the columns.
        rows: Of cells: text, or `Markup`.
        numbers: Heads of the columns that are set to the right.
        widths: Of the columns, in per cent of the page; none: as their content wants.
    """
    right = {place for place, head in enumerate(heads) if head in numbers}
    wide = [f' width="{width}%"' for width in widths] or [""] * len(heads)

    def cells(kind: str, row: Sequence[str]) -> str:
        return "".join(
            f"<{kind}{wide[place]}{_class('number' if place in right else '')}>{_told(words)}</{kind}>"
            for place, words in enumerate(row)
        )

    head = f"<thead><tr>{cells('th', heads)}</tr></thead>" if any(heads) else ""
    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f'<table width="100%">{head}<tbody>{body}</tbody></table>'


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """Return a table of names and what they are."""
    body = "".join(
        f'<tr><td width="25%" class="quiet">{_told(name)}</td><td width="75%">{_told(value)}</td></tr>'
        for name, value in rows
    )
    return f'<table width="100%"><tbody>{body}</tbody></table>'


def lines_to_sign(roles: Sequence[str]) -> str:
    """Return a table in which people write by hand: high enough, with a line for each name, date and signature."""
    heads = "".join(f'<th width="{width}%">{name}</th>' for name, width in _SIGNED)
    line = "".join(f'<td width="{width}%" class="line">&nbsp;</td>' for _, width in _SIGNED[1:])
    body = "".join(f'<tr><td class="line"><br><br>{escape(role)}</td>{line}</tr>' for role in roles)
    return f'<table width="100%"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def source(command: str) -> str:
    """Return the line under a table that says with which command its figures are found again in the record."""
    return f'<p class="source">Found again with: {escape(command)}</p>'


def tiles(cells: Sequence[str], columns: int) -> str:
    """Return pieces beside one another; each row is a table of its own, so that no page cuts through it."""
    width = 100 // columns
    rows = [cells[place : place + columns] for place in range(0, len(cells), columns)]
    made = []
    for row in rows:
        filled = [*row, *[""] * (columns - len(row))]
        body = "".join(f'<td width="{width}%">{cell}</td>' for cell in filled)
        made.append(f'<table width="100%"><tr>{body}</tr></table>')
    return "\n".join(made)


def image(uri: str, width: int, alt: str) -> Markup:
    """Return a picture that is so many pixels wide, `WIDTH_PX` at most; its height follows."""
    return Markup(f'<img src="{uri}" width="{min(width, WIDTH_PX)}" alt="{escape(alt)}">')


def marked(words: str, kind: str) -> Markup:
    """Return words of a kind, as “pass” or “warning”."""
    return Markup(f"<span{_class(kind)}>{escape(words)}</span>")


def verdict_word(verdict: str) -> Markup:
    """Return a verdict in its colour."""
    return marked(verdict, verdict.lower())


def local(time: datetime) -> str:
    """Return a time by the station's clock, with its distance to UTC: it tells summer from winter."""
    return f"{time.astimezone():%Y-%m-%d %H:%M:%S %z}"


def _told(words: str) -> str:
    return words if isinstance(words, Markup) else escape(words)


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""
