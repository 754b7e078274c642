"""From where labelled scores are to be had for a recipe."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from inspector import assembly
from inspector.batch.record import RunError
from inspector.batch.run_state import read_run
from inspector.batch.runs import BatchRuns
from inspector.domain.errors import BundleError
from inspector.domain.guard import in_force
from inspector.domain.strangeness import DEFAULT_RATE
from inspector.operating_point.batch import batch_parts
from inspector.operating_point.choice import ChoiceError
from inspector.operating_point.guarding import Guarding
from inspector.operating_point.model import validation_of
from inspector.operating_point.reviewed import reviewed_parts
from inspector.vision.bundle import load_manifest
from inspector.vision.manifest import MANIFEST_FILE

if TYPE_CHECKING:
    from inspector.batch.run_state import BatchRun
    from inspector.domain.records import Thresholds
    from inspector.operating_point.parts import LabelledParts
    from inspector.paths import Home
    from inspector.recipes.recipe import Recipe
    from inspector.vision.manifest import Manifest

VALIDATION, REVIEWS = "validation", "reviews"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreSource:
    """One place from which scores are to be had.

    Args:
        key: `VALIDATION`, `REVIEWS`, or a batch's id.
        words: What it is, for a list.
    """

    key: str
    words: str


class Sources:
    """The places of one station. Reads files: used by one thread at a time, a worker. The last batch is remembered.

    Args:
        log: The result log.
    """

    def __init__(self, home: Home, log: Path) -> None:
        self._home, self._log = home, log
        self._last: tuple[BatchRun, tuple[int, int], LabelledParts] | None = None

    def list(self, recipe: Recipe) -> list[ScoreSource]:
        """Return where scores of the recipe's model may come from: its validation, batches it has judged, reviews."""
        sources = [ScoreSource(key=VALIDATION, words=f"Validation pictures of {Path(recipe.model).name}")]
        try:
            sha = self._sha256(recipe)
        except (BundleError, OSError):  # what is wrong is said when one is chosen
            sha = ""
        for run in BatchRuns(self._home).history():
            judge = run.record.judge
            if judge is not None and judge.model_sha256 == sha:
                when = f"{run.record.started.astimezone():%Y-%m-%d %H:%M}"
                sources.append(ScoreSource(key=run.id, words=f"Batch of {run.pictures.name}, {when}"))
        return [*sources, ScoreSource(key=REVIEWS, words=f"Reviewed parts of {recipe.name}")]

    def load(self, key: str, recipe: Recipe) -> LabelledParts:
        """Read the parts of a source.

        Args:
            key: As in `ScoreSource`.
            recipe: The recipe in force.

        Raises:
            InspectorError: If there are none; the text says how to get them.
        """
        if key == VALIDATION:
            return validation_of(assembly.model_store(self._home).find(recipe.model))
        if key == REVIEWS:
            return reviewed_parts(self._log, recipe.name, self._sha256(recipe))
        return self._batch(read_run(self._home.batches / key))

    def in_force(self, recipe: Recipe) -> Thresholds:
        """Return the operating point at which a recipe works, with the limit of its guard.

        Raises:
            BundleError: If the model cannot be read.
        """
        manifest = self._manifest(recipe)
        return in_force(
            recipe.thresholds,
            manifest.thresholds,
            manifest.good_scale,
            recipe.guard_rate,
            spares_outside=recipe.spares_outside and manifest.may_spare,
        )

    def of_model(self, recipe: Recipe) -> Thresholds:
        """Return the operating point of a recipe's model.

        Raises:
            BundleError: If the model cannot be read.
        """
        return self._manifest(recipe).thresholds

    def guarding(self, recipe: Recipe) -> Guarding:
        """Return how the guard of a recipe is set.

        Raises:
            BundleError: If the model cannot be read.
        """
        own = recipe.thresholds
        return Guarding(
            scale=self._manifest(recipe).good_scale,
            rate=recipe.guard_rate,
            fixed=None if own is None else own.strange_from,
        )

    def _manifest(self, recipe: Recipe) -> Manifest:
        return load_manifest(assembly.model_store(self._home).find(recipe.model))

    def _batch(self, run: BatchRun) -> LabelledParts:
        """Read a batch; looking for pictures that the model has learnt from takes seconds in a large one."""
        status = run.results.stat() if run.results.is_file() else None
        stamp = (0, 0) if status is None else (status.st_mtime_ns, status.st_size)
        if self._last is None or self._last[:2] != (run, stamp):
            self._last = (run, stamp, batch_parts(run))
        return self._last[2]

    def _sha256(self, recipe: Recipe) -> str:
        folder = assembly.model_store(self._home).find(recipe.model)
        return sha256((folder / MANIFEST_FILE).read_bytes()).hexdigest()


def parts_of(name: str, home: Home) -> tuple[LabelledParts, Thresholds, Guarding]:
    """Read the parts that a command names, the thresholds at which their model works, and how its guard is set.

    Args:
        name: A model (its name or folder) for its validation pictures, or a batch (its id or folder).

    Raises:
        InspectorError: If there is neither, or it has no scores.
    """
    for folder in (home.batches / name, Path(name)):
        try:
            run = read_run(folder)
        except RunError:
            continue
        judge = run.record.judge
        if judge is None:
            raise ChoiceError(f"the batch {name} does not say by which model it was judged", "Run it again.")
        points, guarding = judge.thresholds, Guarding(scale=judge.good_scale, rate=0.0)
        return batch_parts(run), points, replace(guarding, rate=guarding.rate_of(points))
    model = assembly.model_store(home).find(name)
    manifest = load_manifest(model)
    guarding = Guarding(scale=manifest.good_scale, rate=DEFAULT_RATE)
    points = replace(manifest.thresholds, spares_outside=manifest.may_spare)
    return validation_of(model), guarding.at(points, DEFAULT_RATE), guarding
