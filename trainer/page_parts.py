"""Pieces of a report's page that several sections use; see `trainer.report_page`."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Width of the page's text; pictures state theirs in it, as the window's viewer needs.
PAGE_PX = 630


def beside(cells: Sequence[str], across: int) -> str:
    """Lay cells out side by side."""
    rows = [[*cells[first : first + across]] for first in range(0, len(cells), across)]
    rows[-1] += [""] * (across - len(rows[-1]))
    width = 100 // across
    body = "".join("<tr>" + "".join(f'<td width="{width}%">{cell}</td>' for cell in row) + "</tr>" for row in rows)
    return f'<table class="beside" width="100%"><tbody>{body}</tbody></table>'


def image(uri: str, name: str, across: int = 1) -> str:
    """Show a picture, so wide that so many lie side by side."""
    return f'<img class="wide" src="{uri}" alt="{name}" width="{PAGE_PX // across - 12}">'


def href(path: str) -> str:
    """Return a link to a file of this or another system; a relative path stays relative."""
    for kind in (PurePosixPath(path), PureWindowsPath(path)):
        if kind.is_absolute():
            return kind.as_uri()
    return quote(path.replace("\\", "/"))
