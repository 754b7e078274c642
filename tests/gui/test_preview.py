"""A preview of a source: what it says once there is nothing more to show."""

from __future__ import annotations

from inspector.domain.errors import SourceLostError
from inspector.domain.records import BadPicture, Frame
from inspector.gui.station.preview import Preview
from tests.engine.fakes import FakeSource
from tests.waits import until


class Leaving(FakeSource):
    """A camera whose cable is pulled at once."""

    def read(self, timeout_s: float) -> Frame | BadPicture | None:
        raise SourceLostError("the camera has left", "It is tried again by itself.")


def test_a_preview_promises_nothing_that_only_the_line_does() -> None:
    preview = Preview(lambda: Leaving([], live=True, ends=False))
    until(lambda: preview.ended is not None)
    assert preview.ended == "the camera has left. Once it is back, start the preview again."
