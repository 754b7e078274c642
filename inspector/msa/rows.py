"""The judgements of a study: lines that are only added, each signed and chained to the one before and to the plan."""

from __future__ import annotations

import binascii
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, ConfigDict

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError
from inspector.files import append_line
from inspector.json_file import JsonError, parse_model
from inspector.signing import signer_of

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.signing import StationKey, TrustedKey


class StudyAlteredError(InspectorError):
    """A study is not as it was written."""


class JudgementRow(BaseModel):
    """One judgement.

    Args:
        number: 1 and up, in the order of the file.
        known_by: How it was known who judged, as `inspector.people.actor.KnownBy`.
        repeat: 1 and up.
        part: Its number in the plan.
        defective: What was said.
        took_s: From when the picture was shown.
        verdict: The station's: PASS, FAIL, REVIEW or ERROR; empty of a person.
        p_defective: Likewise, 0..1; None without a prediction.
        reason: Why the station says so.
        judge: By what the station judged: model's SHA-256 and thresholds.
        inspection: Id of the row of the record, where the part was shown to the line.
        before: SHA-256 of the line before; of the first one of the plan's file.
        signature: By the station's key, of everything else.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    time_utc: AwareDatetime
    appraiser: str
    known_by: str
    repeat: int
    part: int
    defective: bool
    took_s: float | None = None
    verdict: str = ""
    p_defective: float | None = None
    reason: str = ""
    judge: str = ""
    inspection: str = ""
    before: str = ""
    signature: str = ""

    def signed_bytes(self) -> bytes:
        """Return what is signed."""
        return self.model_dump_json(exclude={"signature"}).encode("utf-8")


@dataclass(frozen=True, slots=True)
class Judgements:
    """The judgements so far.

    Args:
        end: SHA-256 of the last line, or of the plan where there is none.
    """

    rows: tuple[JudgementRow, ...]
    end: str


def read_rows(path: Path, plan_sha256: str, keys: tuple[TrustedKey, ...]) -> Judgements:
    """Read and check all judgements.

    A line that a power cut has cut short was never a judgement: it is passed over.

    Raises:
        StudyAlteredError: If a line was changed, taken out or put in, or is not signed by a key that counts here.
    """
    try:
        lines = path.read_bytes().splitlines() if path.exists() else []
    except OSError as error:
        raise StudyAlteredError(f"{path} cannot be read: {cause_of(error)}", "Check the folder.") from error
    rows: list[JudgementRow] = []
    end = plan_sha256
    for place, line in enumerate(lines, 1):
        try:
            row = parse_model(line, JudgementRow, where=f"{path}, line {place}")
        except JsonError:
            continue  # whatever it was, the chain shows whether it was a judgement
        if row.before != end or row.number != len(rows) + 1 or not _is_signed(row, keys):
            raise StudyAlteredError(
                f"{path} is not as it was written: line {place} was changed, or one before it is missing",
                "Restore the study from a backup. Its result counts for nothing as it is.",
            )
        rows.append(row)
        end = hashlib.sha256(line).hexdigest()
    return Judgements(tuple(rows), end)


def add_row(path: Path, so_far: Judgements, row: JudgementRow, key: StationKey) -> Judgements:
    """Add a judgement; it is on the disk when this returns.

    Args:
        row: Number, chain and signature are put in.

    Raises:
        FileError: If it cannot be written.
    """
    linked = row.model_copy(update={"number": len(so_far.rows) + 1, "before": so_far.end})
    signature = binascii.hexlify(key.sign(linked.signed_bytes())).decode("ascii")
    signed = linked.model_copy(update={"signature": signature})
    line = signed.model_dump_json()
    append_line(path, line)
    return Judgements((*so_far.rows, signed), hashlib.sha256(line.encode("utf-8")).hexdigest())


def _is_signed(row: JudgementRow, keys: tuple[TrustedKey, ...]) -> bool:
    try:
        return signer_of(row.signed_bytes(), binascii.unhexlify(row.signature), keys) is not None
    except (ValueError, binascii.Error):
        return False
