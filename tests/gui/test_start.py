"""The window's start, in a process of its own: what it waits for, and what does not keep it from starting."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.waits import WAIT_S

if TYPE_CHECKING:
    from inspector.paths import Home

_HEAVY = (
    "torch torchvision sklearn scipy matplotlib pyqtgraph nncf openvino sqlalchemy alembic pyarrow rich watchdog paho "
    "zxingcpp pymodbus snap7 asyncua serial harvesters genicam pypylon gi psycopg fsspec dask starlette uvicorn"
)


def started(home: Home, look: str, *, recipe: str) -> str:
    """Start the window, run ``look`` at its first paint, close it, and return what was printed."""
    code = f"""
import sys
from pathlib import Path
from inspector.app import AppOptions, main
from inspector.gui.window import MainWindow
from inspector.overrides import Overrides
from inspector.paths import Home
begin = MainWindow.__init__
def init(self, *a, **k):
    begin(self, *a, **k)
    self.painted.connect(lambda: ({look}, self.close()))
MainWindow.__init__ = init
main(AppOptions(home=Home(root=Path({str(home.root)!r})), overrides=Overrides(recipe={recipe!r}), start=False))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_first_paint_waits_for_nothing_heavy(home: Home) -> None:
    look = f"print(sorted(set({_HEAVY!r}.split()) & set(sys.modules)), 'inspector.gui.settings.page' in sys.modules)"
    assert started(home, look, recipe="Test") == "[] False"


def test_nested_brackets_in_its_files_do_not_keep_the_window_from_starting(home: Home) -> None:
    for name in ("settings.json", "version.json", "window.json", "recipes/Nested.json", "models/tiny/manifest.json"):
        (home.root / name).parent.mkdir(parents=True, exist_ok=True)
        (home.root / name).write_text("[" * 100_000, encoding="utf-8")
    assert started(home, "print('painted')", recipe="") == "painted"
