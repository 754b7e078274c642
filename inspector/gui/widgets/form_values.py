"""What stands in the fields of a form as values, and where in a record."""

from __future__ import annotations

from typing import Any


def number_of(text: str, *, whole: bool) -> float | int:
    """Return the number that is written.

    Raises:
        ValueError: If it is none.
    """
    try:
        return int(text) if whole else float(text.replace(",", "."))
    except ValueError as error:
        msg = f"“{text}” is not a {'whole ' if whole else ''}number."
        raise ValueError(msg) from error


def hours_of(text: str) -> list[int]:
    """Return the hours that are written.

    Raises:
        ValueError: If they are none.
    """
    try:
        return [int(piece) for piece in text.replace(";", ",").split(",") if piece.strip()]
    except ValueError as error:
        msg = f"“{text}” are not hours such as 6, 14, 22."
        raise ValueError(msg) from error


def value_at(record: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value at a path in a record, as ``trigger.settle_s``; None where there is none."""
    value: Any = record
    for piece in name.split("."):
        value = value.get(piece) if isinstance(value, dict) else None
    return value


def set_value_at(record: dict[str, Any], name: str, value: object) -> None:
    """Put a value at a path in a record."""
    *groups, last = name.split(".")
    for piece in groups:
        if not isinstance(record.get(piece), dict):
            record[piece] = {}
        record = record[piece]
    record[last] = value
