"""The figures of a report as PNG: drawn for paper, legible in grey, without a window system."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from inspector.domain.confusion import confusion_at
from inspector.domain.records import Thresholds
from inspector.domain.statistics import logits
from trainer.calibration import calibration_error, reliability
from trainer.judged import CLIP

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from inspector.domain.rates import Rate
    from trainer.evaluation import ConfusionCounts
    from trainer.protocol import Epoch

# Inks for white paper, after Okabe and Ito, told apart by colour-blind people; the window's theme needs Qt.
INK = "#1b1f24"
MUTED = "#6b737c"
FAINT = "#d5d9de"
GOOD_INK = "#0072b2"
DEFECT_INK = "#c8501e"
#: Inches: half and full width of the text on A4.
HALF, FULL = (3.5, 2.9), (7.1, 2.8)
_DPI = 200
_STYLE: Any = {  # matplotlib types the keys one by one
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same on every machine
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.5,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "lines.linewidth": 1.4,
    "text.parse_math": False,  # names of files and defects may hold a dollar sign
}
#: For the window's dark look: its panel, and its text.
DARK_GROUND = "#1c2024"
_DARK: Any = {"figure.facecolor": DARK_GROUND, "savefig.facecolor": DARK_GROUND, "text.color": "#e8eaed"}
_ON_WHITE: Any = {"frameon": True, "framealpha": 1.0, "edgecolor": "none", "borderpad": 0.2}
_P_TICKS = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)
_P_LIMITS = (-7.5, 7.5)  # logits of 0.0006 and 0.9994


def draw(
    paint: Callable[..., None], size: tuple[float, float], panels: tuple[int, int] = (1, 1), *, dark: bool = False
) -> bytes:
    """Draw one figure in the report's style.

    Args:
        paint: Takes the panels, row by row, and draws into them.
        size: Width and height, inches.
        panels: Number of rows and of columns.
        dark: For the window's dark look; only its ground and its texts know it.

    Returns:
        PNG at 200 dots per inch; the same bytes for the same drawing.
    """
    with mpl.rc_context(_STYLE | (_DARK if dark else {})):
        figure = Figure(figsize=size, dpi=_DPI, layout="constrained")
        FigureCanvasAgg(figure)
        paint(*figure.subplots(*panels, squeeze=False).ravel())
        file = io.BytesIO()
        figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def roc(scores: NDArray[np.float64], labels: NDArray[np.int64], threshold: float) -> bytes:
    """Draw the receiver operating characteristic, with the operating point.

    Args:
        scores: (N,) P(defective), of good and defective parts.
        labels: (N,) 0 good, 1 defective.
        threshold: Score from which a part is rejected, 0..1.
    """
    overkill, recall, _ = roc_curve(labels, scores, drop_intermediate=False)

    def paint(axes: Axes) -> None:
        axes.plot((0, 1), (0, 1), color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)), label="chance")
        axes.plot(overkill, recall, color=GOOD_INK, label=f"AUROC {roc_auc_score(labels, scores):.4f}")
        confusion = confusion_at(scores, labels, Thresholds(fail_at=threshold))
        _operating_point(axes, (confusion.overkill.value, confusion.recall.value), threshold)
        axes.set(title="ROC", xlabel="overkill: good parts rejected", ylabel="recall: defective parts found")
        _unit_square(axes)
        axes.legend(loc="lower right")

    return draw(paint, HALF)


def precision_recall(scores: NDArray[np.float64], labels: NDArray[np.int64], threshold: float) -> bytes:
    """Draw precision against recall, with the operating point; arguments as for `roc`."""
    precision, recall, _ = precision_recall_curve(labels, scores)

    def paint(axes: Axes) -> None:
        share = float(labels.mean())
        axes.plot((0, 1), (share, share), color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)), label="chance")
        label = f"average precision {average_precision_score(labels, scores):.4f}"
        axes.plot(recall, precision, color=GOOD_INK, drawstyle="steps-pre", label=label)
        confusion = confusion_at(scores, labels, Thresholds(fail_at=threshold))
        if confusion.total.failed:
            _operating_point(axes, (confusion.recall.value, confusion.precision), threshold)
        axes.set(title="Precision and recall", xlabel="recall", ylabel="precision")
        _unit_square(axes)
        axes.legend(loc="lower left")

    return draw(paint, HALF)


def cost_curve(
    scores: NDArray[np.float64],
    labels: NDArray[np.int64],
    threshold: float,
    *,
    escape_cost: float = 10.0,
    reject_cost: float = 1.0,
) -> bytes:
    """Draw what errors cost: by threshold at the given costs, and by operating condition (Drummond and Holte 2006).

    Args:
        scores: (N,) P(defective), of good and defective parts.
        labels: (N,) 0 good, 1 defective.
        threshold: Score from which a part is rejected, 0..1.
        escape_cost: Of a defective part that passes.
        reject_cost: Of a good part that is rejected.
    """
    overkill, recall, cuts = roc_curve(labels, scores, drop_intermediate=False)
    share = float(labels.mean())
    escape_part = 100 * escape_cost * share * (1 - np.append(recall, 1.0))
    reject_part = 100 * reject_cost * (1 - share) * np.append(overkill, 1.0)
    ours = confusion_at(scores, labels, Thresholds(fail_at=threshold))
    escaping, failing = ours.escapes.count / ours.escapes.total, ours.overkill.count / ours.overkill.total

    def by_threshold(axes: Axes) -> None:
        x = _logit(np.append(np.minimum(cuts, 1.0), 0.0))
        axes.step(x, escape_part + reject_part, where="post", color=INK, linewidth=1.8, label="both")
        axes.step(x, escape_part, where="post", color=DEFECT_INK, linewidth=1, linestyle="--", label="escapes")
        axes.step(x, reject_part, where="post", color=GOOD_INK, linewidth=1, linestyle="--", label="false rejects")
        _mark_threshold(axes, threshold)
        axes.set(title="Cost by threshold")
        axes.set(
            xlabel="threshold on P(defective)", ylabel=f"per 100 parts; escape {escape_cost:g}, reject {reject_cost:g}"
        )
        _p_axis(axes)
        # what costs far more than rejecting all, or passing all, is of no interest
        worst = 100 * min(escape_cost * share, reject_cost * (1 - share))
        axes.set_ylim(0, 2.5 * worst or None)
        axes.legend(loc="upper left", **_ON_WHITE)

    def by_condition(axes: Axes) -> None:
        x = np.linspace(0, 1, 201)
        lines = np.outer(1 - recall, x) + np.outer(overkill, 1 - x)
        axes.fill_between(x, np.minimum(x, 1 - x), 1, color=FAINT, alpha=0.6, linewidth=0)
        axes.plot(x, np.minimum(x, 1 - x), color=MUTED, linewidth=0.8, linestyle="--", label="pass all or reject all")
        axes.plot(x, lines.min(axis=0), color=GOOD_INK, label="best threshold for each")
        axes.plot(x, escaping * x + failing * (1 - x), color=DEFECT_INK, label=f"threshold {threshold:.3f}")
        axes.set(title="Cost curve", xlabel="weight of escapes: share × cost, normalised", ylabel="normalised cost")
        axes.set(xlim=(0, 1), ylim=(0, 0.75))
        axes.legend(loc="upper right", **_ON_WHITE)

    def paint(left: Axes, right: Axes) -> None:
        by_threshold(left)
        by_condition(right)

    return draw(paint, FULL, (1, 2))


def reliability_diagram(parts: Mapping[str, tuple[NDArray[np.float64], NDArray[np.int64]]]) -> bytes:
    """Draw how often P(defective) is right, with 95 % intervals.

    Args:
        parts: Scores (N,) and labels (N,) by the name of the part of the split, two at most.
    """

    def paint(axes: Axes) -> None:
        axes.plot((0, 1), (0, 1), color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)), label="calibrated")
        for (name, (scores, labels)), ink, marker in zip(
            parts.items(), (GOOD_INK, DEFECT_INK), ("o", "s"), strict=False
        ):
            bins = reliability(scores, labels)
            y, bars = _with_bars([bin_.defective for bin_ in bins])
            style: dict[str, Any] = {"color": ink, "marker": marker, "markersize": 4, "linestyle": "none"}
            label = f"{name}, ECE {calibration_error(bins):.3f}"
            x = [bin_.mean_p for bin_ in bins]
            axes.errorbar(x, y, yerr=bars, label=label, elinewidth=0.6, capsize=2, **style)
        axes.set(title="Reliability", xlabel="mean P(defective) in the bin", ylabel="fraction defective")
        axes.set(xlim=(0, 1), ylim=(-0.02, 1.38), yticks=np.linspace(0, 1, 6))
        axes.legend(loc="upper left", **_ON_WHITE)

    return draw(paint, HALF)


def confusion_matrix(counts: ConfusionCounts, threshold: float, held: str = "FAIL") -> bytes:
    """Draw the confusion matrix of a threshold.

    Args:
        held: The verdict from the threshold on.
    """
    cells = np.array(
        [
            [counts.good_passed, counts.good_rejected],
            [counts.defective_passed, counts.defective_found],
        ]
    )
    words = (("passed", "overkill"), ("escapes", "found"))

    def paint(axes: Axes) -> None:
        shares = cells / np.maximum(cells.sum(axis=1, keepdims=True), 1)
        axes.imshow(shares, cmap="Greys", vmin=0, vmax=1.4)
        for row in (0, 1):
            for column in (0, 1):
                ink = "white" if shares[row, column] > 0.65 else INK
                axes.text(column, row - 0.06, str(cells[row, column]), ha="center", va="center", fontsize=17, color=ink)
                share = f"{100 * shares[row, column]:.1f} %" if cells[row].any() else "none tested"
                text = f"{words[row][column]}, {share}"
                axes.text(column, row + 0.24, text, ha="center", va="center", fontsize=7.5, color=ink)
        axes.set(title=f"Confusion matrix at {threshold:.3f}", xlabel="verdict", ylabel="truth")
        axes.set_xticks((0, 1), ("PASS", held))
        axes.set_yticks((0, 1), ("good", "defective"), rotation=90, va="center")
        axes.tick_params(length=0)
        axes.grid(visible=False)
        axes.axhline(0.5, color="white", linewidth=2)
        axes.axvline(0.5, color="white", linewidth=2)
        axes.set_aspect("auto")

    return draw(paint, HALF)


def score_distribution(scores: NDArray[np.float64], labels: NDArray[np.int64], thresholds: Thresholds) -> bytes:
    """Draw how P(defective) is distributed in good and defective parts.

    Args:
        scores: (N,) P(defective).
        labels: (N,) 0 good, 1 defective.
    """
    threshold, review_from = thresholds.fail_at, thresholds.review_from

    def paint(axes: Axes) -> None:
        edges = np.linspace(*_P_LIMITS, 33).tolist()
        places = np.clip(_logit(scores), edges[0], edges[-1])
        for label, name, ink, hatch in ((0, "good", GOOD_INK, ""), (1, "defective", DEFECT_INK, "////")):
            chosen = places[labels == label]
            axes.hist(chosen, edges, histtype="stepfilled", facecolor=ink, alpha=0.25, linewidth=0)
            axes.hist(
                chosen,
                edges,
                histtype="step",
                edgecolor=ink,
                linewidth=1.1,
                hatch=hatch,
                label=f"{name} ({len(chosen)})",
            )
        if review_from is not None:
            axes.axvspan(
                float(_logit(review_from)), float(_logit(threshold)), color=FAINT, alpha=0.7, zorder=0, label="review"
            )
        _mark_threshold(axes, threshold)
        axes.set(title="Scores", xlabel="P(defective), logit scale", ylabel="pictures")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.margins(y=0.2)
        _p_axis(axes)
        axes.legend(ncols=3, loc="upper center", columnspacing=1.0, handlelength=1.2, **_ON_WHITE)

    return draw(paint, HALF)


def recall_by_type(per_defect_type: Mapping[str, Rate]) -> bytes:
    """Draw the recall of each defect type with its 95 % Wilson interval.

    Args:
        per_defect_type: Parts that were found, by defect type; at least one.
    """
    rows = sorted(per_defect_type.items(), key=lambda row: (-row[1].count / row[1].total, row[0]))

    def paint(axes: Axes) -> None:
        y = np.arange(len(rows))
        recall, bars = _with_bars([rate for _, rate in rows])
        axes.barh(y, recall, height=0.62, color=GOOD_INK, alpha=0.55)
        axes.errorbar(recall, y, xerr=bars, fmt="none", ecolor=INK, elinewidth=0.8, capsize=2.5)
        names = [name if len(name) <= 28 else name[:27] + "…" for name, _ in rows]
        ticks = [f"{name}  {rate.count}/{rate.total}" for name, (_, rate) in zip(names, rows, strict=True)]
        axes.set_yticks(y, ticks)
        axes.set(title="Recall by defect type, 95 % interval", xlabel="defective parts found", xlim=(0, 1.02))
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")

    return draw(paint, (FULL[0], max(1.4, 0.75 + 0.24 * len(rows))))


def history(epochs: Sequence[Epoch]) -> bytes:
    """Draw loss and F1 by epoch, one line for each setting; the last setting is set off, its best epoch marked.

    Args:
        epochs: In the order in which they came, at least one.
    """
    settings = list(dict.fromkeys(epoch.setting for epoch in epochs))

    def paint(left: Axes, right: Axes) -> None:
        for setting in settings:
            last = setting == settings[-1]
            own = [epoch for epoch in epochs if epoch.setting == setting]
            x = [report.epoch for report in own]
            ink, width = (GOOD_INK, 1.4) if last else (MUTED, 0.6)
            if last:
                left.plot(
                    x, [report.training_loss for report in own], color=DEFECT_INK, linestyle="--", label="training"
                )
            name = "validation" if last else "validation, other settings" if setting == settings[0] else None
            marker = "o" if len(own) == 1 else None
            left.plot(
                x, [report.validation_loss for report in own], marker=marker, color=ink, linewidth=width, label=name
            )
            right.plot(x, [report.validation_f1 for report in own], marker=marker, color=ink, linewidth=width)
            best = [report for report in own if report.best][-1:] if last else []
            for report in best:
                spot: dict[str, Any] = {"s": 26, "facecolor": "white", "edgecolor": INK, "linewidth": 1, "zorder": 5}
                left.scatter(report.epoch, report.validation_loss, label=f"kept: epoch {report.epoch}", **spot)
                right.scatter(report.epoch, report.validation_f1, **spot)
        for axes, title in ((left, "Loss"), (right, "F1 on validation")):
            axes.set(title=title, xlabel="epoch")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        left.set_ylim(bottom=0)
        right.set_ylim(0, 1.03)
        left.legend()

    return draw(paint, FULL, (1, 2))


# --- inside -----------------------------------------------------------------------------------------------------------


def _with_bars(rates: Sequence[Rate]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (N,) values and (2, N) lengths of their 95 % bars; each rate is of at least one part."""
    values = np.array([rate.count / rate.total for rate in rates])
    return values, np.abs(np.array([rate.interval for rate in rates]).T - values)


def _logit(p: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return logits(p, CLIP)


def _p_axis(axes: Axes) -> None:
    axes.set_xlim(*_P_LIMITS)
    axes.set_xticks(_logit(np.array(_P_TICKS)), [f"{p:g}" for p in _P_TICKS])


def _mark_threshold(axes: Axes, threshold: float) -> None:
    axes.axvline(float(_logit(threshold)), color=INK, linewidth=0.9, linestyle=(0, (5, 2)))
    axes.annotate(
        f"{threshold:.3f}",
        (float(_logit(threshold)), 0.84),
        xycoords=("data", "axes fraction"),
        xytext=(3, 0),
        textcoords="offset points",
        fontsize=7,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.9},
    )


def _operating_point(axes: Axes, point: tuple[float | None, float | None], threshold: float) -> None:
    label = f"threshold {threshold:.3f}"
    x, y = point
    assert x is not None  # both classes are there
    assert y is not None
    axes.plot(x, y, "o", markersize=5, markerfacecolor="white", color=INK, label=label, clip_on=False, zorder=5)


def _unit_square(axes: Axes) -> None:
    axes.set(xlim=(0, 1), ylim=(0, 1.03))
