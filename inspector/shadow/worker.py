"""The shadow itself: judges the parts that wait, and records what it says beside what the model in force has said."""

from __future__ import annotations

import hashlib
import logging
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import cv2

from inspector.domain.config import NO_LIMITS
from inspector.domain.errors import BundleError, DeviceError, InspectorError, LogError, ModelChangedError, RecipeError
from inspector.domain.shadow import ShadowEvent
from inspector.engine.inspect import judge_picture
from inspector.files import FileError, write_bytes
from inspector.outputs.shadow_log import ShadowJudgement, ShadowLog
from inspector.shadow.begin import end_shadow, outdated
from inspector.shadow.place import ShadowPlace
from inspector.trail.actor import STATION

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from pathlib import Path

    from inspector.domain.records import Image, Thresholds
    from inspector.domain.shadow import Shadow
    from inspector.recipes.recipe import Recipe
    from inspector.vision.classifier import Classifier

_log = logging.getLogger(__name__)
#: Judgements are committed together: every so many, or so often, so that the line's commits find the file free.
_AT_ONCE, _COMMIT_EVERY_S = 64, 1.0
_LOOK_EVERY_S, _CHECK_EVERY_S, _SELF_TEST_EVERY_S = 2.0, 60.0, 3600.0
_IDLE_S, _LOG_WAIT_S = 0.1, 2.0
#: So many pictures of differences are kept at most; what is kept of a shadow before makes room.
MOST_PICTURES = 5000
_KEPT_OF_BEFORE = 2500


class EndedError(InspectorError):
    """The shadow has to end: it would not be this candidate, or not beside this model, any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowModels:
    """How the worker gets at models and recipe.

    Args:
        load: Loads the candidate; its hash is looked at afterwards.
        points: Returns the thresholds by which a loaded candidate would judge at the line.
        sha256: Verifies a model on the disk, and returns its hash.
        recipe: Returns the recipe of a name, as it is now.
    """

    load: Callable[[Shadow], Classifier]
    points: Callable[[Recipe, Classifier], Thresholds]
    sha256: Callable[[str], str]
    recipe: Callable[[str], Recipe]


class ShadowWorker:
    """One run of a shadow, in a process of its own, on one thread.

    Args:
        log: The result log.
        goes_on: Whether the station beside it is there.
    """

    def __init__(self, log: Path, models: ShadowModels, goes_on: Callable[[], bool]) -> None:
        self._log, self._place = ShadowLog(log), ShadowPlace(log)
        self._models, self._goes_on = models, goes_on
        self._said: list[ShadowJudgement] = []
        self._files: list[Path] = []
        self._pictures = 0
        self._test_s = self._check_s = self._look_s = 0.0
        self.judged = 0  #: since it was started

    def run(self, stop: threading.Event) -> None:
        """Judge until there is no shadow, the station is gone, or it is told to stop; what waits then is judged later.

        Raises:
            LogError: If the log cannot be read.
            FileError: If the station cannot be told that the shadow has ended.
        """
        shadow = self._log.current()
        if shadow is None:
            self._place.want(None)
            self._place.forget()
            return
        self._place.forget(keep=shadow.id)
        self._place.let_wait_again(shadow.id)
        self._pictures = self._place.keep_newest(_KEPT_OF_BEFORE)
        try:
            self._check(shadow)
            with closing(self._models.load(shadow)) as classifier:
                self._judge_all(shadow, classifier, stop)
        except (EndedError, BundleError, DeviceError, RecipeError, ModelChangedError) as error:
            self._flush(shadow, stop)
            _log.warning("the shadow %s ends: %s", shadow.model, error)
            end_shadow(self._log, shadow, ShadowEvent.ENDED, STATION.name, error.what)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _check(self, shadow: Shadow) -> Recipe:
        """Refuse a candidate or a model in force that is another now.

        Raises:
            EndedError: If one is.
            BundleError: If one is gone or damaged.
            RecipeError: If the recipe is gone.
        """
        if self._models.sha256(shadow.model) != shadow.model_sha256:
            raise EndedError(f"the candidate {shadow.model} was changed since the shadow began")
        recipe = self._models.recipe(shadow.recipe)
        if why := outdated(shadow, recipe, self._models.sha256(recipe.model)):
            raise EndedError(why)
        return recipe

    def _judge_all(self, shadow: Shadow, classifier: Classifier, stop: threading.Event) -> None:
        if classifier.identity.sha256 != shadow.model_sha256:
            raise EndedError(f"the candidate {shadow.model} was changed since the shadow began")
        recipe = self._models.recipe(shadow.recipe)
        points = self._models.points(recipe, classifier)
        committed_s = time.monotonic()
        while not stop.is_set() and self._goes_on() and self._looks_well(shadow, classifier):
            version = self._next(shadow, classifier, recipe.version, points)
            if version is not None and version != recipe.version:
                recipe = self._models.recipe(shadow.recipe)
                points = self._models.points(recipe, classifier)
            now_s = time.monotonic()
            if len(self._said) >= _AT_ONCE or now_s - committed_s >= _COMMIT_EVERY_S:
                committed_s = now_s
                self._flush(shadow, stop)
            if version is None:
                stop.wait(_IDLE_S)
        self._flush(shadow, stop)

    def _looks_well(self, shadow: Shadow, classifier: Classifier) -> bool:
        """Look from time to time at the loaded network, the models on the disk, and the record.

        Returns:
            False where somebody has ended the shadow.

        Raises:
            EndedError: If it must end.
        """
        now_s = time.monotonic()
        if now_s >= self._test_s:
            self._test_s = now_s + _SELF_TEST_EVERY_S
            for _ in classifier.self_test():
                pass
        if now_s >= self._check_s:
            self._check_s = now_s + _CHECK_EVERY_S
            self._check(shadow)
        if now_s >= self._look_s:
            self._look_s = now_s + _LOOK_EVERY_S
            running = self._log.current()
            return running is not None and running.id == shadow.id
        return True

    def _next(self, shadow: Shadow, classifier: Classifier, version: int, points: Thresholds) -> int | None:
        """Judge the oldest part that waits and return its recipe's version; None where none waits.

        A part of another version than the thresholds are for is left where it is.
        """
        waiting = self._place.waiting(shadow.id)
        if not waiting:
            return None
        path = waiting[0]
        part = self._place.take(path)
        if part is None:  # cut short by a power cut
            path.unlink(missing_ok=True)
            return version
        if part.model_sha256 != shadow.in_force_sha256:
            raise EndedError(f"{part.model} is in force now, {shadow.in_force} was compared with")
        if part.recipe_version > version and self._models.recipe(shadow.recipe).version > version:
            return part.recipe_version
        judged = judge_picture(classifier, part.image, points, NO_LIMITS, classifier.identity.pictures)
        decision = judged.decision
        name, digest = "", None
        if decision.verdict is not part.verdict:
            name, digest = self._kept(part.inspection_id, part.image)
        self._said.append(
            ShadowJudgement(
                inspection_id=part.inspection_id,
                time_utc=datetime.now(UTC),
                in_force=part.verdict,
                verdict=decision.verdict,
                reason=decision.reason,
                p_defective=decision.p_defective,
                strangeness=decision.strangeness,
                picture=name,
                picture_sha256=digest,
            )
        )
        self._files.append(self._place.said(path))
        self.judged += 1
        return version

    def _kept(self, inspection_id: str, image: Image) -> tuple[str, str | None]:
        """Keep the picture of a part that the two judge differently, lossless; nothing where the disk is full."""
        if self._pictures >= MOST_PICTURES:
            return "", None
        name = f"{inspection_id}.png"
        try:
            encoded = cv2.imencode(".png", image, (cv2.IMWRITE_PNG_COMPRESSION, 1))[1].tobytes()
            write_bytes(self._place.picture(name), encoded)
        except (cv2.error, FileError) as error:
            _log.warning("the picture of a difference is not kept: %s", error)
            return "", None
        self._pictures += 1
        return name, hashlib.sha256(encoded).hexdigest()

    def _flush(self, shadow: Shadow, stop: threading.Event) -> None:
        """Commit what was said; while the log cannot be written it waits, and so do the parts."""
        while self._said:
            try:
                self._log.add(shadow.id, self._said)
            except LogError as error:
                _log.warning("%s", error)
                if stop.wait(_LOG_WAIT_S) or not self._goes_on():
                    return
                continue
            for path in self._files:
                path.unlink(missing_ok=True)
            self._said, self._files = [], []
