"""Tables and weights are bounded before they are read: what a small file expands to does not fill the memory."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from inspector.batch.labels import LabelsError, read_labels
from inspector.domain import class_tables
from inspector.domain.errors import BundleError
from inspector.vision import weights
from inspector.vision.weights import load_weights
from trainer import table
from trainer.table import read_table

if TYPE_CHECKING:
    from pathlib import Path


def test_a_parquet_table_reads_as_it_always_did(tmp_path: Path) -> None:
    rows = {"path": ["a.png", "b.png"] * 50_000, "label": ["good", None] * 50_000, "n": range(100_000)}
    pq.write_table(pa.table(rows), tmp_path / "m.parquet")
    read = read_table(tmp_path / "m.parquet")
    assert read.columns == ("path", "label", "n")
    assert len(read.rows) == 100_000
    assert read.rows[-1].cells == {"path": "b.png", "label": "", "n": "99999"}
    assert read.rows[-1].number == 100_001


def test_a_parquet_table_that_expands_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / "long.parquet"
    pq.write_table(pa.table({"path": ["x" * 5000] * 200_000}), long)  # a gigabyte, from some kilobytes
    assert long.stat().st_size < 100_000
    with pytest.raises(ValueError, match="a cell of more than 4,096 bytes"):
        read_table(long)
    zeros = tmp_path / "zeros.parquet"
    pq.write_table(
        pa.table({"path": pa.array(range(100_000), pa.int64())}), zeros, compression="zstd", use_dictionary=False
    )
    monkeypatch.setattr(table, "MAX_BYTES", 500_000)
    with pytest.raises(ValueError, match=r"bytes once expanded; at most 500,000 are read"):
        read_table(zeros)
    monkeypatch.setattr(table, "MAX_ROWS", 10)
    with pytest.raises(ValueError, match="100,000 rows; at most 10 are read"):
        read_table(zeros)
    pq.write_table(pa.table({f"c{number}": [1] for number in range(501)}), zeros)
    with pytest.raises(ValueError, match="501 columns; at most 500"):
        read_table(zeros)


def test_a_table_of_labels_is_bounded_in_station_and_trainer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("path,label\na.png,good\n")
    monkeypatch.setattr(class_tables, "MAX_BYTES", 10)
    with pytest.raises(ValueError, match="it has 22 bytes, and at most 10 are read"):
        read_table(file)
    with pytest.raises(LabelsError, match="it has 22 bytes, and at most 10 are read"):
        read_labels(file, tmp_path)


@pytest.mark.parametrize("suffix", [".npz", ".pth"])
def test_an_archive_of_weights_that_expands_is_refused(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, a=np.zeros(10_000_000, np.uint8))
    path = tmp_path / f"bomb{suffix}"
    path.write_bytes(buffer.getvalue())
    assert path.stat().st_size < 20_000
    monkeypatch.setattr(weights, "MAX_BYTES", 5_000_000)
    with pytest.raises(BundleError, match=r"holds 10,000,128 bytes in 1 pieces; .* at most 5,000,000"):
        load_weights(path)


def test_many_pieces_and_a_large_file_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "many.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10_001):
            archive.writestr(f"{number}.npy", b"")
    with pytest.raises(BundleError, match="in 10,001 pieces"):
        load_weights(path)
    large = tmp_path / "large.safetensors"
    large.write_bytes(bytes(2000))
    monkeypatch.setattr(weights, "MAX_BYTES", 1000)
    with pytest.raises(BundleError, match="holds 2,000 bytes"):
        load_weights(large)
