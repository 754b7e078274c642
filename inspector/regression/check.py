"""Judges the locked parts of a recipe by a candidate and by the model in force, on the pipeline of batches."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, ConfigDict

from inspector import assembly
from inspector.batch.judge import ANOTHER, Job
from inspector.batch.listing import Listing
from inspector.batch.pace import RunPace
from inspector.batch.pipeline import judge_listing
from inspector.batch.progress import BatchStage, RunProgress
from inspector.domain.config import NO_LIMITS
from inspector.domain.counts import counted
from inspector.domain.errors import BundleError, DeviceError
from inspector.domain.guard import in_force
from inspector.domain.joined import worst_place
from inspector.domain.records import Verdict
from inspector.domain.regression import LockedKind, LockedResult, LockedState, why_refused
from inspector.domain.sentence import sentence
from inspector.recipes.promotions import promoted
from inspector.vision.learnt import learnt_from

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from inspector.batch.rows import Row
    from inspector.outputs.regression_log import LockedPart
    from inspector.paths import Home
    from inspector.recipes.recipe import Recipe
    from inspector.regression.locked import RegressionSet
    from inspector.settings import Settings


class _CheckTold(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class CheckedPart(_CheckTold):
    """A locked part, and what two models say of it."""

    inspection_id: str
    kind: LockedKind
    defect_type: str
    picture: str  #: the copy, which may be missing; of several views the one that looks worst
    confirmed_by: str
    confirmed_utc: AwareDatetime
    doubted: bool  #: people do not say any more what it was locked for
    candidate: LockedState
    verdict: Verdict | None  #: of the candidate
    p_defective: float | None
    current: LockedState | None  #: under the model in force; none where that cannot judge
    current_verdict: Verdict | None
    gap: str = ""  #: why it was not judged

    @property
    def result(self) -> LockedResult:
        """What counts for a promotion."""
        return LockedResult(kind=self.kind, candidate=self.candidate, current=self.current)


class RegressionCheck(_CheckTold):
    """What a candidate makes of a recipe's locked parts, the lost ones first."""

    recipe: str
    recipe_version: int
    model: str
    model_sha256: str
    current: str  #: the model in force
    newest: int  #: number of the set's newest row: a later one makes this out of date
    parts: tuple[CheckedPart, ...]
    notes: tuple[str, ...] = ()

    def count(self, held: LockedState) -> int:
        """Return how many parts the candidate holds, loses, and so on."""
        return sum(part.candidate is held for part in self.parts)

    @property
    def refused(self) -> str:
        """Why the candidate may not be promoted without a signature, as a clause; empty where it may."""
        return why_refused([part.result for part in self.parts])

    @property
    def words(self) -> str:
        """How many it holds, as a sentence."""
        if not self.parts:
            return f"Nothing is locked yet for {self.recipe}."
        held, current = self.count(LockedState.HELD), sum(part.current is LockedState.HELD for part in self.parts)
        words = f"{self.model} holds {held:,} of {counted(len(self.parts), 'locked part')}"
        if self.model != self.current and any(part.current is not None for part in self.parts):
            words += f"; {self.current}, which is in force, holds {current:,}"
        return f"{words}."


def nothing_locked(regression: RegressionSet, recipe: Recipe, model: str, sha256: str) -> RegressionCheck | None:
    """Bring a recipe's set up to date, and answer at once where nothing is locked; None where parts are to be judged.

    Args:
        model: The candidate, whose hash is given too.

    Raises:
        LogError: If the log cannot be read or written.
        RegressionError: If a picture cannot be copied.
    """
    notes = regression.update(recipe.name).notes()
    every = regression.parts(recipe.name)
    if not all(part.released for part in every):
        return None
    return RegressionCheck(
        recipe=recipe.name,
        recipe_version=recipe.version,
        model=model,
        model_sha256=sha256,
        current=recipe.model,
        newest=max((part.number for part in every), default=0),
        parts=(),
        notes=tuple(notes),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """What a recipe's models say: rows by view and name of the picture, and what the main view's has learnt from."""

    sha256: str
    rows: Mapping[tuple[str, str], Row]
    learnt: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _PartSaid:
    """What became of a part: the worst of its views.

    Args:
        verdict: None where it was not judged.
        gap: Why it was not.
        place: Of the view that looks worst.
    """

    held: LockedState
    verdict: Verdict | None = None
    p_defective: float | None = None
    gap: str = ""
    place: int = 0


class RegressionJudge:
    """Judges one recipe's set by one candidate. Used by one thread.

    Args:
        regression: Its parts, brought up to date.
        recipe: The recipe as it is in force.
        settings: Where models run, and how exactly.
        stop: When set, the pictures at hand are finished and no others begun.
    """

    def __init__(
        self,
        regression: RegressionSet,
        recipe: Recipe,
        home: Home,
        settings: Settings,
        *,
        stop: threading.Event | None = None,
    ) -> None:
        self._set, self._recipe, self._home, self._settings = regression, recipe, home, settings
        self._stop = stop or threading.Event()
        self._notes: list[str] = []
        self._views: Mapping[str, tuple[str, ...]] = {}

    def check(self, model: str) -> Generator[RunProgress, None, RegressionCheck | None]:
        """Judge, the candidate first.

        Args:
            model: Name or folder of the candidate; it is judged at the thresholds that its promotion would bring.

        Returns:
            What came of it; None where it was stopped before its end.

        Raises:
            BundleError: If the candidate cannot be used.
            DeviceError: If it cannot run here as the settings say.
            LogError: If the log cannot be read or written.
            RegressionError: If a picture cannot be copied.
        """
        recipe = self._recipe
        yield RunProgress(stage=BatchStage.LISTING)
        self._notes = self._set.update(recipe.name).notes()
        every = self._set.parts(recipe.name)
        parts = [part for part in every if not part.released]
        self._views = self._set.views(parts)
        there = self._pictures(parts)
        pace = RunPace(0, 2 * sum(len(names) for names in there.values()))
        candidate = yield from self._judge(promoted(recipe, model), parts, there, pace)
        current: _Judged | None = None
        if parts:
            try:
                current = yield from self._judge(recipe, parts, there, pace)
            except (BundleError, DeviceError) as error:
                self._notes.append(f"The model in force, {recipe.model}, cannot judge: {error}")
        if self._stop.is_set():
            return None
        doubted = self._set.doubted(parts)
        if count := len(doubted):
            self._notes.append(
                f"Of {counted(count, 'locked part')} people do not say any more what was confirmed: judge again, "
                "or release with a reason."
            )
        checked = [self._checked(part, candidate, current, doubted) for part in parts]
        order = (LockedState.LOST, LockedState.LEARNT, LockedState.NOT_JUDGED, LockedState.HELD)
        return RegressionCheck(
            recipe=recipe.name,
            recipe_version=recipe.version,
            model=model,
            model_sha256=candidate.sha256,
            current=recipe.model,
            newest=max((part.number for part in every), default=0),
            parts=tuple(sorted(checked, key=lambda part: order.index(part.candidate))),
            notes=tuple(dict.fromkeys(self._notes)),
        )

    # --- inside -------------------------------------------------------------------------------------------------------

    def _named(self, part: LockedPart) -> list[tuple[str, str]]:
        """Return of each view of a part its name, empty for the main one, and its picture."""
        names = ("", *self._views.get(part.inspection_id, ())[1:])
        return list(zip(names, part.pictures, strict=False))

    def _pictures(self, parts: Sequence[LockedPart]) -> dict[str, list[str]]:
        """Return the pictures that are there, by view; the main one is among them."""
        folder = self._set.folder(self._recipe.name)
        there: dict[str, list[str]] = {"": []}
        for view, picture in dict.fromkeys(named for part in parts for named in self._named(part)):
            if (folder / picture).is_file():
                there.setdefault(view, []).append(picture)
        return there

    def _judge(
        self, recipe: Recipe, parts: Sequence[LockedPart], there: Mapping[str, Sequence[str]], pace: RunPace
    ) -> Generator[RunProgress, None, _Judged]:
        expected = {name: digest for part in parts for name, digest in zip(part.pictures, part.hashes, strict=True)}
        views = {view.name: recipe.of_view(view) for view in recipe.views}
        rows: dict[tuple[str, str], Row] = {}
        sha256, main = yield from self._of_view(recipe, there[""], expected, pace)
        rows |= {("", name): row for name, row in main.items()}
        for view, names in there.items():
            if view in views and names:
                _, own = yield from self._of_view(views[view], names, expected, pace)
                rows |= {(view, name): row for name, row in own.items()}
        return _Judged(sha256=sha256, rows=rows, learnt=self._learnt(recipe.model))

    def _of_view(
        self, recipe: Recipe, names: Sequence[str], expected: Mapping[str, str], pace: RunPace
    ) -> Generator[RunProgress, None, tuple[str, dict[str, Row]]]:
        """Judge pictures by the model and thresholds of one view; return the model's hash and a row for each."""
        yield pace.progress().model_copy(update={"stage": BatchStage.LOADING})
        classifier = assembly.load_classifier(
            recipe.model,
            self._home,
            device=self._settings.device,
            precision=self._settings.precision,
            thresholds=recipe.thresholds,
            guard_rate=recipe.guard_rate,
        )
        rows: dict[str, Row] = {}
        with closing(classifier):
            identity = classifier.identity
            points = in_force(
                recipe.thresholds,
                classifier.thresholds,
                identity.good_scale,
                recipe.guard_rate,
                spares_outside=recipe.spares_outside and identity.may_spare,
            )
            listing = Listing(self._set.folder(recipe.name), tuple(names))
            job = Job(folder=listing.folder, thresholds=points, quality=NO_LIMITS, expected=dict(expected))
            wanted = range(len(listing))
            for judged in judge_listing(listing, wanted, job, classifier, stop=self._stop) if names else ():
                rows |= {listing.names[index]: row for index, row in judged if row is not None}
                pace.done += len(judged)
                yield pace.progress()
            for _ in classifier.self_test():
                pass
        return identity.sha256, rows

    def _learnt(self, model: str) -> frozenset[str]:
        try:
            return learnt_from(assembly.model_store(self._home).find(model)).hashes
        except BundleError as error:
            self._notes.append(f"{sentence(error.what)}.")
            return frozenset()

    def _checked(
        self, part: LockedPart, candidate: _Judged, current: _Judged | None, doubted: frozenset[str]
    ) -> CheckedPart:
        said, before = self._said(part, candidate), None if current is None else self._said(part, current)
        held, gap = said.held, said.gap
        if held is LockedState.HELD and candidate.learnt.intersection(part.hashes):
            held, gap = LockedState.LEARNT, "the model has learnt from it"
        shown = before if before is not None and before.verdict is not None else said
        return CheckedPart(
            inspection_id=part.inspection_id,
            kind=part.kind,
            defect_type=part.defect_type,
            picture=str(self._set.pictures(part)[shown.place]),
            confirmed_by=part.confirmed_by,
            confirmed_utc=part.confirmed_utc,
            doubted=part.inspection_id in doubted,
            candidate=held,
            verdict=said.verdict,
            p_defective=said.p_defective,
            current=None if before is None else before.held,
            current_verdict=None if before is None else before.verdict,
            gap=gap,
        )

    def _said(self, part: LockedPart, judged: _Judged) -> _PartSaid:
        """Return what became of a part: as at the line, the worst verdict of its views is the part's."""
        verdicts = list[Verdict]()
        named = self._named(part)
        if len(named) < len(part.pictures):
            return _PartSaid(held=LockedState.NOT_JUDGED, gap="what its views are called is not in the record")
        known = {"", *(view.name for view in self._recipe.views)}
        for view, picture in named:
            row = judged.rows.get((view, picture))
            if row is None:
                gap = "its picture is missing" if view in known else f"the recipe has no view “{view}” any more"
                return _PartSaid(held=LockedState.NOT_JUDGED, gap=gap)
            if row.verdict == Verdict.ERROR.value:
                altered = row.reason.startswith(ANOTHER)
                gap = "its picture has been altered" if altered else row.reason
                return _PartSaid(held=LockedState.NOT_JUDGED, gap=gap)
            verdicts.append(Verdict(row.verdict))
        place = worst_place([(verdict, True) for verdict in verdicts])
        main = judged.rows[named[0]]
        return _PartSaid(
            held=LockedState.HELD if part.kind.holds(verdicts[place]) else LockedState.LOST,
            verdict=verdicts[place],
            p_defective=float(main.p_defective) if main.p_defective else None,
            place=place,
        )
