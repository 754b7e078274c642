"""Everything in the window is as large as the settings say, from the start on."""

from __future__ import annotations

import os

import pytest

from inspector.app import scale
from inspector.settings import Settings


@pytest.mark.parametrize(
    ("before", "percent", "factor"), [(None, 100, None), (None, 200, "2"), (None, 150, "1.5"), ("1.25", 200, "1.25")]
)
def test_qt_scales_as_the_settings_say_unless_the_environment_does(
    monkeypatch: pytest.MonkeyPatch, before: str | None, percent: int, factor: str | None
) -> None:
    monkeypatch.setenv("QT_SCALE_FACTOR", before or "")
    if before is None:
        monkeypatch.delenv("QT_SCALE_FACTOR")
    scale(Settings(scale_percent=percent))
    assert os.environ.get("QT_SCALE_FACTOR") == factor
