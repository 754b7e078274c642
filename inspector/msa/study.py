"""A study in its folder: the plan, its pictures, and the judgements so far."""

from __future__ import annotations

import binascii
import hashlib
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError
from inspector.files import hold, write_bytes
from inspector.json_file import JsonError, faults_in, parse_model
from inspector.msa.plan import StudyPart, StudyPlan
from inspector.msa.rows import JudgementRow, Judgements, StudyAlteredError, add_row, read_rows
from inspector.signing import signer_of, station_key, trusted_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

FOLDER = "msa"
_PLAN, _PLAN_SIGNATURE, _ROWS, _LOCK, _PICTURES = (
    "study.json",
    "study.sig",
    "judgements.jsonl",
    "study.lock",
    "pictures",
)
_AGAIN = "Plan another study, with another name."


class StudyError(InspectorError):
    """A study cannot be made, found or gone on with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyChoice:
    """A part that may be taken into a study.

    Args:
        content: Its picture's bytes.
        suffix: Of the picture's file, as “.png”.
        defective: The reference.
        defect_type: Empty where none is named.
        origin: Where the picture is.
    """

    content: bytes
    suffix: str
    defective: bool
    defect_type: str = ""
    origin: str = ""


class Study:
    """An opened study. Used by one thread at a time.

    Args:
        root: The data folder, with the station's key.
        folder: The study's.

    Raises:
        StudyError: If there is none, or it cannot be read.
        StudyAlteredError: If plan or judgements are not as they were written.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self.folder, self._root = folder, root
        self._keys = trusted_keys(root)
        content = _read(folder / _PLAN)
        self._check_plan(content)
        try:
            self.plan = parse_model(content, StudyPlan, where=str(folder / _PLAN))
        except JsonError as error:
            raise StudyError(error.what, error.next_step) from error
        self._plan_sha256 = hashlib.sha256(content).hexdigest()
        self._lock: BinaryIO | None = None
        self.judgements: Judgements
        self.read_again()

    def read_again(self) -> None:
        """Read the judgements anew.

        Raises:
            StudyAlteredError: If they are not as they were written.
        """
        self.judgements = read_rows(self.folder / _ROWS, self._plan_sha256, self._keys)

    def lock(self) -> None:
        """Keep others from judging in this study until `unlock`; the judgements are read anew.

        Raises:
            StudyError: If somebody does.
        """
        try:
            self._lock = hold(self.folder / _LOCK)
        except OSError as error:
            raise StudyError(
                f"the study {self.plan.name} cannot be locked: {cause_of(error)}", "Check the data folder."
            ) from error
        if self._lock is None:
            raise StudyError(
                f"somebody judges in the study {self.plan.name} at this moment", "One after the other: try again later."
            )
        self.read_again()

    def unlock(self) -> None:
        """Let others judge."""
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.close()

    def add(self, row: JudgementRow) -> None:
        """Add a judgement; it is on the disk when this returns. The study is locked.

        Raises:
            FileError: If it cannot be written.
            SigningError: If the station's key cannot be read.
        """
        self.judgements = add_row(self.folder / _ROWS, self.judgements, row, station_key(self._root))

    def rows_of(self, appraiser: str) -> tuple[JudgementRow, ...]:
        """Return an appraiser's judgements so far."""
        return tuple(row for row in self.judgements.rows if row.appraiser == appraiser)

    def path(self, part: StudyPart) -> Path:
        """Where a part's picture is."""
        return self.folder / _PICTURES / part.file

    def content(self, part: StudyPart) -> bytes | None:
        """Return a picture's bytes; None where it is gone, or another one."""
        try:
            content = self.path(part).read_bytes()
        except OSError:
            return None
        return content if hashlib.sha256(content).hexdigest() == part.sha256 else None

    def lost(self) -> frozenset[int]:
        """Return the numbers of the parts whose pictures are gone or others."""
        return frozenset(part.number for part in self.plan.parts if self.content(part) is None)

    def _check_plan(self, content: bytes) -> None:
        try:
            signature = binascii.unhexlify(_read(self.folder / _PLAN_SIGNATURE).strip())
            signer = signer_of(content, signature, self._keys)
        except (ValueError, binascii.Error):
            signer = None
        if signer is None:
            raise StudyAlteredError(
                f"the plan {self.folder / _PLAN} is not as it was signed, or another station made it",
                "Restore the study from a backup, or trust that station's key.",
            )


def make_study(root: Path, plan: Mapping[str, object], parts: Sequence[StudyChoice]) -> Study:
    """Make a study: the pictures are copied, so that it does not depend on where they were taken from.

    Args:
        root: The data folder.
        plan: What `StudyPlan` holds but for time and parts.
        parts: In any order; they are dealt numbers by the seed.

    Raises:
        StudyError: If the plan cannot be, a picture is twice among the parts, or the name is taken.
        FileError: If it cannot be written.
    """
    numbered = list(parts)
    random.Random(f"{plan['seed']}/numbers").shuffle(numbered)  # noqa: S311 - an order, no secret
    listed = [
        StudyPart(
            number=number,
            file=f"{number:04d}{part.suffix}",
            sha256=hashlib.sha256(part.content).hexdigest(),
            defective=part.defective,
            defect_type=part.defect_type,
            origin=part.origin,
        )
        for number, part in enumerate(numbered, 1)
    ]
    _refuse_twice(listed)
    try:
        made = StudyPlan.model_validate({**plan, "made_utc": datetime.now(UTC), "parts": listed})
    except ValidationError as error:
        raise StudyError(f"the study cannot be planned: {faults_in(error)}", "Correct that.") from error
    folder = root / FOLDER / made.name
    if (folder / _PLAN).exists():
        raise StudyError(f"there is a study {made.name} already", "Choose another name.")
    key = station_key(root)
    for part, chosen in zip(listed, numbered, strict=True):
        write_bytes(folder / _PICTURES / part.file, chosen.content)
    content = made.model_dump_json(indent=1).encode("utf-8")
    write_bytes(folder / _PLAN_SIGNATURE, binascii.hexlify(key.sign(content)) + b"\n")
    write_bytes(folder / _PLAN, content)  # last: what a crash cuts short is no study
    return Study(root, folder)


def list_studies(root: Path) -> tuple[str, ...]:
    """Return the names of the studies, the newest first."""
    folders = [path.parent for path in (root / FOLDER).glob(f"*/{_PLAN}")]
    return tuple(folder.name for folder in sorted(folders, key=lambda each: -(each / _PLAN).stat().st_mtime))


def open_study(root: Path, name: str) -> Study:
    """Open a study by its name.

    Raises:
        StudyError: If there is none of this name, or as `Study`.
        StudyAlteredError: As `Study`.
    """
    known = list_studies(root)
    found_name = next((each for each in known if each.casefold() == name.strip().casefold()), None)
    if found_name is None:
        raise StudyError(f"there is no study “{name}”; known are {', '.join(known) or 'none'}", "Name one of these.")
    return Study(root, root / FOLDER / found_name)


def _refuse_twice(parts: Sequence[StudyPart]) -> None:
    seen: dict[str, StudyPart] = {}
    for part in parts:
        other = seen.setdefault(part.sha256, part)
        if other is not part:
            raise StudyError(
                f"{part.origin} and {other.origin} are the same picture", "Take one of them out: a part counts once."
            )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StudyError(f"{path} cannot be read: {cause_of(error)}", _AGAIN) from error
