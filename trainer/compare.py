"""Compares methods on identical splits: a table with intervals, McNemar's exact test, a paired bootstrap."""

from __future__ import annotations

import math
import tempfile
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.domain.statistics import wilson_interval
from inspector.vision.backends import load_classifier
from inspector.vision.bundle import Bundle
from trainer.dataset import TEST, hashed, read_dataset
from trainer.judge import judge
from trainer.loop import train
from trainer.metrics import Judged
from trainer.paired import compare as paired
from trainer.paired import intervals, spread
from trainer.protocol import Result
from trainer.split import split

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from trainer.protocol import Report, TrainRequest

_FIGURES = ("accuracy", "precision", "recall", "f1", "auroc", "average_precision")


def compare(
    base: TrainRequest, methods: Sequence[str], seeds: Sequence[int], *, keep: Path | None = None
) -> Generator[Report, None, dict[str, Any]]:
    """Train every method with every seed; one seed is one split, the same for all methods.

    Args:
        base: What they share.
        methods: In the order of the table; each is tested against the one before it.
        seeds: Of splits and fits.
        keep: Folder for the bundles; None to discard them.

    Yields:
        The reports of each training.

    Returns:
        ``methods``: by name, mean, sd and values of each figure, seconds, confusion summed, and 95 % intervals over
        the pooled test pictures (F1, AUROC: bootstrap; escapes, overkill: Wilson); ``pairs``: McNemar and
        bootstrap of each method against the one before it, over the pooled test pictures.
    """
    rows: dict[str, dict[str, Any]] = {}
    pooled: dict[str, list[Judged]] = {method: [] for method in methods}
    with tempfile.TemporaryDirectory(prefix="trainer-") as temporary:
        place = keep or Path(temporary)
        results: dict[str, list[Result]] = {method: [] for method in methods}
        for seed in seeds:
            for method in methods:
                out = place / f"{method}-{seed}"
                request = base.model_copy(update={"method": method, "seed": seed, "out": str(out), "replace": True})
                for report in train(request):
                    yield report
                    if isinstance(report, Result):
                        results[method].append(report)
                judged, threshold = yield from _judged(request, out)
                pooled[method] += [_aligned(picture, seed, threshold) for picture in judged]
    for method, found in results.items():
        rows[method] = {name: _spread([one.test.get(name) for one in found]) for name in _FIGURES}
        rows[method]["seconds"] = _spread([one.seconds for one in found])
        confusion = _summed([one.test["confusion"] for one in found])
        rows[method] |= {"confusion": confusion, "intervals_95": _intervals(pooled[method], confusion, seeds[0])}
    pairs = [
        {"first": first, "second": second, **_paired(pooled[first], pooled[second], seeds[0])}
        for first, second in pairwise(methods)
    ]
    return {"data": base.data, "seeds": list(seeds), "methods": rows, "pairs": pairs}


def table(found: dict[str, Any]) -> str:
    """Return a Markdown table."""
    heads = ("method", *_FIGURES, "escapes", "overkill", "seconds")
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for method, row in found["methods"].items():
        cells = [_cell(row[name], row["intervals_95"].get(name)) for name in _FIGURES]
        cells += [_rate(row["intervals_95"][name]) for name in ("escapes", "overkill")]
        lines.append(f"| {' | '.join((method, *cells, _cell(row['seconds'])))} |")
    lines += ["", "Mean ± standard deviation over the seeds; in brackets 95 % intervals over all test pictures."]
    for pair in found["pairs"]:
        lines += ["", f"{pair['second']} against {pair['first']}: {pair['words']}"]
    return "\n".join(lines)


def _judged(request: TrainRequest, out: Path) -> Generator[Report, None, tuple[list[Judged], float]]:
    """Judge the test part again with the finished bundle; the verdicts of all methods are of the same pictures."""
    bundle = Bundle.load(out)
    whole = split(
        hashed(read_dataset(Path(request.data), least=1)),
        request.model_copy(update={"split": str(out / "report" / "split.csv")}),
    )
    classifier = load_classifier(bundle)
    try:
        found = yield from judge(classifier, whole.of(TEST), "comparing")
    finally:
        classifier.close()
    return found.judged, bundle.manifest.thresholds.fail_at


def _aligned(one: Judged, seed: int, threshold: float) -> Judged:
    """Shift the log odds so that the threshold is 0.5: models of several seeds have thresholds of their own."""
    shifted = _log_odds(one.p_defective) - _log_odds(threshold)
    score = 0.5 if shifted == 0 else 1 / (1 + math.exp(-shifted))
    return Judged(f"{seed}/{one.name}", one.path, one.defect, one.category, score)


def _log_odds(probability: float) -> float:
    clipped = min(max(probability, 1e-9), 1 - 1e-9)
    return math.log(clipped / (1 - clipped))


def _paired(first: Sequence[Judged], second: Sequence[Judged], seed: int) -> dict[str, Any]:
    """Compare two methods on the pooled test pictures; a picture that several seeds test counts each time."""
    found = paired(first, second, (0.5, 0.5), seed=seed)
    words = (
        f"{found.mcnemar.second_only} pictures judged rightly by the second only, {found.mcnemar.first_only} by the "
        f"first only, of {found.pictures} (McNemar p = {found.mcnemar.p_value:.3g}); F1 {found.f1.value:+.3f} "
        f"({found.f1.low:+.3f} to {found.f1.high:+.3f}), AUROC {found.auroc.value:+.3f} ({found.auroc.low:+.3f} to "
        f"{found.auroc.high:+.3f}), 95 % bootstrap"
    )
    return {**asdict(found), "words": words}


def _spread(values: Sequence[Any]) -> dict[str, Any]:
    known = [float(value) for value in values if value is not None]
    if not known:
        return {"mean": None, "sd": None, "values": []}
    found = spread(known)
    return {"mean": found.mean, "sd": found.sd, "values": list(found.values)}


def _summed(confusions: Sequence[Any]) -> dict[str, int]:
    return {name: sum(confusion[name] for confusion in confusions) for name in confusions[0]}


def _cell(value: dict[str, Any], interval: Sequence[float] | None = None) -> str:
    if value["mean"] is None:
        return "–"
    words = f"{value['mean']:.3f}" + ("" if value["sd"] is None else f" ± {value['sd']:.3f}")
    return words if interval is None else f"{words} ({interval[0]:.3f} to {interval[1]:.3f})"


def _intervals(judged: Sequence[Judged], confusion: dict[str, int], seed: int) -> dict[str, list[float]]:
    found = intervals(judged, 0.5, seed=seed)
    defective = confusion["defective_passed"] + confusion["defective_found"]
    good = confusion["good_rejected"] + confusion["good_passed"]
    return {
        "f1": [found.f1.low, found.f1.high],
        "auroc": [found.auroc.low, found.auroc.high],
        "escapes": list(wilson_interval(confusion["defective_passed"], defective)),
        "overkill": list(wilson_interval(confusion["good_rejected"], good)),
    }


def _rate(interval: Sequence[float]) -> str:
    return f"{100 * interval[0]:.1f} to {100 * interval[1]:.1f} %"
