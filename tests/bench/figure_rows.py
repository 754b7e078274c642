"""Which benchmarks there are, in the table's order, and which figure of each stands in the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A benchmark that prints one JSON object with ``--json``.

    Args:
        name: Of its JSON file.
        part: What ``make bench PARTS="…"`` calls it.
        arguments: Behind ``python -m``, without ``--json``.
        needs_pictures: Whether it needs the real pictures.
    """

    name: str
    part: str
    arguments: tuple[str, ...]
    needs_pictures: bool = False

    @property
    def command(self) -> str:
        """As a user types it."""
        first, *others = self.arguments
        return " ".join([first if first == "inspector" else f"python -m {first}", *others])


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure.

    Args:
        what: In words.
        target: What is wanted; empty where it is stated alone.
        step: Which benchmark has it.
        read: Takes it out of the benchmark's JSON.
    """

    what: str
    target: str
    step: str
    read: Callable[[Any], str]


STEPS = (
    Step(name="demo_line", part="line", arguments=("tests.bench.demo_line",)),
    Step(name="window", part="line", arguments=("tests.bench.window", "--seconds", "300")),
    Step(name="kill9", part="line", arguments=("tests.bench.kill9",)),
    Step(name="soak", part="soak", arguments=("tests.bench.soak", "--frames", "500000", "--loop", "150")),
    Step(name="inference", part="inference", arguments=("inspector", "bench", "--full")),
    Step(name="heatmap", part="inference", arguments=("tests.bench.heatmap_cost",)),
    Step(name="regression", part="inference", arguments=("tests.bench.regression",)),
    Step(name="batch", part="batch", arguments=("tests.bench.batch_throughput",), needs_pictures=True),
    Step(name="batch_memory", part="batch", arguments=("tests.bench.batch_memory",)),
    Step(name="batch_page", part="batch", arguments=("tests.bench.batch_page",)),
    Step(name="operating_page", part="line", arguments=("tests.bench.operating_page",)),
    Step(name="results_table", part="batch", arguments=("tests.bench.results_table",)),
    Step(name="bottle", part="training", arguments=("tests.bench.bottle_five_seeds",), needs_pictures=True),
    Step(
        name="int8",
        part="training",
        arguments=("tests.bench.int8_against_float", "--seeds", "0", "1", "2", "3", "4"),
        needs_pictures=True,
    ),
    Step(name="cached_trunk", part="training", arguments=("tests.bench.cached_trunk",), needs_pictures=True),
    Step(name="profile", part="training", arguments=("tests.bench.training_profile",), needs_pictures=True),
    Step(name="predecessor", part="training", arguments=("tests.bench.predecessor",), needs_pictures=True),
    Step(name="beside", part="training", arguments=("tests.bench.line_while_training",), needs_pictures=True),
)


def _best(answer: Any) -> Any:
    """The station's fastest row at the bundle's own size."""
    ours = (row for row in answer["rows"] if row["kind"] == "line" and row["input_size"] == answer["input_size"])
    return max(ours, key=lambda row: row["images_per_s"])


def _speeds(answer: Any) -> str:
    """Pictures per second of the fastest row at every input size."""
    best: dict[int, Any] = {}
    for row in answer["rows"]:
        size = row["input_size"]
        if row["kind"] == "line" and (size not in best or row["images_per_s"] > best[size]["images_per_s"]):
            best[size] = row
    return ", ".join(f"{size}² {row['images_per_s']:.0f}/s ({row['precision']})" for size, row in sorted(best.items()))


def _ratios(answer: Any) -> str:
    """What CI holds, then the ratio to torch, which it does not."""
    held = [f"{name.replace('_', ' ')} {value:.2f}" for name, value in answer["ratios"].items()]
    return ", ".join(
        [*held, f"line against grad cam {answer['line_against_grad_cam']:.2f} ({answer['processor']}, not held)"]
    )


def _shares(answer: Any) -> str:
    return ", ".join(f"{row['precision']} {row['input_size']}² {row['share']:.2f}" for row in answer["graphs"])


def _times(value: float) -> str:
    return f"{value:.1f}×"


def _formats(answer: Any, key: str) -> str:
    """A ratio of the batch for every format."""
    return ", ".join(f"{name} {row[key]:.2f}" for name, row in answer["formats"].items())


ROWS = (
    Row(
        what="demo line, parts counted twice / left out",
        target="0 / 0",
        step="demo_line",
        read=lambda a: f"{a['counted_twice']} / {a['left_out']}",
    ),
    Row(
        what="demo line, recall / precision",
        target="",
        step="demo_line",
        read=lambda a: f"{a['recall']:.3f} / {a['precision']:.3f}",
    ),
    Row(
        what="window painted / ready to inspect, warm",
        target="< 1.0 s / < 2.0 s",
        step="window",
        read=lambda a: f"{a['first_paint_s']:.2f} s / {a['ready_s']:.2f} s",
    ),
    Row(
        what="live demo line, trigger → committed verdict, p99",
        target="< 40 ms",
        step="window",
        read=lambda a: f"{a['latency_p99_ms']:.0f} ms",
    ),
    Row(
        what="GUI event-loop stall, p99, while inspecting at full rate",
        target="< 16 ms",
        step="window",
        read=lambda a: f"{a['stall_p99_ms']:.1f} ms",
    ),
    Row(
        what="kill -9: parts printed but not in the log",
        target="0",
        step="kill9",
        read=lambda a: f"{a['printed_but_not_logged']} of {a['printed']}",
    ),
    Row(
        what="memory growth over 500,000 frames",
        target="< 20 MB",
        step="soak",
        read=lambda a: f"{a['growth']['uss_mb']:.1f} MB over {a['frames']:,} frames",
    ),
    Row(
        what="verdict + heatmap, best row, against eager torch + pytorch-grad-cam",
        target="25×",
        step="inference",
        read=lambda a: f"{_times(a['ratio'])} ({_best(a)['precision']})",
    ),
    Row(
        what="the same against eager torch without heatmap",
        target="",
        step="inference",
        read=lambda a: _times(_best(a)["against_eager"]),
    ),
    Row(
        what="the same against ONNX Runtime",
        target="",
        step="inference",
        read=lambda a: _times(_best(a)["against_onnxruntime"]),
    ),
    Row(
        what="the same, of the convolution limit",
        target="0.85 (int8)",
        step="inference",
        read=lambda a: f"{_best(a)['against_limit']:.2f}",
    ),
    Row(
        what="the graph alone, of the convolution limit",
        target="",
        step="inference",
        read=_shares,
    ),
    Row(
        what="verdict + heatmap per second by input size",
        target="",
        step="inference",
        read=_speeds,
    ),
    Row(
        what="heatmap cost on top of the verdict",
        target="< 3 %",
        step="heatmap",
        read=lambda a: ", ".join(f"{100 * row['cost']:.1f} % ({row['mode']})" for row in a["rows"]),
    ),
    Row(
        what="the ratios that CI holds",
        target="see `regression.json`",
        step="regression",
        read=_ratios,
    ),
    Row(
        what="batch, of the smaller of decoding alone and the network alone",
        target="0.85",
        step="batch",
        read=lambda a: _formats(a, "to_smaller"),
    ),
    Row(
        what="batch, of what cores that decode and judge can do, 1 / (1/decoding + 1/network)",
        target="",
        step="batch",
        read=lambda a: _formats(a, "to_shared"),
    ),
    Row(
        what="batch against a loop of PIL + torchvision + eager torch + pytorch-grad-cam",
        target="12×",
        step="batch",
        read=lambda a: _formats(a, "to_loop"),
    ),
    Row(
        what="batch of 100,000 pictures, memory at 10 % / 50 % / 99 %; one row each after an interruption",
        target="flat; yes",
        step="batch_memory",
        read=lambda a: (
            f"{a['first_run']['mb_at_10']:.0f} / {a['first_run']['mb_at_50']:.0f} / {a['second_run']['mb_at_99']:.0f} MB; "
            f"{'yes' if a['one_row_each_in_order'] else 'no'}"
        ),
    ),
    Row(
        what="Batch page, 100,000 rows: stall p99 while scrolling the table / while it grows too",
        target="< 16 ms",
        step="batch_page",
        read=lambda a: f"{a['table_stall_p99_ms']:.1f} / {a['growing_stall_p99_ms']:.1f} ms",
    ),
    Row(
        what="Batch page, 100,000 rows: slowest sort / filter, to the screen",
        target="< 200 ms",
        step="batch_page",
        read=lambda a: " / ".join(
            f"{max(value for key, value in a.items() if key.startswith(kind)):.0f} ms" for kind in ("sort_", "filter_")
        ),
    ),
    Row(
        what="operating point, 100,000 scores: a moved threshold until it is painted, p50 / p99",
        target="< 16 ms",
        step="operating_page",
        read=lambda a: f"{a['move_p50_ms']:.1f} / {a['move_p99_ms']:.1f} ms",
    ),
    Row(
        what="table of a batch with 100,000 rows: read, memory, the slowest filter or order",
        target="1 s; 60 MB; 200 ms",
        step="results_table",
        read=lambda a: f"{a['read_s']:.2f} s; {a['held_mb']:.0f} MB; {max(a['ms'].values()):.0f} ms",
    ),
    Row(
        what="MVTec AD bottle, head method, F1 of five test parts",
        target="",
        step="bottle",
        read=lambda a: f"{a['summary']['f1']['mean']:.3f} (sd {a['summary']['f1']['sd']:.3f})",
    ),
    Row(
        what="verdict flips, exported int8 model against the model as trained, test parts of three sets",
        target="0 outside the review band",
        step="int8",
        read=lambda a: f"{a['summary']['flips']} of {a['summary']['pictures']}",
    ),
    Row(
        what="F1 of the int8 model less that of the float one, same splits, five seeds",
        target="not lower",
        step="int8",
        read=lambda a: f"{a['summary']['f1_difference']:+.4f} (se {a['summary']['standard_error']:.4f})",
    ),
    Row(
        what="training on cached activations against the plain loop",
        target="5×, equal F1",
        step="cached_trunk",
        read=lambda a: "; ".join(
            f"{name} {_times(one['ratio'])}, F1 {one['f1']['difference']:+.4f} (se {one['f1']['standard_error']:.4f})"
            for name, one in a["sets"].items()
        ),
    ),
    Row(
        what="of the feature pass, its parts alone; a step of layer4, 10 pictures, and its products at a large product's rate",
        target="",
        step="profile",
        read=lambda a: (
            f"{a['features']['of_the_sum']:.2f}; {a['step']['ms']:.0f} ms, {a['step']['products_ms']:.0f} ms"
        ),
    ),
    Row(
        what="`layer4` against the predecessor's training, by set",
        target="",
        step="predecessor",
        read=lambda a: ", ".join(f"{name} {_times(one['layer4']['ratio'])}" for name, one in a["sets"].items()),
    ),
    Row(
        what="frame rate of the line beside a training, of that alone",
        target="0.8",
        step="beside",
        read=lambda a: f"{a['ratio']:.2f}",
    ),
)
