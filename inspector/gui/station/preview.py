"""A live preview of a source while the line does not use it: for setting up cameras."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError, SourceLostError
from inspector.domain.records import Frame
from inspector.sources.base import ReadBackSource, SourceEndedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.domain.white_balance import WhiteBalance
    from inspector.sources.base import Source

_TICK_S = 0.2
#: A camera belongs to one user at a time: a preview waits so long for the one before it.
_RELEASE_S = 5.0


class Preview:
    """Reads a source on a thread of its own and keeps the newest frame; polled by the window.

    Args:
        make: Makes the source; called on the thread.
        after: The preview before, which has been stopped and may hold the same camera.
    """

    def __init__(self, make: Callable[[], Source], after: Preview | None = None) -> None:
        self._make = make
        self._after = after
        self.look: Callable[[Frame], object] = lambda _: None  #: called with every frame, on the thread
        self.opened = False  #: whether the source could be opened
        self.settings = ""  #: what the camera says that it is set to, once it is opened; empty where it says nothing
        self.balance: WhiteBalance | None = None  #: likewise
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self._fault = ""
        self._thread = threading.Thread(target=self._run, name="preview", daemon=True)
        self._thread.start()

    def take(self) -> Frame | None:
        """Return the newest frame, once."""
        with self._lock:
            frame, self._frame = self._frame, None
            return frame

    @property
    def ended(self) -> str | None:
        """Why there is no further frame; None while it runs."""
        return None if self._thread.is_alive() else self._fault or "The source has ended."

    def stop(self) -> None:
        """End; returns at once, the thread follows."""
        self._stop.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread; False where its driver hangs."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            if self._after is not None:
                self._after.join(_RELEASE_S)
                self._after = None
            source = self._make()
            try:
                source.open()
                if isinstance(source, ReadBackSource):
                    self.settings, self.balance = source.settings, source.balance
                self.opened = True
                while not self._stop.is_set():
                    item = source.read(_TICK_S)
                    if isinstance(item, Frame):
                        self.look(item)
                        with self._lock:
                            self._frame = item
            finally:
                source.close()
        except SourceEndedError:
            pass
        except SourceLostError as error:  # the line would try it again; a preview has ended
            self._fault = str(SourceLostError(error.what, "Once it is back, start the preview again."))
        except InspectorError as error:
            self._fault = str(error)
        except Exception as error:  # noqa: BLE001 - shown in place of the picture
            self._fault = f"unexpected {type(error).__name__}: {error}"
