"""Tables with text in every cell, from CSV and Parquet files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.domain.class_tables import MAX_BYTES, Table, TableRow, check_table_size, table_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_ROWS = 5_000_000
_MOST_COLUMNS = 500
_BATCH_ROWS = 65_536
_LONGEST = 4096
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
    check_table_size(file.stat().st_size)
    if file.suffix.lower() != ".parquet":
        return table_of(text_of(file.read_bytes()))
    try:
        import pyarrow as pa  # only where such a file is used
        from pyarrow import parquet
    except ModuleNotFoundError as error:  # a packaged trainer: 80 MB for a seldom format
        raise ValueError("this package does not read Parquet; save the table as .csv") from error
    try:
        with parquet.ParquetFile(file) as content:
            _check(content.metadata)
            texts = [field.name for field in content.schema_arrow if pa.types.is_string(field.type)]
        # texts as dictionaries: one that stands in a million rows is in the file, and in memory, once
        with parquet.ParquetFile(file, read_dictionary=texts) as content:
            columns = tuple(str(name).strip().casefold() for name in content.schema_arrow.names)
            rows = [cells for batch in content.iter_batches(_BATCH_ROWS) for cells in _rows(batch, columns)]
    except pa.ArrowException as error:
        raise ValueError(str(error)) from error
    return Table(
        columns=columns, rows=tuple(TableRow(number=number, cells=cells) for number, cells in enumerate(rows, 2))
    )


def _check(metadata: Any) -> None:  # noqa: ANN401 - pyarrow's
    """Refuse by what the file says of itself, before anything is expanded."""
    expanded = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    for count, most, what in (
        (metadata.num_rows, MAX_ROWS, "rows"),
        (metadata.num_columns, _MOST_COLUMNS, "columns"),
        (expanded, MAX_BYTES, "bytes once expanded"),
    ):
        if count > most:
            msg = f"it has {count:,} {what}; at most {most:,} are read"
            raise ValueError(msg)


def _rows(batch: Any, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:  # noqa: ANN401 - pyarrow's
    """Return the rows of a piece of the file; each text is looked at before it is repeated."""
    import pyarrow.compute as pc

    for column in batch.columns:
        texts = getattr(column, "dictionary", None)
        if texts is not None and (pc.max(pc.binary_length(texts)).as_py() or 0) > _LONGEST:
            msg = f"it has a cell of more than {_LONGEST:,} bytes"
            raise ValueError(msg)
    for row in batch.to_pylist():
        yield {
            name: "" if value is None else str(value).strip() for name, value in zip(columns, row.values(), strict=True)
        }
