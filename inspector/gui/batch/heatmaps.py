"""Heatmaps of a batch's pictures: each is judged again with the model that gave its run's verdicts."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from inspector import assembly
from inspector.batch.run_state import model_fault
from inspector.domain.errors import InspectorError
from inspector.domain.policy import decide, explained
from inspector.domain.quality import check_quality

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.batch import BatchRun
    from inspector.domain.records import Image, Prediction
    from inspector.paths import Home
    from inspector.pictures.content import KnownContent
    from inspector.vision.classifier import Classifier

#: Models that are kept loaded: that of the run and that of the one it is compared with.
_MODELS = 2
#: Heatmaps that are kept; without the picture each is a few kilobytes.
_HEATMAPS = 400


class HeatmapError(InspectorError):
    """The heatmap of a picture cannot be computed any more."""


class RunModels:
    """Loads the models that gave runs their verdicts. Any worker may call.

    Args:
        home: The data folder, for models and compiled graphs.
        device: Returns the station's device, for runs that do not name theirs.
    """

    def __init__(self, home: Home, *, device: Callable[[], str]) -> None:
        self._home, self._device = home, device

    def load(self, run: BatchRun) -> Classifier:
        """Load the model that gave a run's verdicts, in the same precision.

        Raises:
            HeatmapError: If it is gone, cannot be loaded, or is another one now.
        """
        judge = run.record.judge
        if judge is None:
            raise HeatmapError("the run came to nothing before its model was loaded", "Inspect again.")
        advice = "Its verdicts stay. For heatmaps put the model back, or inspect again with another one."
        if fault := model_fault(run.record):
            raise HeatmapError(fault, advice)
        try:
            classifier = assembly.load_classifier(
                judge.model_folder,
                self._home,
                device=run.record.device or self._device(),
                precision=judge.precision,
                thresholds=judge.thresholds,
                asks_signature=False,
            )
        except InspectorError as error:
            raise HeatmapError(f"the model {judge.model_name} cannot be loaded: {error.what}", advice) from error
        if classifier.identity.sha256 != judge.model_sha256:
            classifier.close()
            raise HeatmapError(f"the model {judge.model_name} is another one now", advice)
        return classifier


class Heatmaps:
    """Judges pictures again with the models of their runs. Used on one worker.

    Args:
        models: Loads them.
    """

    def __init__(self, models: RunModels) -> None:
        self._models = models
        self._loaded: OrderedDict[str, Classifier] = OrderedDict()
        self._made: OrderedDict[tuple[str, str, KnownContent], Prediction] = OrderedDict()

    def make(self, run: BatchRun, name: str, known: KnownContent, image: Image) -> Prediction:
        """Judge a picture with a run's model.

        Args:
            run: Its model makes the heatmaps.
            name: The picture's path within the run's folder.
            known: What was judged, by which a heatmap is known again.
            image: The picture's pixels.

        Raises:
            HeatmapError: If the model is gone or is another one now, or refuses the picture.
        """
        key = (run.id, name, known)
        if key not in self._made:
            judge = run.record.judge
            if judge is None:
                raise HeatmapError("the run came to nothing before its model was loaded", "Inspect again.")
            if fault := check_quality(image, judge.quality):
                raise HeatmapError(f"the network is not asked: {fault}")
            prediction = self._classifier(run).predict(image)
            self._made[key] = explained(prediction, decide(prediction, judge.thresholds), judge.heatmap)
            while len(self._made) > _HEATMAPS:
                self._made.popitem(last=False)
        return self._made[key]

    def close(self) -> None:
        """Let go of the models."""
        while self._loaded:
            self._loaded.popitem()[1].close()

    def _classifier(self, run: BatchRun) -> Classifier:
        judge = run.record.judge
        assert judge is not None
        key = f"{judge.model_sha256} {judge.precision} {run.record.device}"
        if key not in self._loaded:
            self._loaded[key] = self._models.load(run)
        self._loaded.move_to_end(key)
        while len(self._loaded) > _MODELS:
            self._loaded.popitem(last=False)[1].close()
        return self._loaded[key]
