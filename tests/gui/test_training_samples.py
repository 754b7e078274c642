"""The sheet of sample predictions follows the colours of the window, where its training drew both."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from inspector.gui import theme
from inspector.gui.training.samples import SampleSheet
from inspector.gui.work import Results, Worker
from inspector.pictures import write_picture
from tests.waits import WAIT_S


@dataclass
class _Result:
    bundle: str


@dataclass
class _Training:
    result: _Result


@pytest.mark.parametrize(("drawn", "dark", "light"), [(("samples", "samples-dark"), 28, 255), (("samples",), 255, 255)])
def test_the_sheet_is_that_of_the_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drawn: tuple[str, ...], dark: int, light: int
) -> None:
    for name in drawn:
        write_picture(tmp_path / "report" / f"{name}.png", np.full((8, 8, 3), 28 if "dark" in name else 255, np.uint8))
    results, shown, failed = Results(), list[QImage | None](), list[Exception]()
    worker = Worker("work", results)
    sheet = SampleSheet(worker, shown.append, failed.append)
    levels = []
    for look in (theme.DARK, theme.LIGHT):
        monkeypatch.setattr(theme.CURRENT, "theme", look)
        sheet.ask(_Training(_Result(str(tmp_path))))  # type: ignore[arg-type]
        worker.do(lambda: None, lambda _: shown.append(None))
        while None not in shown:
            results.hand_out()
        levels += [image.pixelColor(2, 2).red() for image in shown if image is not None]
        shown.clear()
    assert (levels, failed) == ([dark, light], [])
    worker.close()
    assert worker.join(WAIT_S)
