"""Measures verdicts with heatmap per second beside other ways of computing them, and beside the processor's limit."""

from __future__ import annotations

from inspector.vision.benchmark.records import (
    BenchmarkPlan,
    BenchmarkReport,
    BenchmarkRow,
    GraphRow,
    Machine,
    Unmeasured,
)
from inspector.vision.benchmark.run import run_benchmark

__all__ = ["BenchmarkPlan", "BenchmarkReport", "BenchmarkRow", "GraphRow", "Machine", "Unmeasured", "run_benchmark"]
