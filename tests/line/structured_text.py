"""Runs the Structured Text of docs/line.md itself: each of its lines becomes one of Python, by rules as narrow as the example.

A line or a word that the rules do not know is an error, so what is tested is what the page says. `OR` is that of words
where a number with ``16#`` follows, else that of levels.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[2] / "docs" / "line.md"
_DECLARED = re.compile(r"(\w+)\s*:\s*(?:ARRAY\[0\.\.(\d+)\] OF )?(\w+)(?:\s*:=\s*0)?;")
_TOKEN = re.compile(r"\s*(16#[0-9A-F]+|T#\d+M?S|\w+\[\d+\]\.\d+|\w+\[\d+\]|\w+\.Q|\w+|:=|>=|[=+,()])")
_WORDS = {"AND": "and", "NOT": "not", "TRUE": "True", "FALSE": "False", "=": "==", ":=": "="}
_MOST = {"BOOL": 1, "WORD": 0xFFFF, "UINT": 0xFFFF, "INT": 0x7FFF, "UDINT": 0xFFFFFFFF}
_FUNCTIONS: dict[str, Callable[..., int]] = {
    "SHR": lambda value, places: value >> places,
    "DWORD_TO_WORD": lambda value: value & 0xFFFF,
    "UDINT_TO_DWORD": lambda value: value,
    "WORD_TO_UINT": lambda value: value,
}


class Ton:
    """An on-delay timer, TON of IEC 61131-3.

    Args:
        now_s: The time of this cycle.
    """

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s, self._since_s = now_s, 0.0
        self._in = self.Q = False

    def __call__(self, *, IN: bool, PT: float) -> None:  # noqa: N803 - the standard's names
        if IN and not self._in:
            self._since_s = self._now_s()
        self._in, self.Q = IN, IN and self._now_s() - self._since_s >= PT


class RTrig:
    """A rising edge, R_TRIG of IEC 61131-3."""

    def __init__(self, _: Callable[[], float]) -> None:
        self._before = self.Q = False

    def __call__(self, *, CLK: bool) -> None:  # noqa: N803 - the standard's names
        self.Q, self._before = CLK and not self._before, CLK


class Program:
    """The function block of the page, with its variables.

    Args:
        now_s: The controller's clock.
        retained: Variables that the controller has kept.
    """

    def __init__(self, now_s: Callable[[], float], **retained: int) -> None:
        lines = [re.sub(r"\(\*.*?\*\)", "", line).strip() for line in block_of(PAGE).splitlines()]
        heads = {"FUNCTION_BLOCK FB_Inspect", "VAR_INPUT", "VAR_OUTPUT", "VAR", "VAR RETAIN", "END_VAR"}
        first = len(lines) - lines[::-1].index("END_VAR")
        self._types: dict[str, str] = {}
        self._values: dict[str, Any] = dict(_FUNCTIONS)
        for line in lines[:first]:
            if line and line not in heads:
                self._declare(line, now_s)
        assert lines[-1] == "END_FUNCTION_BLOCK"
        assert set(retained) <= set(self._types)
        self._values |= retained
        self._code = compile("\n".join(self._python(lines[first:-1])), str(PAGE), "exec")

    def __getattr__(self, name: str) -> Any:
        return self._values[name]

    def cycle(self, **inputs: Any) -> None:
        """Run once."""
        assert set(inputs) <= set(self._types)
        self._values |= inputs
        exec(self._code, self._values)  # noqa: S102 - the page's own program

    def _declare(self, line: str, now_s: Callable[[], float]) -> None:
        found = _DECLARED.fullmatch(line)
        assert found, f"no declaration: {line}"
        name, last, kind = found.groups()
        self._types[name] = kind
        made = {"TON": Ton, "R_TRIG": RTrig}.get(kind)
        value = made(now_s) if made else False if kind == "BOOL" else 0 * _MOST[kind]
        self._values[name] = [value] * (int(last) + 1) if last else value

    def _python(self, lines: list[str]) -> list[str]:
        made, depth, first = [], 0, True
        for line in filter(None, lines):
            said = ""
            if found := re.fullmatch(r"(IF|ELSIF) (.+) THEN", line):
                depth -= found[1] == "ELSIF"
                said, after = f"{'if' if found[1] == 'IF' else 'elif'} {self._expression(found[2])}:", depth + 1
            elif line == "ELSE":
                depth -= 1
                said, after = "else:", depth + 1
            elif line in {"END_IF;", "END_CASE;"}:
                after = depth - 1
            elif found := re.fullmatch(r"CASE (\w+) OF", line):
                said, after, first = f"chosen = {found[1]}", depth + 1, True
            elif found := re.fullmatch(r"(\d+):", line):
                depth -= 1
                said, after, first = f"{'if' if first else 'elif'} chosen == {found[1]}:", depth + 1, False
            elif found := re.fullmatch(r"(\w+)(\[\d+\])? := (.+);", line):
                said, after = f"{found[1]}{found[2] or ''} = {self._fitted(found[1], found[3])}", depth
            else:
                found = re.fullmatch(r"(\w+\(.+\));", line)
                assert found, f"no statement: {line}"
                said, after = self._expression(found[1]), depth
            if said:
                made.append("    " * depth + said)
            depth = after
        assert depth == 0
        return made

    def _fitted(self, name: str, expression: str) -> str:
        kind = self._types[name]
        said = self._expression(expression)
        return f"bool({said})" if kind == "BOOL" else f"({said}) & {_MOST[kind]}"

    def _expression(self, text: str) -> str:
        place, made = 0, list[str]()
        while place < len(text):
            found = _TOKEN.match(text, place)
            assert found, f"unknown: {text[place:]}"
            place = found.end()
            made.append(self._word(found[1], text[place:]))
        return " ".join(made)

    def _word(self, token: str, rest: str) -> str:
        if token == "OR":
            return "|" if rest.strip().startswith("16#") else "or"
        if found := re.fullmatch(r"16#([0-9A-F]+)", token):
            return f"0x{found[1]}"
        if found := re.fullmatch(r"T#(\d+)(M?)S", token):
            return f"{int(found[1]) / (1000 if found[2] else 1)}"
        if found := re.fullmatch(r"(\w+\[\d+\])\.(\d+)", token):
            return f"bool({found[1]} >> {found[2]} & 1)"
        name = re.split(r"[\[.]", token)[0]
        known = name in self._types or name in _FUNCTIONS or name in {"IN", "PT", "CLK"}
        assert known or token in _WORDS or token.isdecimal() or token in {"+", ",", "(", ")", ">="}, f"unknown: {token}"
        return _WORDS.get(token, token)


def block_of(page: Path) -> str:
    """Return the Structured Text of a page."""
    (block,) = re.findall(r"^```iecst\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert isinstance(block, str)
    return block.rstrip("\n")
