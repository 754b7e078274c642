"""What the engine expects of a source of pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from inspector.domain.records import BadPicture, Frame
    from inspector.domain.white_balance import WhiteBalance
    from inspector.pictures import LeftOut


class SourceEndedError(Exception):
    """The source has delivered its last picture (a video at its end); not a fault."""


class Source(Protocol):
    """A source of pictures, owned by the engine's capture thread, which makes every call below.

    A source does not retry: the engine closes it and opens it again, with back-off, after a `SourceLostError`.
    """

    @property
    def name(self) -> str:
        """The source as the user wrote it, as ``camera:0``."""
        ...

    @property
    def live(self) -> bool:
        """True where the newest frame wins (camera, paced stream, demo line); False where the line waits (files)."""
        ...

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What a folder holds and is not taken, as it was found last; nothing for the other kinds."""
        ...

    def open(self) -> None:
        """Open the source; after `close` it can be opened again.

        Raises:
            SourceError: If it cannot be opened.
        """
        ...

    def read(self, timeout_s: float) -> Frame | BadPicture | None:
        """Return the next picture, or None when there is none within ``timeout_s``.

        Raises:
            SourceLostError: If a live source has stopped delivering.
            SourceEndedError: If there will be no further picture.
            SourceCutShortError: If there will be none, though the file promises more.
        """
        ...

    def close(self) -> None:
        """Release everything; may be called twice, and from another thread when `read` hangs."""
        ...


@runtime_checkable
class AskedSource(Protocol):
    """A source that takes a picture when the station asks for one, as industrial cameras do."""

    def ask_for_picture(self, trigger_id: str, until_s: float) -> None:
        """Ask for one picture, whose origin will carry the trigger's id; from any thread, never waits.

        Args:
            until_s: `time.perf_counter()` from which on nobody wants it any more.
        """
        ...


@runtime_checkable
class ReadBackSource(Protocol):
    """A source that tells, once it is open, what its camera says that it is set to."""

    @property
    def settings(self) -> str:
        """All that is known, in words."""
        ...

    @property
    def balance(self) -> WhiteBalance | None:
        """Its white balance; None where it has none that can be set."""
        ...
