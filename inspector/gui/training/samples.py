"""The sheet of sample predictions of a training, in the colours of the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inspector.gui.theme import CURRENT
from inspector.gui.widgets.fitted_picture import read_image
from inspector.gui.work import Latest

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QImage

    from inspector.gui.work import Worker
    from inspector.runs.trainings import Training

#: The trainer draws it for paper, and for the dark look; an older model has only that for paper.
_LIGHT, _DARK = "samples.png", "samples-dark.png"


class SampleSheet:
    """Belongs to the page.

    Args:
        work: Reads the sheet.
        show: Gets it, or None where there is none.
        failed: Gets what went wrong.
    """

    def __init__(
        self, work: Worker, show: Callable[[QImage | None], None], failed: Callable[[Exception], None]
    ) -> None:
        self._latest, self._show = Latest(work, failed), show
        self._report: Path | None = None

    def ask(self, training: Training) -> None:
        """Read the sheet of a training that ended well."""
        assert training.result is not None
        self._report = Path(training.result.bundle) / "report"
        self.recolour()

    def recolour(self) -> None:
        """Read the sheet for the colours that the window has now."""
        report, names = self._report, (_DARK, _LIGHT) if CURRENT.theme.dark else (_LIGHT,)
        if report is None:
            return

        def read() -> QImage | None:
            path = next((report / name for name in names if (report / name).is_file()), None)
            return None if path is None else read_image(path)

        self._latest.ask(read, self._show)

    def forget(self) -> None:
        """Show nothing of what was asked for."""
        self._report = None
        self._latest.forget()
