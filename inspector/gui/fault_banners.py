"""What is wrong at the station, as banners over the page that is shown, and as the header's light of the log."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from inspector.domain.sentence import sentence
from inspector.engine.status import EngineStatus, RunState, SourceState
from inspector.gui.words import left_aside

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.gui.bars import HeaderBar
    from inspector.gui.station.session import Session
    from inspector.gui.widgets.banners import BannerArea

#: What leaves the line as it is, and how it is shown.
_BESIDE_LINE = dict.fromkeys(("record", "network", "fleet", "mqtt", "scanner", "people"), "review") | {
    "scanned": "idle"
}


class FaultBanners:
    """Belongs to the window, on the GUI thread.

    Args:
        session: Says what is wrong.
        area: Where the banners stand.
        show_section: Shows a section of the Settings page by its name.
    """

    def __init__(
        self, session: Session, area: BannerArea, header: HeaderBar, show_section: Callable[[str], None]
    ) -> None:
        self._session, self._area, self._header, self._show_section = session, area, header, show_section
        session.recipes_changed.connect(
            lambda entries: self._banner("recipes", left_aside(entries, "recipe"), state="review")
        )
        session.fault.connect(self._on_fault)
        session.log_opened.connect(self._on_log)
        if session.people.words:
            self._on_fault("people", session.people.words)

    def show_status(self, status: EngineStatus) -> None:
        """Say what is wrong with the line."""
        self._banner("log-write", status.log_fault)
        self._banner("archive", status.archive_fault, state="review")
        self._banner("engine", status.fault)
        self._banner("doubt", status.doubt)
        lost = status.source_state is SourceState.LOST and status.state is not RunState.IDLE
        self._banner("source", status.source_message if lost else "", state="review")
        path = self._session.log_path
        if path is not None:
            self._header.show_log(f"{path}\n{status.log_fault}".rstrip(), healthy=not status.log_fault)

    def _on_fault(self, key: str, text: str) -> None:
        actions: list[tuple[str, Any]] = []
        if key == "log" and text:
            another = partial(self._show_section, "Station")
            actions = [("Try again", self._session.open_log), ("Use another log…", another)]
        self._banner(key, text, state=_BESIDE_LINE.get(key, "fail"), actions=actions)

    def _on_log(self, opened: bool) -> None:  # noqa: FBT001 - a signal's value
        words = str(self._session.log_path) if opened else "No log is open: nothing can be recorded."
        self._header.show_log(words, healthy=opened, opened=opened)

    def _banner(
        self, key: str, text: str, *, state: str = "fail", actions: list[tuple[str, Any]] | None = None
    ) -> None:
        if text:
            self._area.show_banner(key, sentence(text), state=state, actions=actions or ())
        else:
            self._area.dismiss(key)
