"""A benchmark's report as Markdown, and on disk."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from inspector.domain.counts import counted
from inspector.files import write_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from inspector.vision.benchmark.records import BenchmarkReport, BenchmarkRow, GraphRow

#: What `save_report` writes.
REPORT_FILE = "bench.json"
TABLE_FILE = "bench.md"

_ROW_HEADS = (
    "back end",
    "precision",
    "input",
    "pictures per call",
    "pictures/s",
    "p50 ms",
    "p99 ms",
    "peak MB",
    "× eager verdict",
    "× eager + grad-cam",
    "× ONNX Runtime",
    "of the limit",
    "flips",
    "least map correlation",
)
_GRAPH_HEADS = (
    "precision",
    "input",
    "graph alone/s",
    "convolutions alone/s",
    "share",
    "all as the best one/s",
    "graph, calls × pictures",
    "convolutions, calls × pictures",
)


def markdown(report: BenchmarkReport) -> str:
    """The report as a page: machine, rows, limits, what was left out."""
    machine = report.machine
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    where = (
        f"{machine.processor}, {machine.cores} cores, {machine.system}. {versions}. {report.measured_utc}. "
        f"{counted(report.images, 'picture')}, {counted(report.rounds, 'round')}; ratios are medians of the "
        f"rounds' own."
    )
    parts = [
        f"# Benchmark of {report.model}",
        where,
        table(_ROW_HEADS, [row_cells(row) for row in report.rows]),
    ]
    if report.graphs:
        parts.append(table(_GRAPH_HEADS, [graph_cells(row) for row in report.graphs]))
    if any(row.input_size != report.input_size for row in report.rows):
        parts.append(f"Inputs other than {report.input_size}² are the same graph reshaped: their speed alone counts.")
    if report.note:
        parts.append(report.note)
    if report.left_out:
        parts.append(
            "Left out:\n\n"
            + "\n".join(f"- {contender.what}: {_flat(contender.reason)}" for contender in report.left_out)
        )
    return "\n\n".join(parts) + "\n"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table.

    Args:
        heads: One per column.
        rows: As many cells each.
    """
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def row_cells(row: BenchmarkRow) -> list[str]:
    """A row's cells; what was not measured is a dash."""
    return [
        row.backend,
        row.precision,
        f"{row.input_size}²",
        str(row.batch),
        f"{row.images_per_s:.1f}",
        _number(row.latency_p50_ms, 1),
        _number(row.latency_p99_ms, 1),
        _number(row.peak_memory_mb, 0),
        _number(row.against_eager, 1),
        _number(row.against_grad_cam, 1),
        _number(row.against_onnxruntime, 1),
        _number(row.against_limit, 2),
        "–" if row.verdict_flips is None else str(row.verdict_flips),
        _number(row.least_map_correlation, 4),
    ]


def graph_cells(row: GraphRow) -> list[str]:
    """A row's cells."""
    return [
        row.precision,
        f"{row.input_size}²",
        f"{row.graph_images_per_s:.1f}",
        f"{row.limit_images_per_s:.1f}",
        f"{row.share:.2f}",
        _number(row.largest_alone_images_per_s, 1),
        row.graph_schedule,
        row.limit_schedule,
    ]


def save_report(report: BenchmarkReport, folder: Path) -> tuple[Path, Path]:
    """Write ``bench.json`` and ``bench.md``, each whole or not at all; older ones are replaced.

    Args:
        folder: Made where it does not exist.

    Returns:
        The two files.

    Raises:
        FileError: If one of them cannot be written.
    """
    files = (folder / REPORT_FILE, folder / TABLE_FILE)
    texts = (json.dumps(asdict(report), indent=2, ensure_ascii=False) + "\n", markdown(report))
    for path, text in zip(files, texts, strict=True):
        write_text(path, text)
    return files


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _flat(text: str) -> str:
    return " ".join(text.split())
