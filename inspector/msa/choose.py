"""Parts for a study: whose reference is known, drawn so that good and defective ones are about as many."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.batch.labels import FolderLabels
from inspector.batch.listing import list_pictures
from inspector.batch.survey import labels_for, survey
from inspector.domain.class_words import ClassWords, refuse_unknown
from inspector.domain.confusion import DEFECTIVE, UNLABELLED
from inspector.domain.review import Truth
from inspector.msa.study import StudyChoice, StudyError
from inspector.pictures.held import read_places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.outputs.base import LogQuery
    from inspector.outputs.reviews import ReviewLog
    from inspector.pictures import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyCandidate:
    """A part that is known to be good or defective.

    Args:
        place: Of its picture.
        defective: The reference.
        defect_type: Empty where none is named.
        origin: As it stands in the study.
    """

    place: Place
    defective: bool
    defect_type: str = ""
    origin: str = ""


def labelled(folder: Place, table: Path | None = None, words: ClassWords | None = None) -> list[StudyCandidate]:
    """Return the pictures of a folder that are known to be good or defective, by its folders' names or by a table.

    Raises:
        StudyError: If nothing is known of any picture.
        LabelsError: If the table cannot be used.
        WordsError: If a word is unknown.
        PictureError: If the folder cannot be read.
    """
    words = words or ClassWords()
    listing = list_pictures(folder, recursive=True, words=words)
    labels = labels_for(folder, table, words=words)
    known = survey(listing, labels)
    refuse_unknown(known.unknown, str(table or folder))
    chosen = [(listing.path(place), labels.label(listing.key(place))) for place in range(len(listing))]
    candidates = [
        StudyCandidate(place=place, defective=label.value == DEFECTIVE, defect_type=label.defect, origin=str(place))
        for place, label in chosen
        if label.value != UNLABELLED
    ]
    if not candidates:
        how = "Its sub-folders are called good and by defect types" if isinstance(labels, FolderLabels) else "The table"
        raise StudyError(
            f"of none of the {len(listing)} pictures in {folder} it is known whether the part is good",
            f"{how}: see the manual. Or name a table of labels.",
        )
    return candidates


def reviewed(log: ReviewLog, query: LogQuery) -> list[StudyCandidate]:
    """Return the parts of the record that people have called good or defective, and whose picture was kept.

    Parts on which reviewers disagree have no reference.

    Raises:
        LogError: If the log cannot be read.
        StudyError: If there is none.
    """
    standings = log.standings(query)
    candidates = []
    for part in log.parts(query):
        standing = standings.get(part.id)
        truth = None if standing is None else standing.truth
        if standing is None or part.picture is None or truth not in {Truth.GOOD, Truth.DEFECTIVE}:
            continue
        if Path(part.picture).is_file():
            types = ", ".join(standing.defect_types) if truth is Truth.DEFECTIVE else ""
            candidates.append(
                StudyCandidate(
                    place=Path(part.picture), defective=truth is Truth.DEFECTIVE, defect_type=types, origin=part.id
                )
            )
    if not candidates:
        raise StudyError(
            "no part of the record was judged good or defective by people, with its picture kept",
            "Review some first, or choose a labelled folder.",
        )
    return candidates


def draw_parts(candidates: Sequence[StudyCandidate], count: int, seed: int) -> list[StudyChoice]:
    """Draw parts at random, half of them defective where there are as many, and read their pictures.

    A picture that is twice there counts once.

    Raises:
        StudyError: If there are no good or no defective ones, or one picture is said to be both.
    """
    draw = random.Random(f"{seed}/parts")  # noqa: S311 - a draw, no secret
    pools = {kind: [each for each in candidates if each.defective is kind] for kind in (False, True)}
    for kind, pool in pools.items():
        if not pool:
            raise StudyError(
                f"none of the {len(candidates)} parts is {'defective' if kind else 'good'}",
                "A study needs both: without defective parts no miss can be seen, without good ones no false alarm.",
            )
        draw.shuffle(pool)
    wanted = min(len(pools[True]), max(count // 2, count - len(pools[False])))
    places = pools[True][:wanted] + pools[False][: count - wanted]
    spare = pools[True][wanted:] + pools[False][count - wanted :]
    chosen: dict[str, StudyChoice] = {}
    for candidate, held in zip((*places, *spare), read_places([each.place for each in (*places, *spare)]), strict=True):
        if len(chosen) == count:
            break
        if not isinstance(held.content, bytes):
            raise StudyError(held.content.what, held.content.next_step)
        part = StudyChoice(
            content=held.content,
            suffix=Path(str(candidate.place)).suffix.lower(),
            defective=candidate.defective,
            defect_type=candidate.defect_type,
            origin=candidate.origin,
        )
        other = chosen.setdefault(hashlib.sha256(held.content).hexdigest(), part)
        if other.defective != part.defective:
            raise StudyError(
                f"{other.origin} and {part.origin} are the same picture, and said to be good and defective",
                "Correct one of them.",
            )
    return list(chosen.values())
