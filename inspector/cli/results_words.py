"""The figures of batches as ``inspector results`` prints them, for people and for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from inspector.batch.summary import label_words
from inspector.domain.confusion import escapes_of
from inspector.domain.policy import VERDICT_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.batch import Agreement, BatchTable, Comparison
    from inspector.domain.confusion import Confusion
    from inspector.domain.rates import Rate


def confusion_json(confusion: Confusion) -> dict[str, Any]:
    """Return counts and rates for `--json`."""
    return {
        "good": asdict(confusion.good),
        "defective": asdict(confusion.defective),
        "unlabelled": asdict(confusion.unlabelled),
        "types": {
            name: {**asdict(one), "escapes": _rate_json(escapes_of(one))} for name, one in confusion.types.items()
        },
        "escapes": _rate_json(confusion.escapes),
        "overkill": _rate_json(confusion.overkill),
        "review_load": _rate_json(confusion.review_load),
    }


def _rate_json(rate: Rate) -> dict[str, Any]:
    return {"events": rate.count, "of": rate.total, "rate": rate.value, "interval_95": list(rate.interval)}


def _agreement_json(agreement: Agreement) -> dict[str, Any]:
    return {**asdict(agreement), "p_value": agreement.p_value}


def comparison_json(first: BatchTable, second: BatchTable, comparison: Comparison) -> dict[str, Any]:
    """Return a comparison for `--json`."""
    return {
        "compared": len(comparison.first),
        "verdicts": {
            before: {after: int(comparison.verdicts[i, j]) for j, after in enumerate(VERDICT_NAMES)}
            for i, before in enumerate(VERDICT_NAMES)
        },
        "flips": [_flip(first, second, int(i), int(j)) for i, j in _flipped(comparison)],
        "all": _agreement_json(comparison.all_parts),
        "good": _agreement_json(comparison.good),
        "defective": _agreement_json(comparison.defective),
        "changed": [first.path(int(i)) for i in comparison.changed],
        "only_first": len(comparison.only_first),
        "only_second": len(comparison.only_second),
    }


def _flipped(comparison: Comparison) -> Iterator[tuple[int, int]]:
    return zip(comparison.first[comparison.flips].tolist(), comparison.second[comparison.flips].tolist(), strict=True)


def _flip(first: BatchTable, second: BatchTable, i: int, j: int) -> dict[str, Any]:

    return {
        "path": first.path(i),
        "label": label_words(int(first.labels[i])),
        "first": VERDICT_NAMES[first.verdicts[i]],
        "second": VERDICT_NAMES[second.verdicts[j]],
        "p_first": _score(first, i),
        "p_second": _score(second, j),
    }


def _score(table: BatchTable, index: int) -> float | None:
    value = float(table.p_defective[index])
    return value if value == value else None  # noqa: PLR0124 - not a number


def print_comparison(first: BatchTable, second: BatchTable, comparison: Comparison) -> None:
    """Print a comparison for people."""
    print(f"{len(comparison.first)} pictures compared, {int(comparison.flips.sum())} verdicts differ")
    for count, words in (
        (len(comparison.changed), "changed between the two and not compared"),
        (len(comparison.only_first), "in the first only"),
        (len(comparison.only_second), "in the second only"),
    ):
        if count:
            print(f"{count} {words}")
    for i, j in _flipped(comparison):
        one = _flip(first, second, i, j)
        label = f"  ({one['label']})" if one["label"] else ""
        print(f"  {one['first']:7} → {one['second']:7} {one['path']}{label}")
    if not comparison.all_parts.total:
        print("no labels, so nothing is said of which is right")
        return
    for name, part in (("all", comparison.all_parts), ("good", comparison.good), ("defective", comparison.defective)):
        if part.total:
            print(
                f"{name:10} both right {part.both_right}, only the first {part.only_first}, "
                f"only the second {part.only_second}, both wrong {part.both_wrong}; "
                f"McNemar, exact: P = {part.p_value:.3g}"
            )
