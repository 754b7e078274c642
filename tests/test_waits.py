"""Tests wait as long as is said in one place: a limit of a library's own is too short for a busy machine."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Of pytest-qt; they give up after 5 s, or 1 s, where they are not told how long.
_WAITS = {"waitUntil", "waitSignal", "waitSignals", "waitExposed", "waitActive", "waitCallback"}


def test_every_wait_for_the_window_says_how_long() -> None:
    calls = [
        (path, node)
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _WAITS
    ]
    unlimited = [
        f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"
        for path, node in calls
        if "timeout" not in {keyword.arg for keyword in node.keywords}
    ]
    assert unlimited == []
