"""The benchmark itself: who takes part at which input size, and what their turns come to."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, get_args

from inspector.domain.errors import ClassifierError, InspectorError
from inspector.vision.backends import list_devices
from inspector.vision.benchmark.contenders import Entrant, at_size, build, missing_packages
from inspector.vision.benchmark.graphs import GraphPair, pair_of
from inspector.vision.benchmark.machine import cores, describe_machine
from inspector.vision.benchmark.memory import peak_memory_mb
from inspector.vision.benchmark.records import BenchmarkPlan, BenchmarkReport, BenchmarkRow, GraphRow, Kind, Unmeasured
from inspector.vision.benchmark.rows import make_rows
from inspector.vision.benchmark.turns import ContenderSeat, take_turns
from inspector.vision.graph import JUDGED_LAYER
from inspector.vision.manifest import Precision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from inspector.domain.records import Image
    from inspector.vision.backends import Device
    from inspector.vision.benchmark.contenders import Answer
    from inspector.vision.bundle import Bundle

_BATCH = 8


def run_benchmark(
    bundle: Bundle,
    images: Sequence[Image],
    *,
    plan: BenchmarkPlan | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> BenchmarkReport:
    """Judge the same pictures with every back end and precision of this machine and with what else there is.

    At each input size all take turns within every round, so that a change of the machine's speed meets all alike. A
    bundle without weights is compared with a network of the same shape and random weights, for speed alone. Other
    sizes than the bundle's own are measured with its graph reshaped, for speed alone; that of a memory of good, which
    knows the places of its cells, cannot be.

    Args:
        images: One picture or more.
        plan: How much is measured; `BenchmarkPlan()` where None.
        progress: Told before every turn of the rounds done, the rounds in all, and what is measured.

    Raises:
        BundleError: If the bundle cannot be used.
        ClassifierError: If a network fails, or there is no picture.
    """
    plan = plan or BenchmarkPlan()
    if not images or plan.rounds < 1:
        raise ClassifierError("a benchmark needs a picture and a round", "Name a folder with pictures.")
    own = bundle.manifest.preprocessing.input_size
    devices = list_devices()
    findings = Findings()
    for size in sizes_of(bundle, plan, findings):
        _measure(at_size(bundle, size), images, devices, plan, findings, own=size == own, progress=progress)
    return _report(bundle, len(images), plan, findings)


@dataclass(slots=True)
class Findings:
    """What has been measured so far, and what was not."""

    rows: list[BenchmarkRow] = field(default_factory=list)
    graphs: list[GraphRow] = field(default_factory=list)
    left_out: list[Unmeasured] = field(default_factory=list)

    def leave_out(self, what: str, reason: str) -> None:
        """Note what was not measured, once."""
        unmeasured = Unmeasured(what=what, reason=reason)
        if unmeasured not in self.left_out:
            self.left_out.append(unmeasured)


def sizes_of(bundle: Bundle, plan: BenchmarkPlan, findings: Findings) -> list[int]:
    """Return the input sizes that are measured, the bundle's own first; why others are not is noted."""
    own = bundle.manifest.preprocessing.input_size
    sizes = list(dict.fromkeys((own, *plan.sizes)))
    if bundle.manifest.memory is None:
        return sizes
    for size in sizes[1:]:
        findings.leave_out(f"input size {size}²", f"the model's memory of good is one of {own}² pictures")
    return [own]


def _measure(
    bundle: Bundle,
    images: Sequence[Image],
    devices: Sequence[Device],
    plan: BenchmarkPlan,
    findings: Findings,
    *,
    own: bool,
    progress: Callable[[int, int, str], None] | None,
) -> None:
    """Measure one input size and add to what was found."""
    size = bundle.manifest.preprocessing.input_size
    with ExitStack() as stack:
        seats = []
        for entry in _entries(bundle, devices, findings, everything=own or plan.everything):
            seat = _seated(entry, bundle, images, findings)
            if seat is not None:
                stack.callback(seat.contender.close)
                seats.append(seat)
        if not any(seat.entry.kind is Kind.LINE for seat in seats):
            raise ClassifierError(
                f"no precision of {bundle.manifest.name} can run here at {size}²: "
                + "; ".join(f"{contender.what}: {contender.reason}" for contender in findings.left_out),
                "Choose another model.",
            )
        judged = _judged(seats, compare=own and bundle.weights_path is not None)
        pairs = _pairs(bundle, seats, plan, findings)
        graphs = [seat for pair in pairs for seat in (pair.graph, pair.limit)]
        take_turns([*seats, *graphs], rounds=plan.rounds, slice_s=plan.slice_s, progress=progress)
    limits = {pair.precision: pair.limit.times_s for pair in pairs}
    rows = make_rows(bundle, seats, judged, limits)
    if plan.memory:
        rows = [
            replace(row, peak_memory_mb=_memory(seat, bundle, plan, findings, own=own))
            for row, seat in zip(rows, seats, strict=True)
        ]
    findings.rows += rows
    findings.graphs += [pair.row() for pair in pairs]


def _entries(bundle: Bundle, devices: Sequence[Device], findings: Findings, *, everything: bool) -> list[Entrant]:
    """Who could take part, the reference last; what cannot is noted."""
    kinds = [Kind.CLOSED_FORM, Kind.ONNX_RUNTIME, Kind.EAGER, Kind.GRAD_CAM] if everything else []
    entries = [
        Entrant(kind=Kind.LINE, batch=batch, device=device.name, precision=precision)
        for device in devices
        for precision in _precisions(bundle, device, findings)
        for batch in (1, _BATCH)
    ]
    for kind in kinds:
        missing = missing_packages(kind)
        if missing:
            extra = ' (pip install "inspector-station[bench]")' if kind is Kind.ONNX_RUNTIME else ""
            findings.leave_out(str(kind), f"not installed: {', '.join(missing)}{extra}")
        elif kind is not Kind.CLOSED_FORM:
            entries += [Entrant(kind=kind, batch=batch) for batch in (1, _BATCH)]
        elif bundle.weights_path is None:
            findings.leave_out(str(kind), "the bundle has no weights for torch")
        else:
            entries.append(Entrant(kind=kind, batch=1))
    return entries


def _precisions(bundle: Bundle, device: Device, findings: Findings) -> Iterable[str]:
    """The precisions of a bundle on a device."""
    manifest = bundle.manifest
    if device.backend == "torch" and bundle.weights_path is None:
        findings.leave_out(device.name, "the bundle has no weights for torch")
        return
    if manifest.graph_precision == "int8" and device.backend == "openvino":
        yield "int8"
        return
    int8 = ("int8",) if bundle.int8_graph_path is not None and device.name == "cpu" else ()
    for precision in get_args(Precision):
        if precision not in (*device.precisions, *int8):
            continue
        if manifest.allows(precision):
            yield precision
        else:
            check = manifest.precisions.get(precision)
            findings.leave_out(precision, check.reason if check else "it was not checked when the model was made")


def _seated(entry: Entrant, bundle: Bundle, images: Sequence[Image], findings: Findings) -> ContenderSeat | None:
    """Load a contender; None where it cannot be, which is noted."""
    size = bundle.manifest.preprocessing.input_size
    try:
        contender = build(entry, bundle)
    except (InspectorError, ImportError, RuntimeError) as error:
        findings.leave_out(f"{entry} at {size}²", str(error))
        return None
    return ContenderSeat(name=f"{entry} {size}²", entry=entry, contender=contender, images=images)


def _judged(seats: Sequence[ContenderSeat], *, compare: bool) -> list[list[Answer]]:
    """Warm everybody up; every picture's judgement by everybody where they are compared, else nothing."""
    if compare:
        return [seat.judge_all() for seat in seats]
    for seat in seats:
        seat.warm_up()
    return []


def _pairs(bundle: Bundle, seats: Sequence[ContenderSeat], plan: BenchmarkPlan, findings: Findings) -> list[GraphPair]:
    """The graph alone and its limit, in every precision in which the line runs on this CPU."""
    if not plan.limit:
        return []
    if bundle.manifest.backbone not in JUDGED_LAYER:
        findings.leave_out(
            "convolution limit",
            f"it is known for {' and '.join(JUDGED_LAYER)}, this model is a {bundle.manifest.backbone}",
        )
        return []
    pairs = []
    on_cpu = (seat.entry for seat in seats if seat.entry.kind is Kind.LINE and seat.entry.device == "cpu")
    for precision in dict.fromkeys(entry.precision for entry in on_cpu):
        try:
            pairs.append(pair_of(bundle, precision, alone=plan.everything))
        except RuntimeError as error:
            findings.leave_out(f"convolution limit {precision}", str(error))
    return pairs


def _memory(seat: ContenderSeat, bundle: Bundle, plan: BenchmarkPlan, findings: Findings, *, own: bool) -> float | None:
    """Peak memory; without `everything`, of the station's own at the bundle's own size and in batches alone."""
    if not plan.everything and (seat.entry.kind is not Kind.LINE or seat.entry.batch == 1 or not own):
        findings.leave_out("peak memory of the other rows", "measured with --full")
        return None
    pictures = [seat.images[index % len(seat.images)] for index in range(seat.entry.batch)]
    try:
        return peak_memory_mb(seat.entry, bundle, pictures)
    except ClassifierError as error:
        findings.leave_out(f"peak memory of {seat.name}", error.what)
        return None


def _report(bundle: Bundle, images: int, plan: BenchmarkPlan, findings: Findings) -> BenchmarkReport:
    own = bundle.manifest.preprocessing.input_size
    rows = [row for row in findings.rows if row.input_size == own]
    ours = max((row for row in rows if row.kind is Kind.LINE), key=lambda row: row.images_per_s)
    reference = max((row.images_per_s for row in rows if row.kind is Kind.GRAD_CAM), default=None)
    random = bundle.weights_path is None and any(row.kind is not Kind.LINE for row in rows)
    return BenchmarkReport(
        model=bundle.manifest.name,
        model_sha256=bundle.sha256,
        measured_utc=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=describe_machine(),
        images=images,
        rounds=plan.rounds,
        input_size=own,
        cpu_count=cores(),
        rows=tuple(findings.rows),
        graphs=tuple(findings.graphs),
        left_out=tuple(findings.left_out),
        best_images_per_s=ours.images_per_s,
        reference_images_per_s=reference,
        ratio=ours.against_grad_cam,
        verdict_flips=ours.verdict_flips,
        note="The bundle has no weights; what needs torch has random ones and shows its speed alone." if random else "",
    )
