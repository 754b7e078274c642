"""A dossier's folder: the criteria as they were locked, which pictures were read, and what came of it; all signed.

What is signed also stands in the audit trail by its hash, which the record's chain covers.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, ConfigDict

from inspector.domain.causes import cause_of
from inspector.domain.cells import plain_cells, safe_cell
from inspector.domain.counts import counted
from inspector.dossier.criteria import AcceptanceCriteria, DossierError
from inspector.files import write_bytes, write_text
from inspector.json_file import JsonError, parse_model
from inspector.outputs.trail_log import TrailLog, TrailQuery, take_up, waiting_rows
from inspector.signing import signer_of, station_key, trusted_keys
from inspector.trail.event import TrailKind, happened
from inspector.trail.waiting import recorded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from inspector.paths import Home
    from inspector.trail.event import TrailEvent

LOCK, TEST, RESULT = "locked.json", "test.csv", "result.json"
_SIGNATURE = ".sig"
_NAME = re.compile(r"[\w][\w .+-]{0,78}[\w]|[\w]")


class LockedCriteria(BaseModel):
    """What was locked, with what it is about.

    Args:
        recipe_sha256: Over the recipe's content.
        thresholds: Those in force, in words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    criteria: AcceptanceCriteria
    criteria_sha256: str
    station: str
    recipe: str
    recipe_version: int
    recipe_sha256: str
    model: str
    model_sha256: str
    thresholds: str
    software: str
    locked: AwareDatetime
    who: str


class TestPicture(BaseModel):
    """A picture of the test part.

    Args:
        name: Within its folder, with slashes.
        defect: Its type; empty for a good part.
    """

    model_config = ConfigDict(frozen=True)

    __test__ = False  # no test of pytest's

    name: str
    sha256: str
    defective: bool
    defect: str


def check_name(name: str) -> None:
    """Refuse what no dossier can be called, as its folder has that name.

    Raises:
        DossierError: If it is none.
    """
    if not _NAME.fullmatch(name):
        raise DossierError(
            f"a dossier cannot be called “{name}”", "Take letters, digits, blanks, dots and dashes; 80 at most."
        )


class Dossier:
    """One dossier; used by one thread at a time.

    Args:
        home: The data folder.
        log: The result log.
        name: Of the dossier and of its folder.
    """

    def __init__(self, home: Home, log: Path, name: str) -> None:
        check_name(name)
        self._home, self._log, self.name = home, log, name
        self.folder = home.dossiers / name

    # --- begin --------------------------------------------------------------------------------------------------------

    def lock(self, locked: LockedCriteria) -> None:
        """Write what is locked, signed; from then on nothing of it can be changed.

        Raises:
            DossierError: If it is locked already.
            TrailError: If it cannot be recorded; nothing is locked then.
            FileError: If it cannot be written.
        """
        if (self.folder / LOCK).exists():
            raise DossierError(
                f"the criteria of “{self.name}” are locked already, and stay as they are",
                "Begin a dossier under another name.",
            )
        after = {"criteria_sha256": locked.criteria_sha256, "model_sha256": locked.model_sha256}
        after |= {"recipe_sha256": locked.recipe_sha256, "recipe": f"{locked.recipe}, version {locked.recipe_version}"}
        self._sign(LOCK, locked, "criteria locked", after)

    def locked(self) -> LockedCriteria:
        """Return what was locked.

        Raises:
            DossierError: If there is no such dossier, or it is not as it was signed and recorded.
        """
        content = self._signed(LOCK, "criteria locked")
        try:
            return parse_model(content, LockedCriteria, where=str(self.folder / LOCK))
        except JsonError as error:
            raise DossierError(error.what, error.next_step) from error

    # --- the test part ------------------------------------------------------------------------------------------------

    def begin_reading(self, locked: LockedCriteria, pictures: Sequence[TestPicture]) -> None:
        """Record which pictures are read, before one of them is judged.

        Raises:
            DossierError: If this dossier has read others, or another one has read some of them under other criteria.
            TrailError: If it cannot be recorded; nothing may be judged then.
            FileError: If it cannot be written.
        """
        digest = _digest(pictures)
        if (self.folder / TEST).exists():
            if _digest(self.test_part()) != digest:
                raise DossierError(
                    f"“{self.name}” has read another test part already",
                    "Give that one again; for others begin a dossier of another name.",
                )
            return
        self._refuse_read_before(locked, pictures, digest)
        after = {"criteria_sha256": locked.criteria_sha256, "test_sha256": digest, "pictures": f"{len(pictures)}"}
        event = happened(TrailKind.DOSSIER, self.name, after=after, reason="test part read")
        with recorded(self._home.root, event):
            write_text(self.folder / TEST, _csv(pictures))

    def test_part(self) -> list[TestPicture]:
        """Return what was read; nothing before that.

        Raises:
            DossierError: If the list cannot be read.
        """
        return read_test_part(self.folder / TEST)

    def _refuse_read_before(self, locked: LockedCriteria, pictures: Sequence[TestPicture], digest: str) -> None:
        own = {picture.sha256 for picture in pictures}
        for folder in sorted(self._home.dossiers.glob("*")):
            if folder.name == self.name or not (folder / TEST).exists():
                continue
            other = Dossier(self._home, self._log, folder.name).locked()
            same = own & {picture.sha256 for picture in read_test_part(folder / TEST)}
            if same and other.criteria_sha256 != locked.criteria_sha256:
                raise DossierError(
                    f"{counted(len(same), 'picture')} of the test part were read by the dossier “{folder.name}” under "
                    "other criteria: who knows the result could choose the limits by it",
                    "Take pictures that nobody has judged yet, or the criteria of that dossier.",
                )
        for event in self._events("test part read"):
            if event.after.get("test_sha256") == digest and event.after["criteria_sha256"] != locked.criteria_sha256:
                raise DossierError(
                    f"by the audit trail this test part was read by the dossier “{event.on}” under other criteria",
                    "Take pictures that nobody has judged yet.",
                )

    # --- result -------------------------------------------------------------------------------------------------------

    def keep(self, result: BaseModel) -> None:
        """Write what came of it, signed; an earlier result is replaced, and both stand in the trail.

        Raises:
            TrailError: If it cannot be recorded.
            FileError: If it cannot be written.
        """
        self._sign(RESULT, result, "filled", {})

    def kept(self) -> bytes | None:
        """Return what came of it, as JSON; None before it was filled.

        Raises:
            DossierError: If it is not as it was signed and recorded.
        """
        return self._signed(RESULT, "filled") if (self.folder / RESULT).exists() else None

    # --- inside -------------------------------------------------------------------------------------------------------

    def _sign(self, name: str, record: BaseModel, what: str, after: Mapping[str, str]) -> None:
        content = record.model_dump_json(indent=2).encode()
        told = {**after, "sha256": hashlib.sha256(content).hexdigest()}
        with recorded(self._home.root, happened(TrailKind.DOSSIER, self.name, after=told, reason=what)):
            write_bytes(self.folder / (name + _SIGNATURE), station_key(self._home.root).sign(content).hex().encode())
            write_bytes(self.folder / name, content)

    def _signed(self, name: str, what: str) -> bytes:
        """Return a file that is as it was signed and as the trail has it."""
        try:
            content = (self.folder / name).read_bytes()
            signature = bytes.fromhex((self.folder / (name + _SIGNATURE)).read_text("ascii").strip())
        except FileNotFoundError as error:
            known = ", ".join(folder.name for folder in sorted(self._home.dossiers.glob("*"))) or "none"
            raise DossierError(f"there is no dossier “{self.name}”", f"There are: {known}.") from error
        except (OSError, ValueError) as error:
            raise DossierError(
                f"{self.folder / name} cannot be read: {cause_of(error)}", "Restore it from a backup."
            ) from error
        digest = hashlib.sha256(content).hexdigest()
        if signer_of(content, signature, trusted_keys(self._home.root)) is None:
            raise DossierError(f"{self.folder / name} is not as this station has signed it", _CHANGED)
        events = self._events(what)
        if digest not in {event.after.get("sha256") for event in events}:
            raise DossierError(f"{self.folder / name} is not what the audit trail says was {what}", _CHANGED)
        return content

    def _events(self, what: str) -> list[TrailEvent]:
        """Return what the trail says of dossiers, what waits included."""
        query = TrailQuery(kinds=frozenset({TrailKind.DOSSIER}))
        take_up(self._home.root, self._log)
        rows = list(TrailLog(self._log, read_only=True).rows(query)) if self._log.is_file() else []
        events = [row.event for row in (*rows, *waiting_rows(self._home.root, query))]
        return [event for event in events if event.reason == what]


_CHANGED = "It was changed since. Begin a dossier of another name; the audit trail says what this one was."


def read_test_part(path: Path) -> list[TestPicture]:
    """Return the list of a test part; empty where there is none.

    Raises:
        DossierError: If it cannot be read.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [plain_cells(row) for row in csv.DictReader(file)]
        return [
            TestPicture(
                name=row["name"], sha256=row["sha256"], defective=row["class"] == "defective", defect=row["defect_type"]
            )
            for row in rows
        ]
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise DossierError(f"{path} cannot be read: {cause_of(error)}", "Restore it from a backup.") from error


def _csv(pictures: Sequence[TestPicture]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("name", "sha256", "class", "defect_type"))
    for picture in pictures:
        kind = "defective" if picture.defective else "good"
        writer.writerow([safe_cell(cell) for cell in (picture.name, picture.sha256, kind, picture.defect)])
    return text.getvalue()


def _digest(pictures: Sequence[TestPicture]) -> str:
    lines = sorted(f"{picture.sha256} {int(picture.defective)}" for picture in pictures)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
