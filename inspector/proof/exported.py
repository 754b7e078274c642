"""A signed export: the CSV, beside it a manifest with its SHA-256, and the station's signature of the manifest."""

from __future__ import annotations

import binascii
import hashlib
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from inspector.domain.causes import cause_of
from inspector.domain.cells import BOM
from inspector.files import atomic_text_file, write_bytes
from inspector.json_file import JsonError, parse_model
from inspector.outputs.export import export_csv, export_jsonl
from inspector.outputs.rows import time_text
from inspector.proof.heads import ProofError, RecordHead, sign_head
from inspector.signing import signer_of, station_key

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.outputs.base import LogQuery
    from inspector.outputs.result_log import SqliteResultLog
    from inspector.signing import TrustedKey

EXPORT = "an export"
MANIFEST, SIGNATURE = ".manifest.json", ".manifest.sig"


class ExportManifest(BaseModel):
    """What was exported."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: int = 1
    file: str  #: name of the exported file
    sha256: str  #: of its bytes
    rows: int
    station: str
    time_utc: str
    about: str  #: which rows, in words
    entries: int  #: of the record's chain when it was exported
    hash: str  #: of the last of them


@dataclass(frozen=True, slots=True)
class ExportVerdict:
    """What the check of an export has found.

    Args:
        manifest: As it was signed.
        signer: Whose key signed it: name and fingerprint.
    """

    manifest: ExportManifest
    signer: str


def export_signed(
    log: SqliteResultLog, query: LogQuery, file: Path, root: Path, *, station: str, csv: bool
) -> ExportManifest:
    """Write rows of a log into a file, with manifest and signature beside it.

    Args:
        log: Open; its head is signed first.
        query: Which rows.
        file: Made anew; an older one is replaced.
        root: The data folder with the station's key.
        station: What it is called.
        csv: CSV, which Excel opens; else one JSON object per part.

    Raises:
        LogError: If the log cannot be read, or the head not be recorded.
        SigningError: If the key cannot be read or made.
        FileError: If a file cannot be written.
    """
    head = sign_head(log.path, root, station, EXPORT)
    with atomic_text_file(file, newline="") as words, closing(log.rows(query)) as rows:
        if csv:
            words.write(BOM)
        count = export_csv(rows, words) if csv else export_jsonl(rows, words)
    return sign_export(file, root, rows=count, about=_about(query), head=head)


def _about(query: LogQuery) -> str:
    """Say which rows a query means."""
    said = {
        "since": time_text(query.since) if query.since else None,
        "until": time_text(query.until) if query.until else None,
        "recipe": query.recipe,
        "lot": query.lot,
        "part": query.part,
        "nest": query.nest,
        "verdict": " or ".join(sorted(verdict.value for verdict in query.verdicts)) if query.verdicts else None,
    }
    return ", ".join(f"{name} {value}" for name, value in said.items() if value) or "all parts"


def sign_export(file: Path, root: Path, *, rows: int, about: str, head: RecordHead) -> ExportManifest:
    """Write manifest and signature beside an exported file.

    Args:
        file: What was exported, whole and closed.
        root: The data folder with the station's key.
        rows: How many it holds.
        about: Which rows, in words.
        head: Signed when it was exported.

    Raises:
        SigningError: If the key cannot be read or made.
        FileError: If the files cannot be written.
    """
    manifest = ExportManifest(
        file=file.name,
        sha256=_sha256(file),
        rows=rows,
        station=head.station,
        time_utc=time_text(datetime.now(UTC)),
        about=about,
        entries=head.entries,
        hash=head.hash,
    )
    data = manifest.model_dump_json(indent=2).encode("utf-8")
    write_bytes(file.with_name(file.name + MANIFEST), data)
    write_bytes(file.with_name(file.name + SIGNATURE), binascii.hexlify(station_key(root).sign(data)) + b"\n")
    return manifest


def check_export(file: Path, keys: tuple[TrustedKey, ...]) -> ExportVerdict:
    """Check an exported file against its manifest, and that against its signature.

    Args:
        file: The exported file; manifest and signature lie beside it.
        keys: Whose signatures count.

    Raises:
        ProofError: If anything is not as it was signed; it says what.
    """
    manifest_path, signature_path = (file.with_name(file.name + suffix) for suffix in (MANIFEST, SIGNATURE))
    try:
        data, signed = manifest_path.read_bytes(), signature_path.read_bytes()
        digest = _sha256(file)
    except OSError as error:
        raise ProofError(
            f"the export {file} cannot be checked: {error.filename or file}: {cause_of(error)}",
            f"Put {file.name}, {manifest_path.name} and {signature_path.name} beside one another.",
        ) from error
    if not keys:
        raise ProofError("no key is known whose signature would count", "Give the station's public key.")
    try:
        signer = signer_of(data, binascii.unhexlify(signed.removesuffix(b"\n")), keys)
    except (ValueError, binascii.Error):
        signer = None
    if signer is None:
        raise ProofError(
            f"the manifest {manifest_path.name} is not signed by a key that counts here",
            "It was changed, or another station made it: give that one's public key.",
        )
    try:
        manifest = parse_model(data, ExportManifest, where=str(manifest_path))
    except JsonError as error:
        raise ProofError(error.what, error.next_step) from error
    if digest != manifest.sha256:
        raise ProofError(
            f"{file.name} is not what was exported: its SHA-256 is {digest}, the manifest says {manifest.sha256}",
            "Take the file anew from where it was exported to.",
        )
    return ExportVerdict(manifest, f"{signer.name} ({signer.fingerprint})")


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
