"""Begins a dossier and fills it: installation, operation, performance, in this order."""

from __future__ import annotations

import hashlib
import json
import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from inspector import __version__, assembly
from inspector.checks import State, examine
from inspector.domain.errors import InspectorError
from inspector.domain.evidence import evidence
from inspector.domain.rates import Rate
from inspector.domain.regression import LockedState
from inspector.domain.release import StepKind
from inspector.dossier.criteria import DossierError
from inspector.dossier.locked import Dossier, LockedCriteria
from inspector.dossier.performance import judge, performance_lines, read_test_folder
from inspector.dossier.result import Came, DossierLine, DossierResult, Qualify
from inspector.dossier.self_checks import NOT_TRIED, self_checks
from inspector.json_file import JsonError, read_model
from inspector.msa.limits import Grade
from inspector.msa.outcome import outcome_of
from inspector.msa.study import open_study
from inspector.msa.words import summary
from inspector.regression.check import RegressionJudge, nothing_locked
from inspector.regression.locked import RegressionSet
from inspector.release.parts import running_of
from inspector.release.record import ReleaseRecord
from inspector.reports.findings import check_chain
from inspector.vision.bundle import verify_bundle
from inspector.vision.store import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from inspector.dossier.criteria import AcceptanceCriteria
    from inspector.recipes.recipe import Recipe
    from inspector.settings import Settings

_METRICS = "report/metrics.json"


class _LeftOutType(BaseModel):
    model_config = ConfigDict(extra="ignore")

    name: str
    parts: int
    passed: int
    passed_with_guard: int | None = None


class _LeftOut(BaseModel):
    model_config = ConfigDict(extra="ignore")

    types: tuple[_LeftOutType, ...] = ()


class _TrainingMetrics(BaseModel):
    """What is needed of a model's ``metrics.json``."""

    model_config = ConfigDict(extra="ignore")

    unseen: _LeftOut | None = None


class DossierWork:
    """What a dossier is made of; used by one thread.

    Args:
        where: Data folder, log and archive.
        settings: The station's, as they are in force.
        who: Asks for it.
    """

    def __init__(self, where: assembly.Places, settings: Settings, who: str) -> None:
        self._where, self._home, self._settings, self._who = where, where.home, settings, who

    def dossier(self, name: str) -> Dossier:
        """Return a dossier by its name, begun or not."""
        return Dossier(self._home, self._where.log, name)

    def begin(self, name: str, criteria: AcceptanceCriteria, recipe_name: str = "") -> LockedCriteria:
        """Lock the criteria for a recipe and its model as they are now.

        Raises:
            DossierError: If they are locked already.
            RecipeError: If there is no such recipe.
            BundleError: If its model cannot be used.
        """
        recipe = assembly.find_recipe(recipe_name or self._settings.recipe, self._home)
        locked = LockedCriteria(
            name=name,
            criteria=criteria,
            criteria_sha256=criteria.sha256,
            station=self._settings.station,
            recipe=recipe.name,
            recipe_version=recipe.version,
            recipe_sha256=_recipe_hash(recipe),
            model=recipe.model,
            model_sha256=self._model_hash(recipe),
            thresholds=_thresholds(recipe),
            software=__version__,
            locked=datetime.now(UTC),
            who=self._who,
        )
        self.dossier(name).lock(locked)
        return locked

    def fill(
        self, name: str, test: Path, criteria: AcceptanceCriteria | None, told: Callable[[str], None]
    ) -> DossierResult:
        """Fill a dossier. What is refused is refused before a picture is judged.

        Args:
            test: Folder of the test part.
            criteria: As the file says now; None where nobody holds a file against what was locked.
            told: Is told what is done.

        Raises:
            DossierError: If criteria, recipe or model are not those that were locked, or the test part cannot be used.
            InspectorError: If recipe, model or record cannot be used.
        """
        dossier = self.dossier(name)
        locked = dossier.locked()
        if criteria is not None and criteria.sha256 != locked.criteria_sha256:
            raise DossierError(
                f"the criteria are not those that were locked on {locked.locked.astimezone():%Y-%m-%d %H:%M}: SHA-256 "
                f"{criteria.sha256[:12]}… instead of {locked.criteria_sha256[:12]}…",
                "What was locked holds. Other criteria need a dossier of another name, and pictures not judged yet.",
            )
        recipe = assembly.find_recipe(locked.recipe, self._home)
        self._refuse_changed(locked, recipe)
        told("reading the test part")
        part = read_test_folder(test, assembly.model_store(self._home).find(recipe.model))
        dossier.begin_reading(locked, part.pictures)
        told("examining the installation")
        lines = list(self._installation(recipe))
        for line in self_checks():
            told(f"self-check: {line.name}")
            lines.append(line)
        lines += self._operation(recipe, locked.criteria)
        rows = judge(part, recipe, self._home, self._settings, lambda done, of: told(f"judged {done:,} of {of:,}"))
        again = f"inspector batch {shlex.quote(str(test))} --recipe {shlex.quote(recipe.name)} --recursive"
        shown, wrong = performance_lines(part, rows, locked.criteria, again)
        lines += [*shown, *self._left_out(recipe, locked.criteria), *self._study(locked.criteria)]
        lines += self._regression(recipe, locked.criteria, told)
        told("checking the record")
        chain = check_chain(self._where.log, self._home.root) if self._where.log.is_file() else None
        result = DossierResult(
            filled=datetime.now(UTC),
            who=self._who,
            station=self._settings.station,
            software=__version__,
            lines=tuple(lines),
            names=tuple(wrong),
            pictures=len(part.pictures),
            chain="There is no record yet." if chain is None else chain.words,
            chain_whole=chain is not None and chain.whole,
        )
        dossier.keep(result)
        return result

    # --- inside -------------------------------------------------------------------------------------------------------

    def _refuse_changed(self, locked: LockedCriteria, recipe: Recipe) -> None:
        now = _recipe_hash(recipe), self._model_hash(recipe)
        if now != (locked.recipe_sha256, locked.model_sha256):
            raise DossierError(
                f"{recipe.name} is not as it was when the criteria were locked: version {recipe.version} instead of "
                f"{locked.recipe_version}, model {now[1][:12]}… instead of {locked.model_sha256[:12]}…",
                "Begin a dossier of another name for what is in force now.",
            )

    def _model_hash(self, recipe: Recipe) -> str:
        folder = assembly.model_store(self._home).find(recipe.model)
        verify_bundle(folder)
        return sha256_of(folder)

    def _installation(self, recipe: Recipe) -> Iterator[DossierLine]:
        shown = {State.OK: Came.MET, State.NOTE: Came.TOLD, State.FAULT: Came.NOT_MET}
        for check in examine(self._where, self._settings, [], recipe):
            said = f"{check.result}. {check.next_step}" if check.next_step else check.result
            asked = "" if check.state is State.NOTE else "without a fault"
            yield _line(Qualify.INSTALLATION, check.name, asked, said, shown[check.state], "inspector doctor")

    def _operation(self, recipe: Recipe, criteria: AcceptanceCriteria) -> Iterator[DossierLine]:
        yield _line(
            Qualify.OPERATION,
            "Faults that were not tried",
            "",
            NOT_TRIED,
            Came.TOLD,
            "inspector dossier self-checks",
        )
        asked = "passed with this recipe and model" if criteria.challenge else ""
        again = f"inspector challenge status {shlex.quote(recipe.name)}"
        if not recipe.challenge.parts:
            shown = Came.NOT_SHOWN if criteria.challenge else Came.TOLD
            yield _line(Qualify.OPERATION, "Challenge", asked, "the recipe has no challenge parts", shown, again)
            return
        said = f"the recipe has {len(recipe.challenge.parts)} challenge parts"
        try:
            now = running_of(recipe, assembly.model_store(self._home), self._settings)
            record = ReleaseRecord(self._home.root, self._where.log, self._settings.station)
            standing = record.standing(now)
            own = [step for step in record.steps if step.identity == now.identity]
            passed = standing.released and any(step.kind is StepKind.PASSED for step in own)
            said += f"; {standing.why or ('released' if passed else 'never passed with this recipe and model')}"
        except InspectorError as error:
            passed, said = False, f"{said}: {error}"
        shown = (Came.MET if passed else Came.NOT_MET) if criteria.challenge else Came.TOLD
        yield _line(Qualify.OPERATION, "Challenge", asked, said, shown, again)

    def _left_out(self, recipe: Recipe, criteria: AcceptanceCriteria) -> Iterator[DossierLine]:
        """Say what became of defect types that a training did not have: the trainer has measured it."""
        limit, again = criteria.left_out_passes, f"inspector model show {shlex.quote(recipe.model)} --json"
        asked = "" if limit is None else f"at most {100 * limit:g} % of each type pass, by the exact 95 % bound"
        folder = assembly.model_store(self._home).find(recipe.model)
        try:
            unseen = read_model(folder / _METRICS, _TrainingMetrics).unseen
        except JsonError as error:
            said, unseen = f"the model has no training report: {error.what}", None
        else:
            said = "the training did not leave a type out in turn (trainer fit --unseen yes)"
        if unseen is None or not unseen.types:
            shown = Came.TOLD if limit is None else Came.NOT_SHOWN
            yield _line(Qualify.PERFORMANCE, "Defect types that training did not have", asked, said, shown, again)
            return
        for each in unseen.types:
            passed = each.passed if each.passed_with_guard is None else each.passed_with_guard
            proof = evidence(Rate(passed, each.parts), limit or 0.5)
            said = f"{passed} of {each.parts} passed; the bound is {100 * proof.upper:.1f} %"
            if limit is None:
                shown = Came.TOLD
            elif proof.shown:
                shown = Came.MET
            else:
                shown = Came.NOT_MET if passed > limit * each.parts else Came.NOT_SHOWN
                said += "" if shown is Came.NOT_MET else f"; {proof.missing:,} more parts would show it"
            yield _line(Qualify.PERFORMANCE, f"Left out of training: “{each.name}”", asked, said, shown, again)

    def _study(self, criteria: AcceptanceCriteria) -> Iterator[DossierLine]:
        name = "Measurement system analysis"
        if not criteria.msa_study:
            yield _line(
                Qualify.PERFORMANCE,
                name,
                "",
                "not asked by the criteria",
                Came.TOLD,
                "inspector msa list",
            )
            return
        asked, again = (
            f"study “{criteria.msa_study}” within its limits",
            f"inspector msa report {shlex.quote(criteria.msa_study)}",
        )
        try:
            outcome = outcome_of(open_study(self._home.root, criteria.msa_study))
        except InspectorError as error:
            yield _line(Qualify.PERFORMANCE, name, asked, str(error), Came.NOT_SHOWN, again)
            return
        grades = [outcome.grade(own) for own in outcome.result.appraisers]
        fine = bool(grades) and not outcome.waiting and all(grade is Grade.PASSES for grade in grades)
        unknown = not grades or bool(outcome.waiting)
        shown = Came.NOT_SHOWN if unknown else Came.MET if fine else Came.NOT_MET
        yield _line(Qualify.PERFORMANCE, name, asked, summary(outcome), shown, again)

    def _regression(
        self, recipe: Recipe, criteria: AcceptanceCriteria, told: Callable[[str], None]
    ) -> Iterator[DossierLine]:
        asked = "every locked part is held" if criteria.regression else ""
        again = f"inspector regression check {shlex.quote(recipe.model)} --recipe {shlex.quote(recipe.name)}"
        if not self._where.log.is_file():
            yield _line(
                Qualify.PERFORMANCE,
                "Regression set",
                asked,
                "there is no record yet",
                Came.NOT_SHOWN,
                again,
            )
            return
        regression = RegressionSet(self._home, self._where.log)
        check = nothing_locked(regression, recipe, recipe.model, "")
        if check is None:
            steps = RegressionJudge(regression, recipe, self._home, self._settings).check(recipe.model)
            try:
                while True:
                    progress = next(steps)
                    told(f"regression set: {progress.done:,} of {progress.total:,}")
            except StopIteration as ended:
                check = ended.value
        if check is None:
            return
        lost = [part for part in check.parts if part.candidate is not LockedState.HELD]
        shown = Came.MET if not lost else Came.NOT_MET
        if not criteria.regression or not check.parts:
            shown = Came.TOLD
        yield _line(Qualify.PERFORMANCE, "Regression set", asked if check.parts else "", check.words, shown, again)


def _line(stage: Qualify, name: str, asked: str, said: str, shown: Came, again: str) -> DossierLine:
    return DossierLine(stage=stage, name=name, asked=asked, said=said, shown=shown, again=again)


def _recipe_hash(recipe: Recipe) -> str:
    text = json.dumps(recipe.model_dump(mode="json"), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _thresholds(recipe: Recipe) -> str:
    if recipe.thresholds is None:
        return f"the model's own; guard rate {recipe.guard_rate:g}"
    review = "" if recipe.thresholds.review_from is None else f", REVIEW from {recipe.thresholds.review_from:g}"
    return f"FAIL from {recipe.thresholds.fail_at:g}{review}; guard rate {recipe.guard_rate:g}"
