"""What a worker of a cluster does: takes a model that was sent to it, and judges files of a batch by it.

A worker has no model store, and needs no results' folder: what it draws it hands back with the rows.
"""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from inspector import __version__
from inspector.batch.pipeline import SharedJudge
from inspector.batch.process import prepare_process
from inspector.cluster.library import worker_here
from inspector.domain.causes import cause_of
from inspector.domain.errors import FolderAwayError, InspectorError, ModelChangedError
from inspector.files import atomic_file
from inspector.pictures import StorePath
from inspector.vision.backends import load_classifier
from inspector.vision.bundle import MANIFEST_FILE, Bundle
from inspector.vision.classifier import TEST_EVERY_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.batch.judge import Job
    from inspector.batch.rows import Row
    from inspector.domain.records import Thresholds
    from inspector.vision.classifier import Classifier

#: So many models stay loaded in a worker, where batches of several are judged by it.
_MODELS_KEPT = 2
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentModel:
    """A bundle as it is sent to a worker, and how it is to judge there.

    Args:
        name: For a reader.
        sha256: Of its manifest, hex; it stands for the whole bundle.
        files: Content of every file of the bundle, by its path in it.
        device: As in `inspector.vision.backends.load_classifier`.
        precision: Likewise: the one that the batch was begun with.
        thresholds: The operating point in force.
        version: Of the program that sends it.
    """

    name: str
    sha256: str
    files: tuple[tuple[str, bytes], ...]
    device: str
    precision: str
    thresholds: Thresholds
    version: str = __version__

    @staticmethod
    def of(folder: Path, classifier: Classifier, thresholds: Thresholds) -> SentModel:
        """Read a bundle that has been loaded here.

        Raises:
            BundleError: If it cannot be read, or is another one by now.
        """
        bundle = Bundle.load(folder)
        identity = classifier.identity
        return SentModel(
            name=identity.name,
            sha256=identity.sha256,
            files=tuple((name, (folder / name).read_bytes()) for name in (MANIFEST_FILE, *bundle.manifest.files)),
            device="cuda" if identity.backend == "torch" else identity.device.lower(),
            precision=identity.precision,
            thresholds=thresholds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerFault:
    """Why a worker cannot judge; it ends the batch.

    Args:
        what: As in `inspector.domain.errors.InspectorError`, with its next step.
        model_changed: Whether what the worker has said since its last test may be wrong.
    """

    what: str
    next_step: str = ""
    model_changed: bool = False

    @classmethod
    def of(cls, error: Exception) -> WorkerFault:
        """Return an error as what can be sent."""
        step = error.next_step if isinstance(error, InspectorError) else ""
        whose = f"for the worker {worker_here().name}, " if isinstance(error, FolderAwayError) else ""
        return cls(what=whose + cause_of(error), next_step=step, model_changed=isinstance(error, ModelChangedError))


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPiece:
    """What came of some files.

    Args:
        rows: One for each file, as of `inspector.batch.judge.judge_changed`.
        overlays: The JPEG of every row that has one, by the row's overlay path.
        unseen: True where not one of the files is there for the worker.
        worker: By which people know it.
        fault: Why there are no rows; None where there are.
    """

    rows: tuple[Row | None, ...] = ()
    overlays: tuple[tuple[str, bytes], ...] = ()
    unseen: bool = False
    worker: str = ""
    fault: WorkerFault | None = None


def judge_piece(model: SentModel, job: Job, files: Sequence[tuple[str, str]]) -> JudgedPiece:
    """Judge files, on a worker; with none the model is loaded and tested only.

    Args:
        model: Loaded where it is not yet.
        job: Its folder is where this worker, too, finds the pictures.
        files: As in `inspector.batch.judge.judge_changed`.
    """
    try:
        with _MODELS.lent(model) as judge:
            if not files:
                judge.test()
                return JudgedPiece()
            judge.test_if_due()
            with tempfile.TemporaryDirectory(prefix="overlays-", dir=worker_here().folder) as scratch:
                drawn = None if job.overlays is None else Path(scratch) / job.overlays.name
                rows = judge.shared.rows(files, replace(job, overlays=drawn))
                overlays = tuple(
                    (row.overlay, (Path(scratch) / row.overlay).read_bytes())
                    for row in rows
                    if row is not None and row.overlay
                )
    except Exception as error:  # noqa: BLE001 - the batch's owner says it; as a value, as not every error can be sent
        if not isinstance(error, InspectorError):
            _log.exception("a worker cannot judge")
        return JudgedPiece(fault=WorkerFault.of(error))
    places = [job.folder / name for name, _ in files]
    unseen = not any(isinstance(place, StorePath) or place.exists() for place in places)
    return JudgedPiece(rows=tuple(rows), overlays=overlays, unseen=unseen, worker=worker_here().name)


class _LentModel:
    """A loaded model of this worker."""

    def __init__(self, model: SentModel) -> None:
        here = worker_here()
        with ExitStack() as held:
            folder = Path(
                held.enter_context(
                    tempfile.TemporaryDirectory(prefix="model-", dir=here.folder, ignore_cleanup_errors=True)
                )
            )
            for name, content in model.files:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                with atomic_file(folder / name, lasting=False) as file:
                    file.write(content)
            self.classifier = _loaded(folder, model)
            held.callback(self.classifier.close)
            self._held = held.pop_all()
        self.shared = SharedJudge(self.classifier, here.cores)
        self.users = 0
        self._testing = threading.Lock()
        self._right_s = time.monotonic()

    def test_if_due(self) -> None:
        """Test the model where it is time.

        Raises:
            ModelChangedError: If it no longer judges as before.
        """
        if time.monotonic() - self._right_s >= TEST_EVERY_S:
            self.test()

    def test(self) -> None:
        """Likewise, now."""
        with self._testing:
            for _ in self.classifier.self_test():
                pass
            self._right_s = time.monotonic()

    def close(self) -> None:
        """Give up what it holds."""
        self._held.close()


def _loaded(folder: Path, model: SentModel) -> Classifier:
    """Load what came, if it is what was sent.

    Raises:
        InspectorError: If it is another model, or would judge otherwise than the batch was begun.
    """
    bundle = Bundle.load(folder)
    if bundle.sha256 != model.sha256:
        raise InspectorError(
            f"the model {model.name} that came has SHA-256 {bundle.sha256[:12]}… instead of {model.sha256[:12]}…",
            "Start the batch anew.",
        )
    classifier = load_classifier(bundle, device=model.device, precision=model.precision, thresholds=(model.thresholds,))
    if (precision := classifier.identity.precision) != model.precision:
        classifier.close()
        raise InspectorError(
            f"the worker {worker_here().name} would judge in {precision}, the batch was begun in {model.precision}",
            "Choose a precision that every worker has.",
        )
    return classifier


class _LentModels:
    """The models that this process has loaded, the one that was used last at the end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: dict[tuple[str, str, str, Thresholds], _LentModel] = {}

    @contextmanager
    def lent(self, model: SentModel) -> Iterator[_LentModel]:
        """Have a model loaded, once for all threads."""
        if model.version != __version__:
            raise InspectorError(
                f"the worker {worker_here().name} has inspector-station {__version__} instead of {model.version}",
                "Install the same there as here, and start it anew.",
            )
        key = (model.sha256, model.device, model.precision, model.thresholds)
        with self._lock:
            judge = self._loaded.pop(key, None)
            if judge is None:
                prepare_process()
                judge = _LentModel(model)
            self._loaded[key] = judge
            judge.users += 1
            idle = [other for other, loaded in self._loaded.items() if not loaded.users and other != key]
            for other in idle[: max(0, len(self._loaded) - _MODELS_KEPT)]:
                self._loaded.pop(other).close()
        try:
            yield judge
        finally:
            with self._lock:
                judge.users -= 1


#: A task has no other place for what outlives it: a worker is a process.
_MODELS = _LentModels()
