"""Turns what the seats noted into rows."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.domain.policy import rejected
from inspector.vision.benchmark.records import BenchmarkRow, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from inspector.domain.records import Thresholds
    from inspector.vision.benchmark.contenders import Answer
    from inspector.vision.benchmark.turns import ContenderSeat
    from inspector.vision.bundle import Bundle


def make_rows(
    bundle: Bundle,
    seats: Sequence[ContenderSeat],
    judged: Sequence[Sequence[Answer]],
    limits: Mapping[str, Sequence[float]],
) -> list[BenchmarkRow]:
    """Make a row of every seat; memory is not known here.

    Args:
        bundle: For its threshold and size.
        seats: Contenders that have had their turns.
        judged: What each says of every picture, the reference last; empty where nothing is compared.
        limits: Seconds per picture of the convolutions alone, one per round, by precision.
    """
    bases = {kind: _faster(seats, kind) for kind in (Kind.EAGER, Kind.GRAD_CAM, Kind.ONNX_RUNTIME)}
    truth = judged[-1] if judged and seats[-1].entry.kind is Kind.GRAD_CAM else None
    rows = []
    for index, seat in enumerate(seats):
        entry, given = seat.entry, judged[index] if truth is not None else None
        on_cpu = entry.kind is not Kind.LINE or entry.device == "cpu"
        rows.append(
            BenchmarkRow(
                kind=entry.kind,
                backend=seat.contender.backend,
                device=seat.contender.device,
                precision=seat.contender.precision,
                input_size=bundle.manifest.preprocessing.input_size,
                batch=entry.batch,
                images_per_s=1.0 / statistics.median(seat.times_s),
                ms_per_image=1e3 * statistics.median(seat.times_s),
                latency_p50_ms=_percentile_ms(seat.calls_s, 50),
                latency_p99_ms=_percentile_ms(seat.calls_s, 99),
                peak_memory_mb=None,
                verdict_flips=_flips(given, truth, bundle.manifest.thresholds),
                largest_difference=_difference(given, truth),
                least_map_correlation=_correlation(given, truth),
                against_eager=ratio(bases[Kind.EAGER], seat.times_s),
                against_grad_cam=ratio(bases[Kind.GRAD_CAM], seat.times_s),
                against_onnxruntime=ratio(bases[Kind.ONNX_RUNTIME], seat.times_s),
                against_limit=ratio(limits.get(seat.contender.precision) if on_cpu else None, seat.times_s),
            )
        )
    return rows


def ratio(base: Sequence[float] | None, times_s: Sequence[float]) -> float | None:
    """How many times faster: the median of the rounds' own ratios; None without a base.

    Args:
        base: Seconds per picture of what is compared with, one per round.
        times_s: The same of the one that is looked at.
    """
    return None if base is None else statistics.median(a / b for a, b in zip(base, times_s, strict=True))


def _faster(seats: Sequence[ContenderSeat], kind: Kind) -> list[float] | None:
    times = [seat.times_s for seat in seats if seat.entry.kind is kind]
    return min(times, key=statistics.median, default=None)


def _percentile_ms(calls_s: Sequence[float], percent: int) -> float | None:
    return 1e3 * float(np.percentile(calls_s, percent)) if calls_s else None


def _flips(given: Sequence[Answer] | None, truth: Sequence[Answer] | None, thresholds: Thresholds) -> int | None:
    """Count the pictures that one of the two rejects and the other does not."""
    if given is None or truth is None:
        return None
    scores = np.array([(first.p_defective, second.p_defective) for first, second in zip(given, truth, strict=True)])
    fails = rejected(scores, thresholds.fail_at)
    return int((fails[:, 0] != fails[:, 1]).sum())


def _difference(given: Sequence[Answer] | None, truth: Sequence[Answer] | None) -> float | None:
    if given is None or truth is None:
        return None
    return max(abs(a.p_defective - b.p_defective) for a, b in zip(given, truth, strict=True))


def _correlation(given: Sequence[Answer] | None, truth: Sequence[Answer] | None) -> float | None:
    """The least correlation of a picture's two maps; pictures on which one of them is flat say nothing."""
    if given is None or truth is None:
        return None
    pairs = [(a.heatmap, b.heatmap) for a, b in zip(given, truth, strict=True)]
    correlations = [_pearson(a, b) for a, b in pairs if a is not None and b is not None]
    return min((value for value in correlations if value is not None), default=None)


def _pearson(small: NDArray[np.float32], large: NDArray[np.float32]) -> float | None:
    height, width = large.shape
    # pytorch-grad-cam enlarges its map linearly to the input; so must the other be
    enlarged = cv2.resize(np.ascontiguousarray(small), (width, height)).ravel().astype(np.float64)
    other = large.ravel().astype(np.float64)
    if not enlarged.std() or not other.std():
        return None
    return float(np.corrcoef(enlarged, other)[0, 1])
