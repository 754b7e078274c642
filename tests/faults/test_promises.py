"""docs/promises.md names tests and cases that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.faults.cases import CASES

ROOT = Path(__file__).resolve().parents[2]
PROMISES = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
_SECTIONS = {
    int(number): body for number, body in re.findall(r"^## (\d)\.(.*?)(?=^## |\Z)", PROMISES, re.MULTILINE | re.DOTALL)
}


def test_every_promise_names_tests_that_are_there() -> None:
    assert sorted(_SECTIONS) == [1, 2, 3, 4, 5, 6]
    for body in _SECTIONS.values():
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", body)
        assert named
        for path, name in named:
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, f"{path}::{name}"


def test_every_case_that_a_promise_names_is_there_and_tries_it() -> None:
    for number, body in _SECTIONS.items():
        for name in re.findall(r"“([^”]+)”", " ".join(body.partition("Cases:")[2].split())):
            assert [case for case in CASES if case.name == name and number in case.promises], f"{number}: {name}"
