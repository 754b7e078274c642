"""Queues of parts to be judged: failures, reviews, errors, the blind audit of passes, differences of a shadow."""

from __future__ import annotations

import hashlib
import heapq
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.counts import counted, verb
from inspector.domain.records import Verdict
from inspector.domain.review import QueueKind, Review
from inspector.domain.sampling import draw
from inspector.outputs.base import LogQuery
from inspector.outputs.shadow_log import ShadowLog, kept_differences
from inspector.review.population import population

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from inspector.domain.records import Inspection
    from inspector.domain.review import Standing
    from inspector.outputs.reviews import ReviewLog
    from inspector.review.population import PolicyOf, Population

#: Stands for the reviewer while none is named: queues can be looked at, nothing can be judged.
NOBODY = "(nobody)"
_VERDICTS = {
    QueueKind.FAILURES: frozenset({Verdict.FAIL}),
    QueueKind.REVIEWS: frozenset({Verdict.REVIEW}),
    QueueKind.ERRORS: frozenset({Verdict.ERROR}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRequest:
    """Which parts are wanted.

    Args:
        kind: Which queue; not `QueueKind.DIRECT`.
        reviewer: Name of who will judge.
        query: Recipe, lot and time; verdicts in it are ignored, the kind says them.
        second_opinion: Also parts that somebody else has judged.
        sample: Blind audit: how many passed parts; about as many rejected ones are mixed in.
        seed: Blind audit: another seed draws other parts.
    """

    kind: QueueKind
    reviewer: str
    query: LogQuery = field(default_factory=LogQuery)
    second_opinion: bool = False
    sample: int = 60
    seed: int = 0

    def __post_init__(self) -> None:
        if self.kind is QueueKind.DIRECT or self.sample < 1 or not self.reviewer.strip():
            msg = f"a queue needs its kind, a reviewer and a sample of at least 1, got {self}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Parts to be judged, in this order.

    Args:
        ids: Of the inspections that wait.
        judged: How many of the queue this reviewer has judged before.
        by_others: How many are left out as somebody else has judged them.
        without_picture: How many are left out as no picture of them was kept.
        population: Blind audit: what it speaks about; None else.
        notes: What the reviewer has to know, as sentences.
    """

    request: QueueRequest
    ids: tuple[str, ...]
    judged: int
    by_others: int
    without_picture: int
    population: Population | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One part as the reviewer may see it. In a blind entry whatever would tell the verdict is withheld.

    The picture's path holds the verdict as a folder's name: a blind view shows the pixels, never the path.

    Args:
        inspection_id: Id of the part's inspection.
        time_utc: When it was captured.
        recipe: The recipe's name.
        lot: Name of its lot; empty for none.
        part_number: Number within the lot.
        part_serial: What the part is called; empty where unknown.
        queue: Where it came before the reviewer's eyes.
        blind: Verdict, score, reason, heatmap and what others say are withheld.
        picture: File of the kept picture.
        views: Of a part with several views each one's name and the file of its picture, None where none was kept.
        inspection: The whole record; None in a blind entry.
        standing: What stands of the part; None in a blind entry.
    """

    inspection_id: str
    time_utc: datetime
    recipe: str
    lot: str
    part_number: int
    part_serial: str
    queue: QueueKind
    blind: bool
    picture: Path
    inspection: Inspection | None
    standing: Standing | None
    views: tuple[tuple[str, Path | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A part that could not be shown; it is not judged, and counts as nothing.

    Args:
        inspection_id: Id of the part's inspection.
        why: What keeps it from being shown, in words.
        lost: True where its picture is gone or altered; False where somebody has judged it meanwhile.
    """

    inspection_id: str
    why: str
    lost: bool


def build_queue(log: ReviewLog, request: QueueRequest, policy_of: PolicyOf) -> Queue:
    """Find the parts of a queue. What was judged before is left out, so that a review goes on where it stopped.

    Args:
        log: The record of inspections and reviews.
        request: Which parts, and for whom.
        policy_of: For the audit: what each version of a recipe kept (`inspector.review.population`).

    Raises:
        LogError: If the log cannot be read.
    """
    if request.kind is QueueKind.AUDIT:
        return _audit(log, request, policy_of)
    if request.kind is QueueKind.SHADOW:
        return _differences(log, request)
    query = _only(request.query, _VERDICTS[request.kind])
    shown, without = log.pictured(query)
    ids, judged, by_others = _waiting(shown, log.standings_of(shown), request)
    return Queue(
        request=request, ids=ids, judged=judged, by_others=by_others, without_picture=without,
        notes=(*_without_picture(without), *_unreadable(log)),
    )  # fmt: skip


def first_queue(log: ReviewLog, request: QueueRequest, policy_of: PolicyOf, *, instead: Iterable[QueueKind]) -> Queue:
    """Find the parts of a queue; where it holds nothing, those of the first of others that holds something.

    Args:
        log: The record of inspections and reviews.
        request: Which parts, and for whom.
        policy_of: As for `build_queue`.
        instead: The others; where they hold nothing either, the queue that was asked for is returned.

    Raises:
        LogError: If the log cannot be read.
    """
    asked = build_queue(log, request, policy_of)
    if asked.ids:
        return asked
    others = (build_queue(log, replace(request, kind=kind), policy_of) for kind in instead)
    return next((queue for queue in others if queue.ids), asked)


def load_entry(log: ReviewLog, request: QueueRequest, inspection_id: str) -> Entry | Skipped:
    """Return a part of a queue, or why it cannot be shown.

    It is looked at again whether somebody has judged it meanwhile, and whether its picture is there, unaltered.

    Raises:
        LogError: If the log cannot be read.
    """
    inspection = log.inspection(inspection_id)
    kept = None if inspection is None else _kept(log, request.kind, inspection)
    if inspection is None or kept is None:
        return Skipped(inspection_id=inspection_id, why="no picture of it was kept", lost=True)
    history = log.history(inspection_id)
    standing = log.standing(inspection_id)
    hidden = request.kind in {QueueKind.AUDIT, QueueKind.SHADOW}
    if _is_done(standing.of(request.reviewer), request):
        return Skipped(inspection_id=inspection_id, why="you have judged it meanwhile", lost=False)
    others = _others(standing, request)
    if others and not request.second_opinion:
        why = "somebody else has judged it meanwhile" if hidden else f"{others[0].reviewer} has judged it meanwhile"
        return Skipped(inspection_id=inspection_id, why=why, lost=False)
    fault = _fault(*kept)
    if fault:
        return Skipped(inspection_id=inspection_id, why=fault, lost=True)
    # who has judged a part before has seen its verdict then; differences of two models are no random sample
    blind = request.kind is QueueKind.AUDIT and not any(review.reviewer == request.reviewer for review in history)
    return Entry(
        inspection_id=inspection_id,
        time_utc=inspection.time_utc,
        recipe=inspection.recipe,
        lot=inspection.lot,
        part_number=inspection.part_number,
        part_serial=inspection.part_serial,
        queue=request.kind,
        blind=blind,
        picture=kept[0],
        inspection=None if hidden else inspection,
        standing=None if hidden else standing,
        views=pictures_of_views(inspection),
    )


def pictures_of_views(inspection: Inspection) -> tuple[tuple[str, Path | None], ...]:
    """Return `Entry.views`."""
    return tuple((view.name, view.picture.path if view.picture else None) for view in inspection.views)


# --- a shadow ---------------------------------------------------------------------------------------------------------


def _differences(log: ReviewLog, request: QueueRequest) -> Queue:
    """Find the parts of which the newest shadow of the recipe says something else, those that one passes first.

    They are of the whole time of the shadow: a difference does not grow old.
    """
    record = ShadowLog(log.path, read_only=True)
    recipe = request.query.recipe
    newest = next((known for known in reversed(record.shadows()) if recipe in {None, known.recipe}), None)
    ids = [part for part, _, _ in record.differences(newest.id)] if newest is not None else []
    waiting, judged, by_others = _waiting(ids, log.standings_of(ids), request)
    return Queue(request=request, ids=waiting, judged=judged, by_others=by_others, without_picture=0)


def difference_picture(log: ReviewLog, inspection_id: str) -> tuple[Path, str] | None:
    """Return the copy of a part's picture that a shadow has kept, and its SHA-256; None where none was kept.

    Raises:
        LogError: If the log cannot be read.
    """
    said = ShadowLog(log.path, read_only=True).difference(inspection_id)
    if said is None or said.picture_sha256 is None:
        return None
    return kept_differences(log.path) / said.picture, said.picture_sha256


def _kept(log: ReviewLog, kind: QueueKind, inspection: Inspection) -> tuple[Path, str] | None:
    """Return the file of a part's picture and its SHA-256; of a difference the copy, whose path says no verdict."""
    picture = inspection.picture
    kept = None if picture is None else (picture.path, picture.sha256)
    if kind is not QueueKind.SHADOW:
        return kept
    copied = difference_picture(log, inspection.id)
    return copied if copied is not None and (kept is None or copied[0].exists()) else kept


# --- the audit --------------------------------------------------------------------------------------------------------


def _audit(log: ReviewLog, request: QueueRequest, policy_of: PolicyOf) -> Queue:
    """Draw passes at random by the hash of their ids, mix in as many rejects, and shuffle."""
    audited = population(log.counted_parts(_only(replace(request.query, part=None), None)), policy_of)
    salt = f"audit:{request.seed}"
    removed = _removed(audited.kept_passes)
    passes = _first(audited.kept_passes[removed:], request.sample, salt)
    rejects = _first(audited.kept_rejects[_removed(audited.kept_rejects) :], len(passes), salt)
    order = sorted([*passes, *rejects], key=lambda part: draw(part, f"order:{request.seed}"))
    ids, judged, by_others = _waiting(order, log.standings_of(order), request)
    notes = [*audited.notes, *_unreadable(log)]
    if removed:
        notes.append(
            f"The pictures of the {counted(removed, 'oldest pass')} that {verb(removed, 'was')} kept are gone by "
            f"now: the audit "
            "draws of the later "
            "ones, and speaks about their time. Choose a later start to have counts of that time only."
        )
    if passes and len(passes) < request.sample:
        notes.append(
            f"Only {counted(len(passes), 'picture')} of passed parts {verb(len(passes), 'was')} kept, {request.sample} "
            "were asked for."
        )
    if passes and len(rejects) < len(passes) // 2:
        notes.append(
            f"There are only {len(rejects)} rejected parts to mix in with {len(passes)} passed ones: "
            "a reviewer can guess what most are."
        )
    if audited.problem:
        ids = ()
    return Queue(
        request=request, ids=ids, judged=judged, by_others=by_others, without_picture=0, population=audited,
        notes=tuple(notes),
    )  # fmt: skip


def _removed(parts: Sequence[tuple[str, str]]) -> int:
    """Return how many of the oldest parts have no picture any more: the archive removes the oldest first."""
    low, high = 0, len(parts)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if Path(parts[middle][1]).exists() else (middle + 1, high)
    return low


def _first(parts: Iterable[tuple[str, str]], count: int, salt: str) -> list[str]:
    return heapq.nsmallest(count, (part for part, _ in parts), key=lambda part: draw(part, salt))


# --- inside -----------------------------------------------------------------------------------------------------------


def _waiting(
    ids: Iterable[str], standings: dict[str, Standing], request: QueueRequest
) -> tuple[tuple[str, ...], int, int]:
    """Return which parts wait, how many this reviewer has judged, and how many are left to others' judgements."""
    waiting, judged, by_others = [], 0, 0
    for part in ids:
        standing = standings.get(part)
        own = standing.of(request.reviewer) if standing else None
        if _is_done(own, request):
            judged += 1
        elif standing and _others(standing, request) and not request.second_opinion:
            by_others += 1
        else:
            waiting.append(part)
    return tuple(waiting), judged, by_others


def _is_done(own: Review | None, request: QueueRequest) -> bool:
    """Say whether a reviewer's judgement is one of this queue; another queue's does not count in the audit."""
    return own is not None and (request.kind is not QueueKind.AUDIT or own.queue is QueueKind.AUDIT)


def _others(standing: Standing, request: QueueRequest) -> tuple[Review, ...]:
    """Return others' judgements; in the audit only the blind ones count, as it needs blind ones of every part."""
    return tuple(
        review
        for review in standing.reviews
        if review.reviewer != request.reviewer and (review.blind or request.kind is not QueueKind.AUDIT)
    )


def _only(query: LogQuery, verdicts: frozenset[Verdict] | None) -> LogQuery:
    return replace(query, verdicts=verdicts)


def _unreadable(log: ReviewLog) -> tuple[str, ...]:
    words = log.unreadable.words()
    return (f"{words}.",) if words else ()


def _without_picture(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    return (f"{counted(count, 'part')} {verb(count, 'has')} no picture and cannot be judged here.",)


def _fault(picture: Path, sha256: str) -> str:
    try:
        with picture.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return "its picture has been removed since"
    except OSError as error:
        return f"its picture cannot be read: {cause_of(error)}"
    return "" if digest == sha256 else "its picture is not the one that was kept: the file has been altered since"
