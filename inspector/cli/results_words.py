"""The comparison of two batches as ``inspector results compare`` prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.batch.compare import comparison_warning
from inspector.domain.counts import counted

if TYPE_CHECKING:
    from inspector.batch import Comparison
    from inspector.cli.results_figures import ComparisonFigures


def print_comparison(comparison: Comparison, figures: ComparisonFigures) -> None:
    """Print a comparison for people.

    Args:
        figures: The same comparison as `comparison_figures` counts it.
    """
    print(f"{counted(figures.compared, 'picture')} compared, {len(figures.flips)} verdicts differ")
    for count, words in (
        (len(figures.changed), "changed between the two and not compared"),
        (figures.only_first, "in the first only"),
        (figures.only_second, "in the second only"),
    ):
        if count:
            print(f"{count} {words}")
    for flip in figures.flips:
        label = f"  ({flip.label})" if flip.label else ""
        print(f"  {flip.first:7} → {flip.second:7} {flip.path}{label}")
    if not comparison.all_parts.total:
        print("no labels, so nothing is said of which is right")
        return
    parts = {"all": comparison.all_parts, "good": comparison.good, "defective": comparison.defective}
    for name, agreement in parts.items():
        if agreement.total:
            print(
                f"{name:10} both right {agreement.both_right}, only the first {agreement.only_first}, "
                f"only the second {agreement.only_second}, both wrong {agreement.both_wrong}; "
                f"McNemar, exact: P = {agreement.p_value:.3g}"
            )
    if warning := comparison_warning(comparison, ("the first model", "the second model")):
        print(warning)
