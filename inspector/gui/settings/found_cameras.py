"""The cameras to choose from at Settings → Source: those of the GenTL producer that is typed, or why there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.about import fields_of
from inspector.domain.sentence import sentence
from inspector.domain.source import DEMO, SourceKind
from inspector.domain.source_options import SourceOptions

if TYPE_CHECKING:
    from inspector.gui.station.catalogue import Catalogue
    from inspector.gui.widgets.forms import Form
    from inspector.sources.cameras import CameraInfo

_FIELD = "source_options.producer"


class CameraSearch:
    """Fills the form's list of sources, and says under the producer what it sees; used on the GUI thread.

    Args:
        catalogue: Looks on the worker.
        form: The recipe's.
    """

    def __init__(self, catalogue: Catalogue, form: Form) -> None:
        self._catalogue, self._form = catalogue, form
        self._producer: str | None = None
        self._hint = next(field.about.hint for field in fields_of(SourceOptions) if field.name == "producer")

    def look(self, producer: str) -> None:
        """Look for cameras, where another producer is typed than before; empty for the environment's."""
        if producer != self._producer:
            self._producer = producer
            self.look_again()

    def look_again(self) -> None:
        """Look for cameras that have come since."""
        producer = self._producer or ""
        self._form.set_hint(_FIELD, f"{self._hint}. Looking for cameras…")
        self._catalogue.look_for_cameras(producer, self._show)

    def _show(self, answer: tuple[list[CameraInfo], list[str]]) -> None:
        cameras, faults = answer
        self._form.set_choices("source", [*(camera.source for camera in cameras), str(DEMO)])
        ours = [f"{camera.source} ({camera.label})" for camera in cameras if _is_genicam(camera.source)]
        of_producer = [fault for fault in faults if _is_genicam(fault)]
        words = [sentence(fault.partition(": ")[2]) for fault in of_producer]
        seen = f"Seen: {', '.join(ours)}" if ours else "No camera is seen"
        self._form.set_hint(_FIELD, f"{self._hint}. {' '.join(words) or f'{seen}.'}")


def _is_genicam(source: str) -> bool:
    return source.startswith(f"{SourceKind.GENICAM.value}:")
