"""What a worker of a cluster does for a training: one unit, whose reports it passes on, and whose commands it heeds."""

from __future__ import annotations

import functools
import hashlib
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cluster.library import dask
from inspector.domain.errors import InspectorError
from inspector.domain.memory import ran_out_of_memory
from inspector.vision.network import CUTS, InspectionNetwork
from trainer.cache import Plain, ResourceError
from trainer.dataset import TRAIN
from trainer.frozen import freezer
from trainer.place import processor_class
from trainer.plan import Context
from trainer.protocol import Command, Paused, Progress
from trainer.shared_sample import DifferentError, shared

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from trainer.dataset import Dataset
    from trainer.plan import Trained
    from trainer.protocol import Report, TrainRequest

#: So often workers hear what is told, seconds.
BEAT_S = 5.0
#: A worker that has heard nothing for so long ends its training: whoever asked for it is gone. It is longer than Dask
#: takes to give up another worker that hangs, as meanwhile nobody is told anything.
SILENCE_S = 600.0
#: So often a worker says how far it is, seconds.
_SAY_S = 1.0
_TOLD = "trainer_told"
_LOOKED_AT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What all units of a training stand on, and what must be the same where they are done.

    Args:
        weights: The backbone's file, and its hash; an empty path for a baseline.
        processor: The class of the processor where the training was started: another has other features.
    """

    request: TrainRequest
    weights: tuple[Path, str]
    processor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A training that depends on no other.

    Args:
        words: What it is, for a reader; no two of a round have the same.
        task: Does it; of the top of a module, as it is sent by name. Called with the data set, the context and
            ``arguments``.
        tells: Whether its epochs and candidates are reported; those of a fold are not the model's.
        first: Whether it is done even where it is told to stop.
    """

    words: str
    ground: Ground
    dataset: Dataset
    task: Callable[..., Generator[Report, None, Any]]
    arguments: tuple[Any, ...] = ()
    tells: bool = False
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a worker is given beside the unit.

    Args:
        topic: Of reports.
        orders: Of commands.
        number: Of the unit.
        told: The last command.
        checkpoints: The folder, if it is the same here.
        probe: A file in it and its content, by which that is known.
    """

    topic: str
    orders: str
    number: int
    told: Command
    checkpoints: Path | None
    probe: tuple[Path, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOutcome:
    """What became of a unit: a value, or an error; both None where it was stopped before it began."""

    value: Any = None
    error: type[InspectorError] | None = None
    what: str = ""
    next_step: str = ""


def ground_of(request: TrainRequest, weights: Path) -> Ground:
    """Return what the units of a training stand on."""
    return Ground(request=request, weights=(weights, _sha256(weights)), processor=processor_class())


def hear(orders: str, told: Command, dask_worker: Any = None) -> None:  # noqa: ANN401 - distributed.Worker
    """Take a command, on a worker; Dask puts the worker in."""
    now_s = time.monotonic()
    kept = {name: last for name, last in getattr(dask_worker, _TOLD, {}).items() if now_s - last[1] < SILENCE_S}
    setattr(dask_worker, _TOLD, kept | {orders: (told, now_s)})


def work_off(unit: Unit, heard: Heard) -> UnitOutcome:
    """Do a unit, on a worker; whatever breaks is its outcome."""
    worker = dask().get_worker()
    command = _Commands(worker, heard)
    try:
        if command() is Command.STOP and not unit.first:
            return UnitOutcome()
        _refuse_other_ground(unit, str(worker.name))
        context = Context(
            request=unit.ground.request,
            weights=unit.ground.weights[0],
            command=command,
            freezer=freezer(unit.ground.request.precision),
            checkpoints=_checkpoints(heard),
        )
        dataset = replace(unit.dataset, samples=tuple(shared(sample) for sample in unit.dataset.samples))
        reports = unit.task(dataset, context, *unit.arguments)
        say = functools.partial(worker.log_event, heard.topic)
        said_s = 0.0
        while True:
            try:
                report = next(reports)
            except StopIteration as end:
                return UnitOutcome(value=end.value)
            now_s = time.monotonic()
            if not isinstance(report, Progress | Paused) or now_s - said_s >= _SAY_S:
                say([heard.orders, heard.number, report.model_dump_json()])
                said_s = now_s
    except InspectorError as error:
        return UnitOutcome(error=type(error), what=error.what, next_step=error.next_step)
    except Exception as error:
        if not ran_out_of_memory(error):
            raise
        return UnitOutcome(
            error=ResourceError,
            what=f"the worker {worker.name} has not enough memory",
            next_step="Give it more, or choose a smaller input, a smaller batch or fewer views.",
        )


def packed(trained: Trained) -> Trained:
    """Return a network as it can be sent: without what comes before the cut."""
    trained.frozen = replace(
        trained.frozen, extractor=Plain(trained.preprocessing), model=None, int8=None, in_float=None
    )
    return trained


def brought_home(trained: Trained, dataset: Dataset, context: Context) -> Generator[Report, None, Trained]:
    """Make anew what `packed` has left out; it is the same on the same class of processor. The value is the network.

    Args:
        dataset: As it was trained on.
        context: Of this process.
    """
    own = {sample.name: sample for sample in dataset.samples}
    trained.judged = [own[sample.name] for sample in trained.judged]
    cut, network = trained.frozen.cut, trained.network
    if isinstance(network, InspectionNetwork) and cut != CUTS[0]:
        training = dataset.of(TRAIN)
        trained.frozen = yield from context.freezer.of(network, cut, trained.preprocessing, training)
    return trained


class _Commands:
    """What is told, as a training asks for it."""

    def __init__(self, worker: Any, heard: Heard) -> None:  # noqa: ANN401 - distributed.Worker
        self._worker, self._orders, self._told, self._at_s = worker, heard.orders, heard.told, time.monotonic()

    def __call__(self) -> Command:
        told, at_s = getattr(self._worker, _TOLD, {}).get(self._orders, (self._told, self._at_s))
        if at_s >= self._at_s:
            self._told, self._at_s = told, at_s
        return Command.CANCEL if time.monotonic() - self._at_s > SILENCE_S else self._told


def _refuse_other_ground(unit: Unit, name: str) -> None:
    """Refuse to train on something else than where the training was started.

    Raises:
        DifferentError: If so.
    """
    ground, processor = unit.ground, processor_class()
    if ground.processor != processor:
        raise DifferentError(
            f"the worker {name} has a processor of the class {processor}, this computer {ground.processor}: the same "
            "picture would have other features",
            "Use workers that are like this computer.",
        )
    weights, digest = ground.weights
    if digest and (not weights.is_file() or _sha256(weights) != digest):
        raise DifferentError(
            f"the worker {name} does not have the backbone's weights at {weights}",
            "Name a file in a folder that every worker sees under the same path.",
        )
    samples = [sample for sample in unit.dataset.samples if sample.sha256]
    for sample in samples[:: max(1, len(samples) // _LOOKED_AT)]:
        try:
            same = _sha256(sample.path) == sample.sha256
        except OSError:
            same = False
        if not same:
            raise DifferentError(
                f"the worker {name} does not see the picture {sample.path} as this computer does",
                "Put the pictures into a folder that every worker sees under the same path.",
            )


def _checkpoints(heard: Heard) -> Path | None:
    if heard.probe is None:
        return None
    path, token = heard.probe
    try:
        return heard.checkpoints if path.read_text(encoding="ascii") == token else None
    except OSError:
        return None


@functools.lru_cache(maxsize=8)
def _digest(path: Path, _size: int, _mtime_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sha256(path: Path) -> str:
    if path == Path():
        return ""
    status = path.stat()
    return _digest(path, status.st_size, status.st_mtime_ns)
