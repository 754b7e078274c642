"""What a benchmark is asked for, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: Sides of the input that stand in the table beside the bundle's own, pixels.
SIZES_PX = (224, 320, 448, 512)


class Kind(StrEnum):
    """Who judges."""

    LINE = "line"  #: a classifier of the station, as the line and the batch command call it
    CLOSED_FORM = "closed form"  #: the same network in eager torch
    EAGER = "eager"  #: eager torch, verdict only
    GRAD_CAM = "grad-cam"  #: eager torch with pytorch-grad-cam, which is what verdicts are held against
    ONNX_RUNTIME = "onnxruntime"  #: the same network, exported to ONNX


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkPlan:
    """How much is measured.

    Args:
        rounds: How often each contender takes its turn.
        slice_s: About how long a turn takes, seconds; a slow contender judges fewer pictures in it, two at least.
        sizes: Sides of the input besides the bundle's own, pixels.
        everything: Measure all contenders at those sizes too, everybody's memory, and the largest convolutions alone;
            otherwise only the station's own and the limit at those sizes, and the memory of the station's own.
        limit: Measure the graph alone and the convolution limit.
        memory: Measure each contender's peak memory, in a process of its own.
    """

    rounds: int = 5
    slice_s: float = 0.5
    sizes: tuple[int, ...] = ()
    everything: bool = False
    limit: bool = True
    memory: bool = True

    @staticmethod
    def quick(sizes: tuple[int, ...] = SIZES_PX) -> BenchmarkPlan:
        """About a minute on two free cores."""
        return BenchmarkPlan(rounds=3, slice_s=0.4, sizes=sizes)

    @staticmethod
    def full(sizes: tuple[int, ...] = SIZES_PX) -> BenchmarkPlan:
        """Several minutes: every contender at every size."""
        return BenchmarkPlan(rounds=7, slice_s=1.0, sizes=sizes, everything=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where a benchmark ran.

    Args:
        processor: The processor's own name.
        cores: Cores that this process may use.
        system: Operating system and release.
        versions: Version by package; those that are not installed are not in it.
    """

    processor: str
    cores: int
    system: str
    versions: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkRow:
    """One way of judging the pictures. None: not measured, or nothing to compare with; `Unmeasured` says why.

    Args:
        backend: As shown: "openvino", "torch", "eager torch", "onnxruntime", "torch + pytorch-grad-cam".
        device: The hardware's name.
        precision: "fp32", "bf16", "fp16" or "int8".
        input_size: Side of the network's input, pixels.
        batch: Pictures per call: 1, or that many and more.
        images_per_s: Median over the rounds, preprocessing included.
        ms_per_image: The same as a time.
        latency_p50_ms: Median time of a call, one picture at a time.
        latency_p99_ms: The 99th percentile of the same.
        peak_memory_mb: Largest resident memory of a process that does nothing else, interpreter and libraries
            included, 10^6 bytes.
        verdict_flips: Pictures whose verdict differs from the reference's at the bundle's threshold; only at the
            bundle's own size and where it has weights.
        largest_difference: Of P(defective) to the reference's; likewise.
        least_map_correlation: Pearson's, of the heatmap with the reference's over the input's pixels: the least of
            all pictures; likewise.
        against_eager: How many times the pictures per second of eager torch without heatmap (its faster row), median
            of the rounds' own ratios; so are the following.
        against_grad_cam: Times eager torch with pytorch-grad-cam.
        against_onnxruntime: Rate over ONNX Runtime's; None where that was not measured.
        against_limit: Share of what the convolutions alone allow in this precision and size.
    """

    kind: Kind
    backend: str
    device: str
    precision: str
    input_size: int
    batch: int
    images_per_s: float
    ms_per_image: float
    latency_p50_ms: float | None
    latency_p99_ms: float | None
    peak_memory_mb: float | None
    verdict_flips: int | None
    largest_difference: float | None
    least_map_correlation: float | None
    against_eager: float | None
    against_grad_cam: float | None
    against_onnxruntime: float | None
    against_limit: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphRow:
    """The bundle's graph alone, fed with ready input, and what its convolutions alone allow.

    Args:
        precision: "fp32", "bf16" or "int8".
        input_size: Side of the input, pixels.
        graph_images_per_s: The graph with both outputs, no preprocessing, no Python around it.
        limit_images_per_s: The same convolutions and nothing else.
        share: Graph over limit, median of the rounds' own ratios.
        largest_alone_images_per_s: An independent estimate of the limit: if all convolutions ran at the speed at which
            the best of the large ones runs alone; None: not measured at this size.
        graph_schedule: Streams × pictures per call that suited the graph best, as "2 × 4".
        limit_schedule: Streams × pictures per call that suited the limit best.
        gmac: Multiply-accumulates of one picture's convolutions, 10^9.
    """

    precision: str
    input_size: int
    graph_images_per_s: float
    limit_images_per_s: float
    share: float
    largest_alone_images_per_s: float | None
    graph_schedule: str
    limit_schedule: str
    gmac: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmeasured:
    """What was not measured, and why."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkReport:
    """All rows and what they come to.

    Args:
        model: The bundle's name.
        model_sha256: As in `Bundle.sha256`.
        measured_utc: Time of the measurement, ISO 8601.
        images: Number of pictures.
        rounds: How many turns each contender had.
        input_size: Side of the bundle's own input, pixels.
        cpu_count: Cores that this process may use.
        rows: One per contender and size, the bundle's own size first and in each size the reference last.
        graphs: One per precision and size.
        left_out: What was not measured, each with the reason.
        best_images_per_s: Of our fastest row at the bundle's own size.
        reference_images_per_s: Of the reference's faster row there; None without torch.
        ratio: Best over reference, median of the rounds' own ratios; None likewise.
        verdict_flips: Of our fastest row; None as in `BenchmarkRow`.
        note: What must be known to read the figures; empty mostly.
    """

    model: str
    model_sha256: str
    measured_utc: str
    machine: Machine
    images: int
    rounds: int
    input_size: int
    cpu_count: int
    rows: tuple[BenchmarkRow, ...]
    graphs: tuple[GraphRow, ...]
    left_out: tuple[Unmeasured, ...]
    best_images_per_s: float
    reference_images_per_s: float | None
    ratio: float | None
    verdict_flips: int | None
    note: str
