"""Locks what people confirmed: a row of the record, and a copy of the picture that no limit of the archive removes."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.counts import counted
from inspector.domain.errors import InspectorError
from inspector.domain.regression import kind_of
from inspector.domain.review import Judgement, Truth
from inspector.files import FileError, write_bytes
from inspector.outputs.base import LogQuery
from inspector.outputs.regression_log import LockedPart, RegressionLog
from inspector.outputs.reviews import ReviewLog
from inspector.trail.actor import STATION, acting, doer
from inspector.trail.event import TrailKind, happened
from inspector.vision.locked import write_locked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import JsonValue

    from inspector.domain.records import ArchivedPicture, Inspection
    from inspector.domain.review import Standing
    from inspector.paths import Home


class RegressionError(InspectorError):
    """The regression set cannot be read, changed or judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockUpdate:
    """What an update has locked.

    Args:
        locked: How many parts.
        without_picture: Ids of confirmed parts of which a picture was not kept, or is gone or altered: not locked.
    """

    locked: int = 0
    without_picture: tuple[str, ...] = ()

    def notes(self) -> list[str]:
        """Say what is not locked, as sentences."""
        if not self.without_picture:
            return []
        some = counted(len(self.without_picture), "confirmed part")
        first = self.without_picture[0]
        return [f"The picture of {some} was not kept, or is gone or altered, as of {first}: not locked."]


class RegressionSet:
    """The locked parts of a station's recipes. Used by one thread at a time.

    Args:
        home: The data folder, which has the copies.
        log: The result log; it need not exist.
    """

    def __init__(self, home: Home, log: Path) -> None:
        self.home, self.log = home, log

    def parts(self, recipe: str | None = None) -> list[LockedPart]:
        """Return every part that was ever locked, as it stands now.

        Args:
            recipe: Of this recipe alone.

        Raises:
            LogError: If the log cannot be read.
        """
        return RegressionLog(self.log).parts(recipe) if self.log.is_file() else []

    def pictures(self, part: LockedPart) -> tuple[Path, ...]:
        """Return where the copies of a part's pictures should be, the main view's first."""
        folder = self.folder(part.recipe)
        return tuple(folder / name for name in part.pictures)

    def views(self, parts: Sequence[LockedPart]) -> dict[str, tuple[str, ...]]:
        """Return of each part that has several views what they were called, the main one first, by its inspection's id.

        Raises:
            LogError: If the log cannot be read.
        """
        several = [part.inspection_id for part in parts if len(part.pictures) > 1]
        records = ReviewLog(self.log).inspections(several) if several else {}
        return {number: tuple(view.name for view in record.views) for number, record in records.items()}

    def folder(self, recipe: str) -> Path:
        """Return the folder of a recipe's copies.

        Raises:
            RegressionError: If that is no name of a recipe.
        """
        if Path(recipe).name != recipe or recipe in {"", ".", ".."} or "\\" in recipe:
            raise RegressionError(f"“{recipe}” is no name of a recipe", "Name one of the station's recipes.")
        return self.home.regression / recipe

    def doubted(self, parts: Sequence[LockedPart]) -> frozenset[str]:
        """Return the ids of those of which people do not say any more what they were locked for.

        Raises:
            LogError: If the log cannot be read.
        """
        if not parts:
            return frozenset()
        standings = ReviewLog(self.log).standings_of([part.inspection_id for part in parts])
        return frozenset(part.inspection_id for part in parts if _is_doubted(part, standings.get(part.inspection_id)))

    def update(self, recipe: str) -> LockUpdate:
        """Lock every confirmed defect, escape and overkill of a recipe that is not locked yet.

        What was released stays so. It may be repeated at any time, also after a crash.

        Raises:
            LogError: If the log cannot be read or written.
            RegressionError: If a picture cannot be copied.
        """
        folder = self.folder(recipe)
        if not self.log.is_file():
            return LockUpdate()
        reviews, log = ReviewLog(self.log), RegressionLog(self.log)
        known = {part.inspection_id for part in log.parts()}  # also those that a renamed recipe has taken along
        said = reviews.standings(LogQuery(recipe=recipe))
        records = reviews.inspections([part for part in said if part not in known])
        new, without = list[LockedPart](), list[str]()
        for number, record in records.items():
            part = _locked(record, said[number])
            if part is None:
                continue
            pictures = _pictures(record)
            if all(self._copied(record, picture, folder) for picture in pictures):
                new.append(part)
            else:
                without.append(number)
        log.lock(new)
        self._write_list()
        return LockUpdate(locked=len(new), without_picture=tuple(without))

    def release(self, recipe: str, parts: Sequence[str], reason: str, *, who: str) -> list[LockedPart]:
        """Take parts out of a recipe's set; their rows and pictures stay, and they may be learnt from.

        Args:
            parts: Ids of their inspections.
            who: Of those who may change a recipe's model.

        Returns:
            The parts.

        Raises:
            RegressionError: If one is not locked, or no reason is given.
            LogError: If it could not be written; nothing is changed.
        """
        return self._change(recipe, parts, reason, who, released=True)

    def lock_again(self, recipe: str, parts: Sequence[str], reason: str, *, who: str) -> list[LockedPart]:
        """Take parts that were released into the set again; otherwise as `release`."""
        return self._change(recipe, parts, reason, who, released=False)

    def rename(self, recipe: str, to: str) -> None:
        """Give all parts of a recipe to another one: a row each, with copies of their pictures.

        Raises:
            RegressionError: If a picture cannot be copied, or that is no name of a recipe.
            LogError: If it could not be written; the parts stay where they were.
        """
        self.update(recipe)
        parts, old, new = self.parts(recipe), self.folder(recipe), self.folder(to)
        if not parts:
            return
        for name in dict.fromkeys(name for part in parts for name in part.pictures):
            source, target = old / name, new / name
            try:
                if source.is_file() and not target.is_file():
                    write_bytes(target, source.read_bytes())
            except OSError as error:
                raise RegressionError(f"{source} cannot be read: {cause_of(error)}", "Check the disk.") from error
            except FileError as error:
                raise RegressionError(error.what, error.next_step) from error
        now, why = datetime.now(UTC), f"the recipe {recipe} is called {to}"
        moved = [replace(part, recipe=to, time_utc=now, who=acting().name, reason=why) for part in parts]
        after: dict[str, JsonValue] = {"parts": len(moved), "from": recipe}
        RegressionLog(self.log).change(moved, happened(TrailKind.REGRESSION, to, after=after, reason=why))
        self._write_list()
        shutil.rmtree(old, ignore_errors=True)  # what stays of it is a copy

    # --- inside -------------------------------------------------------------------------------------------------------

    def _change(self, recipe: str, ids: Sequence[str], reason: str, who: str, *, released: bool) -> list[LockedPart]:
        if not reason.strip():
            raise RegressionError("no reason is given", "Say why, for the record.")
        known = {part.inspection_id: part for part in self.parts(recipe) if part.released is not released}
        for wanted in ids:
            if wanted not in known:
                state = "locked" if released else "released"
                raise RegressionError(
                    f"there is no part {wanted} in the regression set of {recipe} that is {state}",
                    "“inspector regression list” shows all.",
                )
        now = datetime.now(UTC)
        changed = [
            replace(known[wanted], released=released, time_utc=now, who=who, reason=reason)
            for wanted in dict.fromkeys(ids)
        ]
        after: dict[str, JsonValue] = {"released" if released else "locked again": list(dict.fromkeys(ids))}
        told = happened(TrailKind.REGRESSION, recipe, after=after, reason=reason, by=doer(who))
        RegressionLog(self.log).change(changed, told)
        self._write_list()
        return changed

    def _copied(self, record: Inspection, picture: ArchivedPicture | None, folder: Path) -> bool:
        """Copy a picture of a part, unless it is there; False where it was not kept, or is gone or altered."""
        if picture is None:
            return False
        target = folder / _name(picture)
        learned = self.home.learning / record.recipe / "pictures" / (record.id + picture.path.suffix)
        for source in (target, picture.path, learned):
            try:
                data = source.read_bytes()
            except OSError:
                continue
            if hashlib.sha256(data).hexdigest() != picture.sha256:
                continue
            try:
                if source != target:
                    write_bytes(target, data)
            except FileError as error:
                raise RegressionError(error.what, error.next_step) from error
            return True
        return False

    def _write_list(self) -> None:
        """Write for the trainer which pictures it must not learn from."""
        locked = [part for part in self.parts() if not part.released]
        if not locked and not self.home.locked.exists():
            return
        try:
            rows = ((digest, part.recipe, part.inspection_id) for part in locked for digest in part.hashes)
            write_locked(self.home.locked, rows)
        except FileError as error:
            raise RegressionError(error.what, error.next_step) from error


def _locked(record: Inspection, standing: Standing) -> LockedPart | None:
    kind = kind_of(record.decision.verdict, standing.truth)
    if kind is None:
        return None
    says = Judgement.DEFECTIVE if kind.defective else Judgement.GOOD
    reviews = [review for review in standing.reviews if review.judgement is says]
    types, pictures = standing.defect_types, _pictures(record)
    return LockedPart(
        inspection_id=record.id,
        recipe=record.recipe,
        kind=kind,
        defect_type=types[-1] if types else "",
        picture="; ".join("" if picture is None else _name(picture) for picture in pictures),
        picture_sha256="; ".join("" if picture is None else picture.sha256 for picture in pictures),
        confirmed_by="; ".join(review.reviewer for review in reviews),
        confirmed_utc=max(review.time_utc for review in reviews),
        review_ids="; ".join(review.id for review in reviews),
        time_utc=datetime.now(UTC),
        who=STATION.name,
    )


def _pictures(record: Inspection) -> tuple[ArchivedPicture | None, ...]:
    """Return the picture of each view, the main one first."""
    return tuple(view.picture for view in record.views) or (record.picture,)


def _name(picture: ArchivedPicture) -> str:
    return picture.sha256 + picture.path.suffix


def _is_doubted(part: LockedPart, standing: Standing | None) -> bool:
    truth = None if standing is None else standing.truth
    return truth is not (Truth.DEFECTIVE if part.kind.defective else Truth.GOOD)
