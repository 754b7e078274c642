"""Labels that look wrong, judged by a person: a walk through their pictures, and the file that the next training takes.

The walk touches neither disk nor screen. What it returns is to be written (`write_answers`); only then it goes on, and
where that failed it stays at its picture.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.cells import plain_cells, safe_cell
from inspector.domain.errors import ReviewError
from inspector.domain.review import Judgement
from inspector.files import write_text
from trainer.protocol import CORRECTION_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from trainer.evaluation import Suspect

_GOOD = "good"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelAnswer:
    """What a person says of a picture whose label looks wrong.

    Args:
        sha256: Of the picture's file: copies of it are answered too.
        name: The picture's name in its data set.
        was: Its label: "good", or its defect type.
        defect_type: Of a defective one; empty where it was not named.
        by: Who says so.
        time_utc: When, ISO 8601.
        note: In that person's words.
    """

    sha256: str
    name: str
    was: str
    judgement: Judgement
    defect_type: str = ""
    by: str = ""
    time_utc: str = ""
    note: str = ""

    @property
    def right(self) -> bool:
        """True where it says what the label says."""
        if self.judgement is Judgement.DEFECTIVE:
            return self.was != _GOOD and self.defect_type in {"", self.was}
        return self.judgement is Judgement.GOOD and self.was == _GOOD

    @property
    def decided(self) -> bool:
        """True where a training can take it; who is unsure leaves the label as it is."""
        return self.judgement is not Judgement.UNSURE


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelAnswers:
    """What people have said so far.

    Args:
        said: Of the pictures of a walk, by the SHA-256, the last one last.
        others: Rows of other pictures, as they were: what a training before was told.
    """

    said: Mapping[str, LabelAnswer] = field(default_factory=dict)
    others: tuple[dict[str, str], ...] = ()

    @property
    def last(self) -> LabelAnswer | None:
        """What was said last; None where nothing was."""
        return list(self.said.values())[-1] if self.said else None

    @property
    def decided(self) -> bool:
        """True where there is something that a training can take."""
        return any(answer.decided for answer in self.said.values())


class LabelWalk:
    """See the module. Used by one thread.

    Args:
        suspects: The pictures, the likeliest wrong label first.
        answers: What has been said of them.
    """

    def __init__(self, suspects: Iterable[Suspect], answers: LabelAnswers) -> None:
        self.suspects = tuple(suspects)
        self.answers = answers
        self.place = self._next_open(-1)
        self._pending: tuple[LabelAnswers, int] | None = None  # what is being written, and where it leads
        self._unwritten: tuple[LabelAnswers, int] | None = None  # what could not be written

    @property
    def current(self) -> Suspect | None:
        """The picture that is shown; None at the end."""
        return self.suspects[self.place] if self.place < len(self.suspects) else None

    @property
    def own(self) -> LabelAnswer | None:
        """What is said of the picture that is shown."""
        return None if self.current is None else self.answers.said.get(self.current.sha256)

    @property
    def writing(self) -> bool:
        """True while an answer is on its way to the disk."""
        return self._pending is not None

    def can_undo(self, by: str) -> bool:
        """Return True where the last answer is this person's."""
        return not self.writing and self._last_of(by) is not None

    def stills(self, room: int) -> tuple[Suspect, ...]:
        """Return the pictures around the one that is shown, for a strip with so much room."""
        first = max(0, min(self.place - 1, len(self.suspects) - room))
        return self.suspects[first : first + room]

    # --- hand ---------------------------------------------------------------------------------------------------------

    def skip(self) -> None:
        """Go to the next picture."""
        self._move(min(self.place + 1, len(self.suspects)))

    def back(self) -> None:
        """Go to the picture before."""
        self._move(max(self.place - 1, 0))

    def jump(self, sha256: str) -> None:
        """Go to a picture."""
        place = self._place_of(sha256)
        if place is not None:
            self._move(place)

    def judge(
        self, judgement: Judgement | None, *, by: str, time_utc: str, defect_type: str = "", note: str = ""
    ) -> LabelAnswers | None:
        """Say what the picture that is shown is.

        Args:
            judgement: None where the label is right.

        Returns:
            What is to be written now; None where there is no picture.
        """
        suspect = self.current
        if suspect is None or self.writing:
            return None
        if judgement is None:
            judgement = Judgement.GOOD if suspect.label == _GOOD else Judgement.DEFECTIVE
        answer = LabelAnswer(
            sha256=suspect.sha256, name=suspect.name, was=suspect.label, judgement=judgement,
            defect_type=defect_type, by=by, time_utc=time_utc, note=note,
        )  # fmt: skip
        rest = {sha256: known for sha256, known in self.answers.said.items() if sha256 != suspect.sha256}
        return self._write({**rest, suspect.sha256: answer}, self._next_open(self.place, but=suspect.sha256))

    def undo(self, by: str) -> LabelAnswers | None:
        """Take the last answer back, if it is this person's; its picture is shown again."""
        last = self._last_of(by)
        if last is None or self.writing:
            return None
        rest = {sha256: known for sha256, known in self.answers.said.items() if sha256 != last.sha256}
        place = self._place_of(last.sha256)
        return self._write(rest, self.place if place is None else place)

    def written(self) -> None:
        """What was to be written is on the disk: go on."""
        if self._pending is not None:
            self.answers, self.place = self._pending
            self._pending = None

    def failed(self) -> None:
        """It could not be written: nothing has been said."""
        self._pending, self._unwritten = None, self._pending

    def again(self) -> LabelAnswers | None:
        """Return what could not be written, to be written once more; None where the walk has gone elsewhere."""
        self._pending, self._unwritten = self._unwritten, None
        return None if self._pending is None else self._pending[0]

    # --- inside -------------------------------------------------------------------------------------------------------

    def _write(self, said: dict[str, LabelAnswer], place: int) -> LabelAnswers:
        answers = replace(self.answers, said=said)
        self._pending, self._unwritten = (answers, place), None
        return answers

    def _move(self, place: int) -> None:
        if not self.writing:
            self.place, self._unwritten = place, None

    def _next_open(self, place: int, but: str = "") -> int:
        """Return the next place of which nothing is said."""
        done = {*self.answers.said, but}
        after = range(place + 1, len(self.suspects))
        return next((number for number in after if self.suspects[number].sha256 not in done), len(self.suspects))

    def _place_of(self, sha256: str) -> int | None:
        return next((number for number, known in enumerate(self.suspects) if known.sha256 == sha256), None)

    def _last_of(self, by: str) -> LabelAnswer | None:
        last = self.answers.last
        return last if last is not None and last.by == by else None


def read_answers(file: Path, before: Path, suspects: Sequence[Suspect]) -> LabelAnswers:
    """Return what has been said.

    Args:
        file: Where it is written; it need not be there yet.
        before: The corrections that the training itself was given, if any: they hold until something else is said.
        suspects: The pictures of the walk.

    Raises:
        ReviewError: If a file that is there cannot be read.
    """
    known = {suspect.sha256 for suspect in suspects}
    said: dict[str, LabelAnswer] = {}
    others = []
    for row in _rows(file if file.exists() else before):
        answer = _answer(row) if row["sha256"] in known else None
        if answer is None:
            others.append(row)
        else:
            said[answer.sha256] = answer
    return LabelAnswers(said=said, others=tuple(others))


def write_answers(file: Path, answers: LabelAnswers) -> None:
    """Write what has been said, as a training takes it: who is unsure stands in it, and changes no label.

    Raises:
        FileError: If it cannot be written; the file is as it was.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, CORRECTION_COLUMNS, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in [*answers.others, *map(_row, answers.said.values())]:
        writer.writerow({name: safe_cell(cell) for name, cell in row.items()})
    write_text(file, text.getvalue())


def _rows(file: Path) -> list[dict[str, str]]:
    try:
        with file.open(encoding="utf-8", newline="") as opened:
            rows = [plain_cells(row) for row in csv.DictReader(opened)]
        return [{name: row[name] for name in CORRECTION_COLUMNS} for row in rows]
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise ReviewError(
            f"the judged labels {file} cannot be read: {cause_of(error)}", "Restore the file, or move it away."
        ) from error


def _row(answer: LabelAnswer) -> dict[str, str]:
    judged = answer.judgement.value if answer.decided else ""
    return {
        "sha256": answer.sha256, "path": answer.name, "was": answer.was, "judged": judged,
        "judged_type": answer.defect_type, "by": answer.by, "time_utc": answer.time_utc, "reason": answer.note,
    }  # fmt: skip


def _answer(row: dict[str, str]) -> LabelAnswer | None:
    """Return what a row says; None where it is of no judgement that is known here."""
    try:
        judgement = Judgement(row["judged"] or Judgement.UNSURE.value)
    except ValueError:
        return None
    return LabelAnswer(
        sha256=row["sha256"], name=row["path"], was=row["was"], judgement=judgement,
        defect_type=row["judged_type"], by=row["by"], time_utc=row["time_utc"], note=row["reason"],
    )  # fmt: skip
