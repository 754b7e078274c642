"""Which parts can be judged again: what was recorded and kept of each, and why of others there is nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from inspector.domain.errors import DeviceError
from inspector.domain.joined import MAIN, WORST_FIRST
from inspector.domain.records import Verdict, ViewRecord

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from inspector.domain.errors import InspectorError
    from inspector.domain.records import Inspection, ModelIdentity, Thresholds

#: The archive's folders: YYYY/MM/DD/VERDICT/FILE.
_LEVELS = 5
#: The form in which the archive keeps the very pixels that were judged.
_LOSSLESS = ".png"
_Value = TypeVar("_Value")


class NotJudged(StrEnum):
    """Why a part is not judged again; it follows “1 part: ”."""

    ERROR = "recorded as ERROR, so there was no verdict on its picture"
    NOT_KEPT = "no picture was kept"
    NOT_SAVED = "its picture could not be saved at the time"
    GONE = "its picture is gone: removed by the archive's limits, or moved"
    CHANGED = "its picture is not the one that was judged: it has changed since (SHA-256)"
    UNREADABLE = "its picture cannot be judged"
    NO_MODEL = "the model that judged it is not on this computer any more"
    OTHER_WAY = "its model cannot run here as it ran then"
    NO_VIEW = "it has no view of that name"
    STOPPED = "not looked at: it was stopped before"

    @staticmethod
    def of(error: InspectorError) -> NotJudged:
        """Return which gap it is that a recorded model cannot be loaded."""
        return NotJudged.OTHER_WAY if isinstance(error, DeviceError) else NotJudged.NO_MODEL


class Sampled(NamedTuple):
    """Passes of one day, of one version of a recipe: within it every pass had the same chance to be kept."""

    day: str  #: local date, as 2026-01-31
    recipe: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptView:
    """One kept picture and what was said of it.

    Args:
        name: The view's; empty where the part has one.
        p_defective: As recorded.
        thresholds: Those that judged.
        model: That judged.
        base: Folder of the archive.
        file: Path within it, with slashes.
        sha256: As recorded.
    """

    name: str
    p_defective: float | None
    thresholds: Thresholds
    model: ModelIdentity
    base: str
    file: str
    sha256: str

    @property
    def lossless(self) -> bool:
        """Whether the file holds the very pixels that were judged; WebP holds others."""
        return self.file.endswith(_LOSSLESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenPart:
    """A part with a kept picture, or of which there should be one.

    Args:
        serial: What the line calls it; empty where unknown.
        verdict: As recorded, of all its views.
        p_defective: As recorded.
        views: What is judged again.
        held: The worst verdict of the views that are not judged again; PASS where there is none.
        gap: Why nothing is judged; None where `views` are.
    """

    inspection_id: str
    time_utc: datetime
    recipe: str
    recipe_version: int
    lot: str
    part_number: int
    serial: str
    verdict: Verdict
    p_defective: float | None
    views: tuple[KeptView, ...] = ()
    held: Verdict = Verdict.PASS
    gap: NotJudged | None = None

    @property
    def sampled(self) -> Sampled:
        """What it is a sample of, where it passed."""
        return _sampled(self)


@dataclass(slots=True)
class ChosenParts:
    """The parts of a selection.

    Args:
        parts: Those with a picture, or of which there should be one, in the order in which they were recorded.
        inspected: All parts of the selection.
        passes: Passes, kept or not.
        not_kept: Parts of which no picture was kept, by verdict; they are in no list, as there may be millions.
    """

    parts: list[ChosenPart] = field(default_factory=list)
    inspected: int = 0
    passes: Counter[Sampled] = field(default_factory=Counter)
    not_kept: Counter[Verdict] = field(default_factory=Counter)


def choose(rows: Iterable[Inspection], archive: Path, view: str | None = None) -> ChosenParts:
    """Go through a selection of the log.

    Args:
        rows: The parts.
        archive: Where pictures are kept today: looked in where one is not where the log says, as on another computer.
        view: Judge this view alone, where a part has several: its name, or empty for the main one. None for all.
    """
    chosen, same = ChosenParts(), _Same()
    for row in rows:
        chosen.inspected += 1
        if row.decision.verdict is Verdict.PASS:
            chosen.passes[_sampled(row)] += 1
        part = _part(row, archive, view, same)
        if part.gap is NotJudged.NOT_KEPT:
            chosen.not_kept[part.verdict] += 1
        else:
            chosen.parts.append(part)
    return chosen


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of some verdicts; PASS of none."""
    return min(verdicts, key=WORST_FIRST.index, default=Verdict.PASS)


# --- inside -----------------------------------------------------------------------------------------------------------


class _Same:
    """Keeps one of equal values: a hundred thousand parts share a few models and thresholds."""

    def __init__(self) -> None:
        self._kept: dict[object, object] = {}

    def of(self, value: _Value) -> _Value:
        return self._kept.setdefault(value, value)  # type: ignore[return-value]  # equal values have one type


def _sampled(part: Inspection | ChosenPart) -> Sampled:
    return Sampled(f"{part.time_utc.astimezone():%Y-%m-%d}", part.recipe, part.recipe_version)


def _part(row: Inspection, archive: Path, view: str | None, same: _Same) -> ChosenPart:
    views: tuple[KeptView, ...] = ()
    held = Verdict.PASS
    gap: NotJudged | None
    if row.decision.verdict is Verdict.ERROR:
        gap = NotJudged.ERROR
    else:
        views, held, gap = _views(row, archive, view, same)
    return ChosenPart(
        inspection_id=row.id,
        time_utc=row.time_utc,
        recipe=same.of(row.recipe),
        recipe_version=row.recipe_version,
        lot=same.of(row.lot),
        part_number=row.part_number,
        serial=row.called,
        verdict=row.decision.verdict,
        p_defective=row.decision.p_defective,
        views=() if gap is not None else views,
        held=held,
        gap=gap,
    )


def _views(
    row: Inspection, archive: Path, view: str | None, same: _Same
) -> tuple[tuple[KeptView, ...], Verdict, NotJudged | None]:
    """Return what of a part is judged again, the worst verdict of the rest, and why nothing is."""
    seen: tuple[ViewRecord, ...] = row.views or (_alone(row),)
    wanted: tuple[ViewRecord, ...]
    if view is None:
        wanted = seen
    elif view in {"", MAIN}:
        wanted = seen[:1]
    else:
        wanted = tuple(entry for entry in seen if entry.name == view)
    if not wanted:
        return (), Verdict.PASS, NotJudged.NO_VIEW
    held = worst(entry.decision.verdict for entry in seen if entry not in wanted)
    kept = []
    for entry in wanted:
        if entry.picture is None or entry.model is None:
            return (), held, NotJudged.NOT_SAVED if entry.image_not_saved else NotJudged.NOT_KEPT
        place = _place(entry.picture.path, archive)
        if place is None:
            return (), held, NotJudged.GONE
        kept.append(
            KeptView(
                name=same.of(entry.name),
                p_defective=entry.decision.p_defective,
                thresholds=same.of(entry.decision.thresholds),
                model=same.of(entry.model),
                base=same.of(place[0]),
                file=place[1],
                sha256=entry.picture.sha256,
            )
        )
    return tuple(kept), held, None


def _alone(row: Inspection) -> ViewRecord:
    """Return what a part of one view showed."""
    return ViewRecord(
        name="",
        source=row.source,
        decision=row.decision,
        model=row.model,
        picture=row.picture,
        image_not_saved=row.image_not_saved,
    )


def _place(path: Path, archive: Path) -> tuple[str, str] | None:
    """Return the folder of the archive in which a picture lies, and its path within it; None where it is gone."""
    inside = Path(*path.parts[-_LEVELS:]) if len(path.parts) > _LEVELS else Path(path.name)
    for base in (path.parents[len(inside.parts) - 1], archive):
        if (base / inside).is_file():
            return str(base), inside.as_posix()
    return None
