"""What the section “Validation” reads and does; used on workers of its own."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.dossier.criteria import DossierError, read_criteria
from inspector.dossier.files import dossier_files, list_dossiers, write_dossier
from inspector.dossier.fill import DossierWork
from inspector.gui.paper import print_pdf
from inspector.msa.study import list_studies

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.assembly import Places
    from inspector.dossier.criteria import AcceptanceCriteria
    from inspector.dossier.files import DossierFiles, KnownDossier
    from inspector.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class DossiersState:
    """What there is.

    Args:
        studies: Names of the measurement system studies, which criteria may ask for.
    """

    dossiers: tuple[KnownDossier, ...]
    studies: tuple[str, ...]


class DossierDesk:
    """See the module; reading and filling may be done by two threads.

    Args:
        places: Data folder and result log, as they are now.
        settings: The station's, as they are in force.
    """

    def __init__(self, *, places: Callable[[], Places], settings: Callable[[], Settings]) -> None:
        self._places, self._settings = places, settings
        self._cancelled = threading.Event()
        self.progress = ""  #: what is done while a dossier is filled; read by the window

    def state(self) -> DossiersState:
        """Return the dossiers and what new ones may ask for."""
        where = self._places()
        dossiers = tuple(list_dossiers(where.home, where.log))
        return DossiersState(dossiers=dossiers, studies=list_studies(where.home.root))

    def files(self, name: str) -> DossierFiles:
        """Return the page of a dossier.

        Raises:
            DossierError: If it is not as it was signed and recorded.
        """
        return dossier_files(self._work("").dossier(name))

    def criteria(self, path: Path) -> AcceptanceCriteria:
        """Read a file of criteria.

        Raises:
            DossierError: If it cannot be read.
        """
        return read_criteria(path)

    def begin(self, name: str, criteria: AcceptanceCriteria, recipe: str, who: str) -> str:
        """Lock criteria, and return the dossier's name.

        Raises:
            InspectorError: See `DossierWork.begin`.
        """
        return self._work(who).begin(name, criteria, recipe).name

    def fill(self, name: str, test: Path, who: str) -> DossierFiles:
        """Fill a dossier and print it.

        Raises:
            InspectorError: See `DossierWork.fill`; and if it was cancelled.
        """
        self._cancelled.clear()
        self._work(who).fill(name, test.absolute(), None, self._told)
        return self.print(name)

    def print(self, name: str) -> DossierFiles:
        """Write page and PDF, as far as the dossier is.

        Raises:
            DossierError: If it is not as it was signed and recorded.
            FileError: If it cannot be written.
        """
        files = write_dossier(self._work("").dossier(name))
        print_pdf(files.html, files.pdf, title=files.title, foot=files.foot)
        return files

    def cancel(self) -> None:
        """End the filling after the check or the picture that is being made; any thread."""
        self._cancelled.set()

    def _told(self, words: str) -> None:
        self.progress = words
        if self._cancelled.is_set():
            raise DossierError(
                "filling was cancelled, nothing is kept of it", "Fill it again with the same pictures and criteria."
            )

    def _work(self, who: str) -> DossierWork:
        return DossierWork(self._places(), self._settings(), who)
