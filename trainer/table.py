"""Tables with text in every cell, from CSV and Parquet files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.class_tables import Table, TableRow, table_of, text_of

if TYPE_CHECKING:
    from pathlib import Path

#: Suffixes of tables.
SUFFIXES = frozenset({".csv", ".parquet"})


def read_table(file: Path) -> Table:
    """Read a table; cells are stripped, what is empty or null is "".

    Args:
        file: ``.csv`` (see `inspector.domain.class_tables.table_of`) or ``.parquet``.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is no such table.
    """
    if file.suffix.lower() != ".parquet":
        return table_of(text_of(file.read_bytes()))
    try:
        import pyarrow as pa  # only where such a file is used
        from pyarrow import parquet
    except ModuleNotFoundError as error:  # a packaged trainer: 80 MB for a seldom format
        raise ValueError("this package does not read Parquet; save the table as .csv") from error
    try:
        content = parquet.read_table(file)
    except pa.ArrowException as error:
        raise ValueError(str(error)) from error
    columns = tuple(str(name).strip().casefold() for name in content.column_names)
    rows = (
        {name: "" if value is None else str(value).strip() for name, value in zip(columns, row.values(), strict=True)}
        for row in content.to_pylist()
    )
    return Table(
        columns=columns, rows=tuple(TableRow(number=number, cells=cells) for number, cells in enumerate(rows, 2))
    )
