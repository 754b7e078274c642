"""Cells of tables that people open with a spreadsheet: none is taken for a formula, and our own readers undo that."""

from __future__ import annotations

from typing import Any

#: The mark by which Excel knows UTF-8.
BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: Any) -> Any:  # noqa: ANN401 - any cell
    """Return a cell that no spreadsheet takes for a formula: such a text gets an apostrophe before it.

    A text that begins so already gets another one, so that `plain_cell` gives back every text. Numbers stay numbers.
    """
    if isinstance(value, str) and value.lstrip("'").startswith(_FORMULA):
        return "'" + value
    return value


def plain_cell(text: str) -> str:
    """Return the text of which `safe_cell` has made a cell."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA) else text


def plain_cells(row: dict[str, str]) -> dict[str, str]:
    """Return a row with its texts as they were; what is missing in it stays so."""
    return {name: plain_cell(cell) if isinstance(cell, str) else cell for name, cell in row.items()}
