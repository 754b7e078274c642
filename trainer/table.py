"""Tables with text in every cell, from CSV and Parquet files."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def read_table(file: Path) -> list[dict[str, str]]:
    """Read a table; cells are stripped, what is empty or null is "".

    Args:
        file: ``.csv`` (UTF-8, with or without byte order mark; comma, semicolon or tab) or ``.parquet``.

    Returns:
        One dictionary per row, by column name in lower case.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is no such table.
    """
    if file.suffix.lower() == ".parquet":
        try:
            import pyarrow as pa  # only where such a file is used
            from pyarrow import parquet
        except ModuleNotFoundError as error:  # a packaged trainer: 80 MB for a seldom format
            raise ValueError("this package does not read Parquet; save the table as .csv") from error
        try:
            rows = parquet.read_table(file).to_pylist()
        except pa.ArrowException as error:
            raise ValueError(str(error)) from error
    else:
        text = file.read_text(encoding="utf-8-sig")
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        try:
            rows = list(csv.DictReader(text.splitlines(), delimiter=delimiter, strict=True))
        except csv.Error as error:
            raise ValueError(str(error)) from error
    return [
        {str(key).strip().lower(): "" if value is None else str(value).strip() for key, value in row.items() if key}
        for row in rows
    ]
