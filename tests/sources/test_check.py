"""A source that is typed is refused where it cannot deliver, with what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from inspector.domain.config import TriggerMode
from inspector.domain.errors import SourceError
from inspector.sources.check import check_source, known_cameras

if TYPE_CHECKING:
    from pathlib import Path

EVERY, CROSSING, SETTLED = TriggerMode.EVERY_PICTURE, TriggerMode.PART_CROSSING, TriggerMode.PART_SETTLED


@pytest.mark.parametrize(
    ("text", "mode", "says"),
    [
        ("foler:HERE", EVERY, "names no source; known are .* Did you mean folder:PATH?"),
        ("vidoe:HERE/a.mp4", EVERY, "Did you mean video:PATH?"),
        ("folder:HERE/absent", EVERY, "there is no folder HERE/absent. Make it, connect the share, or correct the path."),
        ("HERE/absent", EVERY, "names no source"),
        ("video:HERE/absent.mp4", CROSSING, "there is no file HERE/absent.mp4. Correct the path."),
        ("video:HERE", CROSSING, "there is no file HERE"),
        ("folder:HERE", CROSSING, "each picture of a folder is a part, and this trigger waits .* Let every picture be a part."),
        ("folder:HERE", SETTLED, "each picture of a folder is a part"),
        ("camera:7", CROSSING, "this computer has no camera 7; it has 0, 2. Connect it, or choose another one."),
        ("rtsp://u:***@cam/1", CROSSING, "the password of rtsp://u:***@cam/1 is not known"),
    ],
)  # fmt: skip
def test_what_cannot_deliver_is_refused(tmp_path: Path, text: str, mode: TriggerMode, says: str) -> None:
    with pytest.raises(SourceError) as caught:
        check_source(text.replace("HERE", str(tmp_path)), mode, lacks_password=lambda _: True, cameras=lambda: {2, 0})
    pattern = re.escape(says.replace("HERE", str(tmp_path))).replace(r"\.\*", ".*").replace(r"\?", ".")
    assert re.search(pattern, str(caught.value)), str(caught.value)


@pytest.mark.parametrize(
    ("text", "mode"),
    [("folder:HERE", EVERY), ("HERE", TriggerMode.MANUAL), ("video:HERE/a.mp4", CROSSING), ("camera:2", CROSSING),
     ("rtsp://u:***@cam/1", CROSSING), ("demo:", CROSSING)],
)  # fmt: skip
def test_what_is_there_is_taken(tmp_path: Path, text: str, mode: TriggerMode) -> None:
    (tmp_path / "a.mp4").touch()
    assert check_source(text.replace("HERE", str(tmp_path)), mode, cameras=lambda: {2, 0})


def test_where_cameras_cannot_be_listed_any_number_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    assert known_cameras() is None
    assert check_source("camera:7", CROSSING).camera == 7
