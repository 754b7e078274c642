"""The page of a dossier, made anew from what is signed in its folder, and the list of all dossiers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError
from inspector.dossier.criteria import DossierError
from inspector.dossier.locked import LOCK, RESULT, Dossier
from inspector.dossier.page import dossier_page
from inspector.dossier.result import Came, DossierResult
from inspector.files import write_text
from inspector.json_file import JsonError, parse_model

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.dossier.locked import LockedCriteria
    from inspector.paths import Home

_PAGE, _PDF = "dossier.html", "dossier.pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierFiles:
    """The page of a dossier, as far as it is.

    Args:
        page: Its file.
        pdf: Where the printed page goes, see `inspector.gui.paper`.
        foot: What stands at the foot of each printed sheet.
        result: None while the dossier is not filled.
    """

    page: Path
    pdf: Path
    html: str
    title: str
    foot: str
    result: DossierResult | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDossier:
    """A dossier of the station.

    Args:
        folder: With its files.
        locked: None where it is not as it was signed, or the record cannot be asked.
        result: None while it is not filled.
        read: So many pictures of a test part were read.
        printed: Whether there is a PDF of what it is now.
        fault: Why it is not as it was signed, or cannot be held against the record; empty where it is.
        altered: It is not as it was signed.
    """

    name: str
    folder: Path
    locked: LockedCriteria | None
    result: DossierResult | None
    read: int
    printed: bool
    fault: str
    altered: bool = False

    @property
    def state(self) -> str:
        """How far it is, and what is not met or not shown."""
        if self.locked is None:
            return "not as it was signed" if self.altered else "the record cannot be read"
        if self.result is None:
            return "test part read, not filled" if self.read else "criteria locked"
        told = {"not met": self.result.count(Came.NOT_MET), "not shown": self.result.count(Came.NOT_SHOWN)}
        words = [f"{count} {name}" for name, count in told.items() if count] or ["all met"]
        if not self.result.chain_whole:
            words.append("the record does not hold")
        return ", ".join([*words, "printed" if self.printed else "not printed"])


def list_dossiers(home: Home, log: Path) -> list[KnownDossier]:
    """Return the dossiers, that which was changed last first."""
    folders = [path.parent for path in home.dossiers.glob(f"*/{LOCK}")]
    return [_known(Dossier(home, log, folder.name)) for folder in sorted(folders, key=_changed, reverse=True)]


def dossier_files(dossier: Dossier) -> DossierFiles:
    """Return the page of a dossier; nothing is written.

    Raises:
        DossierError: If there is no such dossier, or it is not as it was signed and recorded.
    """
    locked, result = dossier.locked(), _result(dossier)
    when = locked.locked if result is None else result.filled
    title = f"Validation dossier {locked.name}"
    foot = (
        f"{title} · {locked.station} · {when.astimezone():%Y-%m-%d %H:%M %z} · criteria {locked.criteria_sha256[:12]}"
    )
    return DossierFiles(
        page=dossier.folder / _PAGE,
        pdf=dossier.folder / _PDF,
        html=dossier_page(locked, result),
        title=title,
        foot=foot,
        result=result,
    )


def write_dossier(dossier: Dossier) -> DossierFiles:
    """Write the page of a dossier, as far as it is.

    Raises:
        DossierError: As `dossier_files`.
        FileError: If it cannot be written.
    """
    files = dossier_files(dossier)
    write_text(files.page, files.html)
    return files


def _known(dossier: Dossier) -> KnownDossier:
    locked, result, read, fault, altered = None, None, 0, "", False
    try:
        locked, result, read = dossier.locked(), _result(dossier), len(dossier.test_part())
    except InspectorError as error:
        locked, fault, altered = None, str(error), isinstance(error, DossierError)
    pdf = dossier.folder / _PDF
    printed = pdf.is_file() and pdf.stat().st_mtime >= _changed(dossier.folder)
    return KnownDossier(
        name=dossier.name,
        folder=dossier.folder,
        locked=locked,
        result=result,
        read=read,
        printed=printed,
        fault=fault,
        altered=altered,
    )


def _result(dossier: Dossier) -> DossierResult | None:
    content = dossier.kept()
    try:
        return None if content is None else parse_model(content, DossierResult, where=str(dossier.folder))
    except JsonError as error:
        raise DossierError(error.what, error.next_step) from error


def _changed(folder: Path) -> float:
    return max(path.stat().st_mtime for path in (folder / LOCK, folder / RESULT) if path.is_file())
