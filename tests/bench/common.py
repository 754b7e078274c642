"""What benchmarks on the real pictures share."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

from tests.conftest import find_test_data

if TYPE_CHECKING:
    import argparse
    from collections.abc import Generator, Sequence
    from pathlib import Path


def inputs(parser: argparse.ArgumentParser) -> tuple[Path, Path]:
    """Return the folder of the real data sets and the backbone's weights; ends with the parser's error without them."""
    root = find_test_data()
    if root is None:
        parser.error("set INSPECTOR_TEST_DATA")
    return root, root.parent / "weights" / "resnet50-imagenet-pqf.npz"


def last(reports: Generator[Any, None, Any]) -> Any:
    """Exhaust a generator and return its value."""
    while True:
        try:
            next(reports)
        except StopIteration as end:
            return end.value


def standard_error(values: Sequence[float]) -> float:
    """Standard error of a mean; not a number for a single value."""
    return statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else float("nan")
