"""Single pictures, judged as the line would judge them; nothing is recorded or counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector import assembly
from inspector.domain.errors import PictureError
from inspector.domain.guard import in_force
from inspector.domain.policy import error_decision

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.domain.records import Decision, Image, ModelIdentity, Prediction
    from inspector.paths import Home
    from inspector.recipes.recipe import Recipe
    from inspector.settings import Settings
    from inspector.vision.classifier import Classifier


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedPicture:
    """What came of one picture.

    Args:
        image: Its pixels; None where it could not be read.
        prediction: With the heatmap; None where there is none.
        model: Which model judged.
    """

    image: Image | None
    decision: Decision
    prediction: Prediction | None
    model: ModelIdentity


class TrialJudge:
    """Keeps the model of the last picture loaded. Used by one thread at a time.

    Args:
        settings: Returns those in force, for the device and the precision.
    """

    def __init__(self, home: Home, settings: Callable[[], Settings]) -> None:
        self._home, self._settings = home, settings
        self._kept: tuple[tuple[object, ...], Classifier] | None = None

    def judge_file(self, path: Path, recipe: Recipe) -> TriedPicture:
        """Judge a file with a recipe's model; what cannot be read is an ERROR with its reason.

        Raises:
            BundleError: If the model cannot be found or used.
            DeviceError: If it cannot run here as the settings say.
        """
        from inspector.pictures import read_picture

        return self._judge(lambda: read_picture(path, bit_depth=recipe.source_options.bit_depth), recipe)

    def judge_content(self, content: bytes, name: str, recipe: Recipe) -> TriedPicture:
        """Judge the content of a picture file; otherwise as `judge_file`.

        Args:
            name: The file's, for the reason of an ERROR.
        """
        from inspector.pictures import decode_picture

        return self._judge(lambda: decode_picture(content, name, bit_depth=recipe.source_options.bit_depth), recipe)

    def model(self, recipe: Recipe) -> Classifier:
        """Return a recipe's model, loaded.

        Raises:
            BundleError: If it cannot be found or used.
            DeviceError: If it cannot run here as the settings say.
        """
        settings = self._settings()
        key = (
            recipe.model,
            recipe.model_hashes.get(recipe.model),
            settings.device,
            settings.precision,
            recipe.thresholds,
            recipe.guard_rate,
        )
        if self._kept is not None and self._kept[0] == key:
            return self._kept[1]
        from inspector.model_hashes import check_models  # the model's libraries take a while

        self.close()
        check_models(recipe, assembly.model_store(self._home))
        classifier = assembly.load_classifier(
            recipe.model,
            self._home,
            device=settings.device,
            precision=settings.precision,
            thresholds=recipe.thresholds,
            guard_rate=recipe.guard_rate,
        )
        self._kept = (key, classifier)
        return classifier

    def close(self) -> None:
        """Release the model."""
        if self._kept is not None:
            self._kept[1].close()
            self._kept = None

    def _judge(self, read: Callable[[], Image], recipe: Recipe) -> TriedPicture:
        from inspector.engine.inspect import inspect_picture

        classifier = self.model(recipe)
        identity = classifier.identity
        points = in_force(
            recipe.thresholds,
            classifier.thresholds,
            identity.good_scale,
            recipe.guard_rate,
            spares_outside=recipe.spares_outside and identity.may_spare,
        )
        try:
            image = read()
        except PictureError as error:
            return TriedPicture(
                image=None, decision=error_decision(str(error), points), prediction=None, model=identity
            )
        decision, prediction = inspect_picture(
            classifier, image, points, recipe.quality, identity.pictures, recipe.heatmap
        )
        return TriedPicture(image=image, decision=decision, prediction=prediction, model=identity)
