"""Measures verdicts with heatmap per second beside other ways of computing them, and beside the processor's limit."""

from __future__ import annotations

from inspector.vision.benchmark.records import (
    BenchmarkReport,
    BenchmarkRow,
    GraphRow,
    LeftOut,
    Machine,
    Plan,
)
from inspector.vision.benchmark.run import run_benchmark

__all__ = ["BenchmarkReport", "BenchmarkRow", "GraphRow", "LeftOut", "Machine", "Plan", "run_benchmark"]
