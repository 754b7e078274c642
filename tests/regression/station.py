"""A station with two models, whose parts are recorded and judged by people."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.records import ArchivedPicture, Image, Inspection, Verdict, ViewRecord
from inspector.domain.review import Judgement
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from inspector.paths import Home
from inspector.pictures import write_picture
from inspector.recipes.recipe import Recipe, load_recipe, save_recipe
from inspector.regression.locked import RegressionSet
from tests.bundles import make_bundle
from tests.outputs.samples import inspection
from tests.review.parts import said

if TYPE_CHECKING:
    from collections.abc import Sequence

PLAIN: Image = np.full((64, 64, 3), 90, np.uint8)


def spotted(*colour: int) -> Image:
    """A grey picture with a spot, in BGR."""
    picture = PLAIN.copy()
    picture[16:32, 16:32] = colour
    return picture


RED, GREEN = spotted(0, 0, 255), spotted(0, 255, 0)


#: A picture, the station's verdict on it, and what a person says of the part.
Shown = tuple[Image, Verdict, Judgement | None]


def record_parts(home: Home, recipe: str, *shown: Shown, first: int = 1) -> list[Inspection]:
    """Record parts, and say of each what it is; None says nothing."""
    rows = []
    with closing(SqliteResultLog(home.log)) as log:
        for number, (picture, verdict, _) in enumerate(shown, first):
            part = inspection(number, verdict, recipe=recipe)
            path = home.archive / "2026" / "01" / "31" / verdict.value.lower() / f"{part.id}.png"
            own = picture.copy()
            own[0, 0] = number  # no two files are the same
            write_picture(path, own)
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            rows.append(replace(part, picture=ArchivedPicture(path=path, sha256=digest, heatmap_path=None)))
            log.append(rows[-1])
    reviews = ReviewLog(home.log)
    for part, (_, _, judgement) in zip(rows, shown, strict=True):
        if judgement is not None:
            kind = "chip" if judgement is Judgement.DEFECTIVE else ""
            reviews.add(said(part.id, judgement, defect_type=kind))
    return rows


class Station:
    """Its recipe R has the model “both”, which sees red and green; “red” sees red alone."""

    def __init__(self, folder: Path, recipe: str = "R") -> None:
        self.home = Home(root=folder / "home")
        make_bundle(self.home.models / "red")
        make_bundle(self.home.models / "both", classes=("good", "red", "green"))
        (folder / "parts").mkdir()
        save_recipe(Recipe(name=recipe, source=f"folder:{folder / 'parts'}", model="both"), self.home.recipes)
        self.name, self._count = recipe, 0

    @property
    def recipe(self) -> Recipe:
        """As it is now."""
        return load_recipe(self.home.recipes / f"{self.name}.json")

    @property
    def regression(self) -> RegressionSet:
        """The locked parts."""
        return RegressionSet(self.home, self.home.log)

    def parts(self, *shown: Shown) -> list[Inspection]:
        """Record parts, as `record_parts`."""
        rows = record_parts(self.home, self.name, *shown, first=self._count + 1)
        self._count += len(rows)
        return rows

    def several_views(self, *pictures: Image, names: Sequence[str]) -> Inspection:
        """Record one part of several views, which passed, and have it judged defective."""
        self._count += 1
        part = inspection(self._count, Verdict.PASS, recipe=self.name)
        views = []
        for name, picture in zip(names, pictures, strict=True):
            path = self.home.archive / "2026" / "01" / "31" / "pass" / f"{part.id}-{name}.png"
            write_picture(path, picture)
            kept = ArchivedPicture(path=path, sha256=hashlib.sha256(path.read_bytes()).hexdigest(), heatmap_path=None)
            views.append(ViewRecord(name=name, source="demo:", decision=part.decision, model=part.model, picture=kept))
        row = replace(part, picture=views[0].picture, views=tuple(views))
        with closing(SqliteResultLog(self.home.log)) as log:
            log.append(row)
        ReviewLog(self.home.log).add(said(part.id, Judgement.DEFECTIVE, defect_type="chip"))
        return row
