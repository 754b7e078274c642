"""Whether a source that was typed on the Settings page can deliver, looked at on the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.domain.config import TriggerMode
    from inspector.gui.station.catalogue import Catalogue
    from inspector.recipes.recipe import Recipe


class TypedSource:
    """Remembers what came of the last source and trigger that were typed; used on the GUI thread.

    What is in force already is not looked at: a share that is away for an hour keeps nobody from changing a threshold.

    Args:
        catalogue: Looks whether it is there.
        known: Called when something is known that was not.
    """

    def __init__(self, catalogue: Catalogue, known: Callable[[], None]) -> None:
        self._catalogue, self._known = catalogue, known
        self._asked: tuple[str, TriggerMode] | None = None
        self._fault = ""

    def fault(self, wanted: Recipe | None, in_force: Recipe | None) -> str:
        """Return why the source that is wanted cannot deliver; empty where it can, or where that is not known yet."""
        if wanted is None:
            return ""
        pair = (wanted.source, wanted.trigger.mode)
        if in_force is not None and pair == (in_force.source, in_force.trigger.mode):
            self._asked, self._fault = None, ""
        elif pair != self._asked:
            self._asked, self._fault = pair, ""
            self._catalogue.source_fault(*pair, lambda fault: self._answered(pair, fault))
        return self._fault

    def _answered(self, pair: tuple[str, TriggerMode], fault: str) -> None:
        if pair == self._asked:
            self._fault = fault
            self._known()
