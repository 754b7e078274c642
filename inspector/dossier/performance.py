"""The independent test part: which pictures it is, that the model has not learnt from them, and how they are judged."""

from __future__ import annotations

import hashlib
import threading
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector import assembly
from inspector.batch.judge import Job
from inspector.batch.labels import FolderLabels
from inspector.batch.listing import Listing, list_pictures
from inspector.batch.pipeline import judge_listing
from inspector.domain.causes import cause_of
from inspector.domain.confusion import DEFECTIVE, UNLABELLED
from inspector.domain.counts import counted, verb
from inspector.domain.errors import BundleError
from inspector.domain.evidence import evidence
from inspector.domain.guard import in_force
from inspector.domain.rates import Rate
from inspector.domain.records import Verdict
from inspector.dossier.criteria import DossierError
from inspector.dossier.locked import TestPicture
from inspector.dossier.result import Came, DossierLine, Qualify
from inspector.vision.learnt import learnt_from

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from inspector.batch.rows import Row
    from inspector.dossier.criteria import AcceptanceCriteria
    from inspector.paths import Home
    from inspector.recipes.recipe import Recipe
    from inspector.settings import Settings

_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTestPart:
    """The pictures of a test part, read but not judged.

    Args:
        twice: Names of pictures that hold the same as another; they are judged once.
        independent: Whether the model says what it has learnt from, and it is none of these.
        why_not: Why that is not known; empty where it is.
    """

    folder: Path
    pictures: tuple[TestPicture, ...]
    twice: tuple[str, ...]
    independent: bool
    why_not: str


def read_test_folder(folder: Path, model: Path) -> ReadTestPart:
    """Read which pictures a test part holds.

    Args:
        folder: With a folder of good parts and one for each defect type, as “trainer fit” takes it.
        model: Folder of the model that is to be tried.

    Raises:
        DossierError: If there is none, its classes are not known, or the model has learnt from one of them.
        PictureError: If the folder cannot be listed.
    """
    listing = list_pictures(folder, recursive=True)
    labels = FolderLabels(folder.name, {name.rpartition("/")[0] for name in listing.names})
    pictures: dict[str, TestPicture] = {}
    twice, unknown = [], []
    for name in listing.names:
        label = labels.label(name)
        if label.value == UNLABELLED:
            unknown.append(name)
            continue
        sha256 = _sha256(folder / name)
        if sha256 in pictures:
            twice.append(name)
            continue
        pictures[sha256] = TestPicture(
            name=name, sha256=sha256, defective=label.value == DEFECTIVE, defect=label.defect
        )
    if unknown:
        raise DossierError(
            f"of {counted(len(unknown), 'picture')} in {folder} it is not known what they are: {_some(unknown)}",
            "Sort them into “good” and a folder for each defect type.",
        )
    if not pictures:
        raise DossierError(f"there is no picture in {folder}", "Name the folder of the test part.")
    try:
        learnt = learnt_from(model).hashes
    except BundleError as error:
        why = f"{error.what}: whether the test part is independent cannot be shown"
        return ReadTestPart(
            folder=folder, pictures=tuple(pictures.values()), twice=tuple(twice), independent=False, why_not=why
        )
    known = [picture.name for sha256, picture in pictures.items() if sha256 in learnt]
    if known:
        raise DossierError(
            f"the model has learnt from {counted(len(known), 'picture')} of the test part: {_some(known)}; "
            "they were found by what they hold, whatever their names are",
            "Take pictures that were in no training. Nothing was judged.",
        )
    return ReadTestPart(
        folder=folder, pictures=tuple(pictures.values()), twice=tuple(twice), independent=True, why_not=""
    )


def judge(
    part: ReadTestPart, recipe: Recipe, home: Home, settings: Settings, told: Callable[[int, int], None]
) -> Mapping[str, Row]:
    """Judge a test part as the recipe does, and return the rows by the pictures' names.

    Args:
        told: Is told how many are judged, of how many.

    Raises:
        BundleError: If the model cannot be used.
        DeviceError: If it cannot run here as the settings say.
    """
    classifier = assembly.load_classifier(
        recipe.model,
        home,
        device=settings.device,
        precision=settings.precision,
        thresholds=recipe.thresholds,
        guard_rate=recipe.guard_rate,
    )
    listing = Listing(part.folder, tuple(picture.name for picture in part.pictures))
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
        job = Job(
            folder=part.folder,
            thresholds=points,
            quality=recipe.quality,
            bit_depth=recipe.source_options.bit_depth,
            expected={picture.name: picture.sha256 for picture in part.pictures},
        )
        for judged in judge_listing(listing, range(len(listing)), job, classifier, stop=threading.Event()):
            rows |= {listing.names[index]: row for index, row in judged if row is not None}
            told(len(rows), len(listing))
    return rows


def performance_lines(
    part: ReadTestPart, rows: Mapping[str, Row], criteria: AcceptanceCriteria, again: str
) -> tuple[list[DossierLine], list[tuple[str, str, str, str]]]:
    """Return what a test part shows, and which pictures were judged wrongly or not at all.

    Escapes are defective parts with PASS; overkill are good parts with anything else, as a person then has to look.
    The bound is Clopper and Pearson's, one-sided, 95 %; an ERROR counts against the station on either side.

    Args:
        again: The command that says it again.
    """
    verdicts = {picture.name: Verdict(rows[picture.name].verdict) for picture in part.pictures}
    defective = [picture for picture in part.pictures if picture.defective]
    good = [picture for picture in part.pictures if not picture.defective]
    escaped = [picture for picture in defective if verdicts[picture.name] in {Verdict.PASS, Verdict.ERROR}]
    overkill = [picture for picture in good if verdicts[picture.name] is not Verdict.PASS]
    types = sorted({picture.defect for picture in defective})

    def line(name: str, asked: str, said: str, shown: Came) -> DossierLine:
        return DossierLine(stage=Qualify.PERFORMANCE, name=name, asked=asked, said=said, shown=shown, again=again)

    made = f"{counted(len(good), 'good part')} and {counted(len(defective), 'defective part')}"
    if part.twice:
        made += f"; {counted(len(part.twice), 'picture')} {verb(len(part.twice), 'is')} there twice and judged once"
    lines = [
        line("Test part", "", f"{made}, {part.folder}", Came.TOLD),
        line(
            "Independent of the training, by content",
            "no picture in common",
            part.why_not or "none of them was in the model's training or validation part",
            Came.MET if part.independent else Came.NOT_SHOWN,
        ),
        _bounded(line, "Escapes", Rate(len(escaped), len(defective)), criteria.most_escapes, "defective part"),
        _bounded(line, "Overkill", Rate(len(overkill), len(good)), criteria.most_overkill, "good part"),
    ]
    for kind in types:
        own = [picture for picture in defective if picture.defect == kind]
        missed = sum(picture in escaped for picture in own)
        lines.append(line(f"Type “{kind}”", "", f"{missed} of {len(own)} passed or were not judged", Came.TOLD))
    wrong = [
        (
            picture.name,
            picture.defect or ("defective" if picture.defective else "good"),
            verdicts[picture.name].value,
            rows[picture.name].reason,
        )
        for picture in (*escaped, *overkill)
    ]
    return lines, wrong


def _bounded(
    line: Callable[[str, str, str, Came], DossierLine], name: str, bad: Rate, limit: float, part: str
) -> DossierLine:
    """Hold an exact bound against its limit; where there are too few parts for it, say how many are needed."""
    proof = evidence(bad, limit)
    asked = f"at most {100 * limit:g} %, by the exact 95 % bound"
    said = f"{bad.count} of {bad.total}; the bound is {100 * proof.upper:.2f} %"
    if proof.shown:
        return line(name, asked, said, Came.MET)
    value = bad.value
    if value is not None and value > limit:
        return line(name, asked, f"{said}. Too many", Came.NOT_MET)
    said += (
        f". Too few parts for the claim: {counted(proof.missing, f'more {part}')}, all judged rightly, would show it"
    )
    return line(name, asked, f"{said} ({proof.needed:,} without a miss)", Came.NOT_SHOWN)


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DossierError(f"{path} cannot be read: {cause_of(error)}", "Nothing was judged.") from error


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
