"""The pictures to be learned, by recipe: copies out of the archive, and where each comes from."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.cells import plain_cells, safe_cell
from inspector.domain.errors import LearningError
from inspector.files import FileError, write_bytes, write_text
from inspector.outputs.base import LogQuery
from inspector.review.lesson import COLUMNS, Lesson, lesson_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from inspector.domain.review import Review
    from inspector.outputs.reviews import ReviewLog

_FILE = "learning.csv"
_LEFT_OUT = "left-out.csv"
_BY_HAND = "by-hand.csv"
_PICTURES = "pictures"


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningUpdate:
    """What an update of the set has changed.

    Args:
        lessons: All that is in the set now.
        added: Pictures that were not in the set before.
        dropped: How many are not in it any more, as judgements were withdrawn or contradicted.
        lost: Ids of inspections whose pictures were gone or altered before they could be copied.
    """

    lessons: tuple[Lesson, ...]
    added: int
    dropped: int
    lost: tuple[str, ...]


class LearningSet:
    """The set of one recipe: ``FOLDER/RECIPE/pictures`` and ``learning.csv``. Used by one thread at a time.

    What is in it follows from the record of reviews: an update may be repeated at any time, also after a crash.

    Args:
        folder: Of all sets (`inspector.paths.Home.learning`).
        recipe: The recipe's name.

    Raises:
        LearningError: If that is no name of a recipe.
    """

    def __init__(self, folder: Path, recipe: str) -> None:
        if Path(recipe).name != recipe or recipe in {"", ".", ".."} or "\\" in recipe:
            raise LearningError(f"“{recipe}” is no name of a recipe", "Name one of the station's recipes.")
        self.recipe = recipe
        self.folder = folder / recipe

    @property
    def pictures(self) -> Path:
        """Where the copies are."""
        return self.folder / _PICTURES

    def lessons(self) -> tuple[Lesson, ...]:
        """Return what is in the set; empty where there is none yet.

        Raises:
            LearningError: If its file cannot be read.
        """
        return self._with_by_hand(self._read(_FILE))

    def by_hand(self) -> tuple[Lesson, ...]:
        """Return what was judged outside the record (`inspector.review.by_hand`), also what was taken out since.

        Raises:
            LearningError: If its file cannot be read.
        """
        return self._read(_BY_HAND)

    def keep_by_hand(self, lessons: Sequence[Lesson]) -> None:
        """Set what was judged outside the record; one thread does so, whatever others do with the set.

        Raises:
            LearningError: If it cannot be written.
        """
        self._write(lessons, _BY_HAND)

    def _with_by_hand(self, reviewed: Sequence[Lesson]) -> tuple[Lesson, ...]:
        """Return reviewed pictures and those judged by hand; of the same content what was said last counts."""
        by_hand = self.by_hand()
        if not by_hand:
            return tuple(reviewed)
        out = self.left_out()
        said = {lesson.sha256: lesson for lesson in by_hand if lesson.inspection_id not in out}
        for lesson in reviewed:
            newer = said.get(lesson.sha256)
            if newer is not None and (lesson.for_test or lesson.reviewed_utc >= newer.reviewed_utc):
                del said[lesson.sha256]  # what was judged blind is never trained on, whatever was said since
        return (*(lesson for lesson in reviewed if lesson.sha256 not in said), *said.values())

    def _read(self, name: str) -> tuple[Lesson, ...]:
        path = self.folder / name
        try:
            with path.open(encoding="utf-8", newline="") as file:
                rows = [plain_cells(row) for row in csv.DictReader(file)]
            return tuple(Lesson(**{name: row[name] for name in COLUMNS}) for row in rows)
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
            raise LearningError(
                f"the set to be learned {path} cannot be read: {cause_of(error)}",
                "Restore it, or move it away and update.",
            ) from error

    def left_out(self) -> frozenset[str]:
        """Return the ids of the inspections that were taken out of the set by hand.

        Raises:
            LearningError: If that cannot be read.
        """
        path = self.folder / _LEFT_OUT
        try:
            return frozenset(path.read_text(encoding="utf-8").split())
        except FileNotFoundError:
            return frozenset()
        except (OSError, UnicodeDecodeError) as error:
            raise LearningError(f"{path} cannot be read: {cause_of(error)}", "Restore it, or move it away.") from error

    def leave_out(self, inspection_ids: Iterable[str]) -> None:
        """Take parts out of the set by hand, from the next update on; what was said of them stays as it is.

        Raises:
            LearningError: If that cannot be written.
        """
        self._write_left_out(self.left_out() | frozenset(inspection_ids))

    def take_back(self, inspection_ids: Iterable[str]) -> None:
        """Let parts that were taken out by hand into the set again, from the next update on.

        Raises:
            LearningError: If that cannot be written.
        """
        self._write_left_out(self.left_out() - frozenset(inspection_ids))

    def _write_left_out(self, inspection_ids: frozenset[str]) -> None:
        _keep(self.folder / _LEFT_OUT, "".join(f"{part}\n" for part in sorted(inspection_ids)))

    def update(self, log: ReviewLog, *, confirmed: bool = False) -> LearningUpdate:
        """Bring the set in line with the reviews of its recipe: copy new pictures, drop what does not stand any more.

        - What the station did not know is learned: PASS or REVIEW judged defective, FAIL or REVIEW judged good; with
          ``confirmed`` also FAIL judged defective (what was taken so stays in). ERROR parts are not: their pictures are
          those that cannot be judged.
        - What was ever judged blind is for the test, never for training, and goes there whatever was found: the audit's
          estimate holds for parts that the model has not learned from, and a test of nothing but the mistakes of the
          present model would make every other one look better.
        - Unsure and contradicted parts are left out, and those that were taken out by hand (`leave_out`).
        - Rows of parts of another log stay as they are.

        Args:
            log: The record of inspections and reviews.
            confirmed: Also what confirms the verdict.

        Raises:
            LogError: If the log cannot be read.
            LearningError: If the set cannot be written.
        """
        before = {lesson.inspection_id: lesson for lesson in self._read(_FILE)}
        said: dict[str, list[Review]] = {}
        for row in log.rows(LogQuery(recipe=self.recipe)):
            said.setdefault(row.inspection_id, []).append(row)
        records = log.inspections(sorted({*before, *said}))
        out = self.left_out()
        after = {part: lesson for part, lesson in before.items() if part not in records and part not in out}
        lost = []
        for part, rows in said.items():
            record = None if part in out else records.get(part)  # None too where its row cannot be read
            lesson = None if record is None else lesson_of(record, rows, confirmed=confirmed or part in before)
            if lesson is not None and self._take(lesson, before.get(part)):
                after[part] = lesson
            elif lesson is not None:
                lost.append(part)
        lessons = tuple(sorted(after.values(), key=lambda lesson: (lesson.time_utc, lesson.inspection_id)))
        if lessons != tuple(before.values()):
            self._write(lessons)
        return LearningUpdate(
            lessons=self._with_by_hand(lessons),
            added=len(after.keys() - before.keys()),
            dropped=len(before.keys() - after.keys()),
            lost=tuple(lost),
        )

    def _take(self, lesson: Lesson, before: Lesson | None) -> bool:
        """Copy the picture, unless it is there; False where it is gone or altered."""
        target = self.pictures / lesson.picture
        if before is not None and before.sha256 == lesson.sha256 and target.is_file():
            return True  # its content is looked at when it is used
        if file_sha256(target) == lesson.sha256:
            return True
        try:
            data = Path(lesson.archived).read_bytes()
        except OSError:
            return False
        if hashlib.sha256(data).hexdigest() != lesson.sha256:
            return False
        try:
            write_bytes(target, data)
        except FileError as error:
            raise LearningError(error.what, error.next_step) from error
        return True

    def _write(self, lessons: Sequence[Lesson], name: str = _FILE) -> None:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(map(safe_cell, asdict(lesson).values()) for lesson in lessons)
        _keep(self.folder / name, text.getvalue())


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, hex; empty where it is not there or cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


# --- inside -----------------------------------------------------------------------------------------------------------


def _keep(path: Path, text: str) -> None:
    try:
        write_text(path, text)
    except FileError as error:
        raise LearningError(error.what, error.next_step) from error
