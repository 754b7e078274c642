"""Finds and loads what judges again: the recorded model by its hash, as it ran then, or another one by its name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector import assembly
from inspector.domain.errors import BundleError, InspectorError
from inspector.domain.guard import in_force
from inspector.domain.strangeness import DEFAULT_RATE
from inspector.recipes.recipe import load_recipe
from inspector.vision.bundle import load_manifest
from inspector.vision.store import sha256_of

if TYPE_CHECKING:
    from inspector.domain.records import Thresholds
    from inspector.paths import Home
    from inspector.replay.order import JudgeKey, ReplayOrder
    from inspector.settings import Settings
    from inspector.vision.classifier import Classifier


class ModelGoneError(BundleError):
    """The model that judged is not on this computer any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainJudge:
    """A loaded model and the thresholds that it judges by.

    Args:
        exact: Whether it is the recorded model on the recorded device, in the recorded precision.
    """

    classifier: Classifier
    thresholds: Thresholds
    exact: bool


class AgainJudges:
    """Loads them. Used by one thread.

    Args:
        home: Where models and recipes are.
        settings: Where another model runs, and how exactly.
    """

    def __init__(self, home: Home, settings: Settings, order: ReplayOrder) -> None:
        self._home, self._settings, self._order = home, settings, order
        self._by_hash: dict[str, Path] | None = None

    def folder(self, key: JudgeKey) -> Path:
        """Return the folder of a model.

        Raises:
            ModelGoneError: If no model on this computer has the recorded hash.
            BundleError: If there is no model of the order's name.
        """
        if not key.sha256:
            return assembly.model_store(self._home).find(key.name)
        if self._by_hash is None:
            self._by_hash = self._hashes()
        folder = self._by_hash.get(key.sha256)
        if folder is None:
            raise ModelGoneError(
                f"no model on this computer has the SHA-256 {key.sha256[:12]}…, by which {key.name} judged these parts",
                f"Put that model back into {self._home.models}, or judge the parts by another one.",
            )
        return folder

    def points(self, key: JudgeKey) -> Thresholds:
        """Return the thresholds that a model judges by.

        Raises:
            BundleError: As `folder`, or if it cannot be read.
            InspectorError: If they do not fit one another.
        """
        manifest = load_manifest(self.folder(key))
        scale = manifest.good_scale
        base = key.thresholds
        if base is None:
            spares = manifest.may_spare
            base = in_force(None, manifest.thresholds, scale, DEFAULT_RATE, spares_outside=spares)
        try:
            return self._order.points(base, scale)
        except ValueError as error:
            raise InspectorError(f"the thresholds cannot be used: {error}", "Give both thresholds.") from error

    def load(self, key: JudgeKey) -> AgainJudge:
        """Load a model as it ran then; another one as the settings say.

        Raises:
            BundleError: As `folder`, or if it is damaged.
            DeviceError: If it cannot run here like that.
        """
        points = self.points(key)
        device, precision = self._settings.device.value, self._settings.precision.value
        if key.sha256:
            device, precision = key.device.partition(":")[0].partition(".")[0].lower(), key.precision
        classifier = assembly.load_classifier(
            str(self.folder(key)),
            self._home,
            device=device,
            precision=precision,
            thresholds=points,
            guard_rate=0.0,
            asks_signature=not key.sha256,
        )
        now = classifier.identity
        exact = (now.sha256, now.device, now.precision, now.backend) == (
            key.sha256,
            key.device,
            key.precision,
            key.backend,
        )
        return AgainJudge(classifier=classifier, thresholds=points, exact=exact)

    def _hashes(self) -> dict[str, Path]:
        """Return the folder of every model by its hash: those of the store, and those that recipes ever named."""
        store = assembly.model_store(self._home)
        places = [entry.folder for entry in store.list()]
        for path in sorted(self._home.recipes.glob("**/*.json")):
            try:
                recipe = load_recipe(path)
            except InspectorError:
                continue
            places += [Path(name) for name in (recipe.model, *(view.model for view in recipe.views))]
        known = {}
        for folder in reversed(places):
            try:
                known[sha256_of(folder)] = folder
            except BundleError:  # no model, or a name in the store, which was looked at
                continue
        return known
