"""A station whose line hands parts over to a shadow, and the shadow's worker on a thread of the test."""

from __future__ import annotations

import threading
from pathlib import Path

from inspector import assembly
from inspector.domain.guard import in_force
from inspector.domain.records import Image, Inspection, Verdict
from inspector.domain.shadow import Shadow
from inspector.outputs.shadow_log import ShadowLog
from inspector.shadow.begin import begin_shadow
from inspector.shadow.place import HandedPart, ShadowPlace
from inspector.shadow.report import ShadowReport, shadow_report
from inspector.shadow.worker import ShadowModels, ShadowWorker
from tests.regression.station import Station


class ShadowStation(Station):
    """Its recipe R has “both” in force; “red” is the candidate, and passes what is green."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.place = ShadowPlace(self.home.log)
        self.models = assembly.model_store(self.home)

    @property
    def log(self) -> ShadowLog:
        """What shadows said."""
        return ShadowLog(self.home.log)

    def begin(self, model: str = "red") -> tuple[Shadow, list[str]]:
        """Start a shadow."""
        return begin_shadow(self.recipe, model, models=self.models, home=self.home, log=self.home.log, who="Ada")

    def hand_over(self, *shown: tuple[Image, Verdict]) -> list[Inspection]:
        """Record parts, and hand them over as a line does."""
        rows = self.parts(*((image, verdict, None) for image, verdict in shown))
        wanted = self.place.wanted()
        assert wanted is not None
        digest = self.models.load(self.recipe.model).sha256
        for row, (image, verdict) in zip(rows, shown, strict=True):
            part = HandedPart(
                inspection_id=row.id,
                image=image,
                verdict=verdict,
                model=self.recipe.model,
                model_sha256=digest,
                recipe_version=self.recipe.version,
            )
            assert self.place.hand_over(wanted.shadow, part)
        return rows

    def worker(self) -> ShadowWorker:
        """A worker that ends once nothing waits."""
        models = ShadowModels(
            load=lambda shadow: assembly.load_classifier(shadow.model, self.home),
            points=lambda recipe, classifier: in_force(
                None, classifier.thresholds, classifier.identity.good_scale, recipe.guard_rate
            ),
            sha256=lambda model: self.models.load(model).sha256,
            recipe=lambda name: assembly.find_recipe(name, self.home),
        )

        def something_waits() -> bool:
            wanted = self.place.wanted()
            return wanted is not None and bool(self.place.waiting(wanted.shadow))

        return ShadowWorker(self.home.log, models, something_waits)

    def judge(self) -> None:
        """Let the candidate judge all that waits."""
        self.worker().run(threading.Event())

    def report(self, shadow: Shadow) -> ShadowReport:
        """What it shows."""
        now = next(known for known in self.log.shadows() if known.id == shadow.id)
        return shadow_report(self.home.log, now)
