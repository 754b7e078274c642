"""Reading JSON that a hand, another program or a crash has written: bounded, and every fault is said with its place.

Python's own reader takes what the station cannot use: brackets nested until the stack ends, a key twice (the last
counts), NaN, numbers of four thousand digits, halves of characters that no database takes. All of it is refused here,
so that whoever reads a file has one error to think of.
"""

from __future__ import annotations

import json
import math
import os
import re
import reprlib
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError
from inspector.domain.sentence import sentence

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pydantic_core import ErrorDetails

#: A bundle's manifest with its report is the largest that we write: 0.1 MB.
MAX_BYTES = 16_000_000
#: Our own files have at most seven levels.
MAX_DEPTH = 64
#: Whole numbers are kept in 64 bits, as in the result log.
_LEAST, _MOST = -(2**63), 2**63 - 1
_MEND = "Mend the file, or restore it."

#: What a value must be, by pydantic's kind of error; in braces what it tells.
_FAULTS = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "finite_number": "must be a finite number",
    "enum": "must be one of {expected}",
    "literal_error": "must be one of {expected}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must have at least {min_length} values",
    "too_long": "must have at most {max_length} values",
    "string_pattern_mismatch": "must look like {pattern}",
    "timezone_aware": "must be a time with its zone",
}
_FAULTS_BY_BEGIN = (
    ("int", "must be a whole number"),
    ("float", "must be a number"),
    ("bool", "must be true or false"),
    ("string", "must be a text"),
    ("date", "must be a time"),
    ("list", "must be a list"),
    ("tuple", "must be a list"),
    ("dict", "must be a group of keys"),
    ("model", "must be a group of keys"),
    ("dataclass", "must be a group of keys"),
    ("union", "must be one of the known kinds"),
)

_NAMED = re.compile(r"([a-z]+(?:_[a-z0-9]+)*) must be ")

_Model = TypeVar("_Model", bound=BaseModel)
_Shape = TypeVar("_Shape")


class JsonError(InspectorError):
    """A file or line is no JSON that can be used; the text says where and what is wrong."""


class JsonAbsentError(JsonError):
    """The file is not there."""


class _FaultError(Exception):
    """What is wrong with a value, without the file."""


def parse_json(content: str | bytes, *, where: str, limit_bytes: int = MAX_BYTES) -> JsonValue:
    """Return the value that a JSON text stands for.

    Args:
        content: The text, or its bytes in UTF-8, with or without a byte order mark.
        where: Names the text in errors: a file, or a line of one.
        limit_bytes: Longer is refused before it is read.

    Raises:
        JsonError: If it is too long, not UTF-8 or not JSON, nested deeper than `MAX_DEPTH`, names a key twice, or holds
            a number that is not finite or beyond 64 bits, or half a character (a lone surrogate).
    """
    try:
        value: JsonValue = _DECODER.decode(_text(content, limit_bytes))
        _check(value)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise JsonError(
            f"{where} is not valid JSON: {error.msg} ({place})", "Mend that line, or restore it."
        ) from error
    except RecursionError as error:
        raise JsonError(f"{where} is nested deeper than {MAX_DEPTH} levels", _MEND) from error
    except _FaultError as error:
        raise JsonError(f"{where} {error}", _MEND) from error
    except ValueError as error:  # more digits than Python reads
        raise JsonError(f"{where} holds a number with too many digits", _MEND) from error
    return value


def read_json(path: Path, *, limit_bytes: int = MAX_BYTES) -> JsonValue:
    """Return the value in a JSON file; see `parse_json`.

    Raises:
        JsonAbsentError: If there is no such file.
        JsonError: If it cannot be read, or as `parse_json`.
    """
    try:
        with path.open("rb") as file:
            content = file.read(limit_bytes + 1)
    except FileNotFoundError as error:
        raise JsonAbsentError(f"there is no file {path}", "Check the path.") from error
    except OSError as error:
        raise JsonError(f"{path} cannot be read: {cause_of(error)}", "Check its permissions.") from error
    return parse_json(content, where=str(path), limit_bytes=limit_bytes)


def parse_model(content: str | bytes, model: type[_Model], *, where: str) -> _Model:
    """Return a record from its JSON text.

    Args:
        content: As for `parse_json`.
        where: As for `parse_json`.

    Raises:
        JsonError: As `parse_json`, or naming every key that the record does not take.
    """
    return _validated(model.model_validate, parse_json(content, where=where), where)


def parse_shape(content: str | bytes, shape: TypeAdapter[_Shape], *, where: str) -> _Shape:
    """Return one of several kinds of record from its JSON text; otherwise as `parse_model`.

    Raises:
        JsonError: As `parse_model`.
    """
    return _validated(shape.validate_python, parse_json(content, where=where), where)


def read_model(path: Path, model: type[_Model]) -> _Model:
    """Return the record in a JSON file; see `parse_model`.

    Raises:
        JsonAbsentError: If there is no such file.
        JsonError: As `read_json` and `parse_model`.
    """
    return _validated(model.model_validate, read_json(path), str(path))


def faults_in(error: ValidationError) -> str:
    """Return what is wrong with which key, as “source_options.fps: must be a number, got 'fast'; …”."""
    return "; ".join(
        f"{'.'.join(map(str, fault['loc'])) or 'all of it'}: {fault_words(fault)}" for fault in error.errors()
    )


def fault_words(fault: ErrorDetails) -> str:
    """Return what is wrong with a value, in plain words: those of our own checks, not of the library."""
    kind, limits = fault["type"], fault.get("ctx", {})
    if kind in {"value_error", "assertion_error"}:
        return fault["msg"].partition(", ")[2].rstrip(".")
    words = _FAULTS.get(kind)
    if words is None:
        words = next((said for begin, said in _FAULTS_BY_BEGIN if kind.startswith(begin)), f"cannot be used ({kind})")
    words = "must not be empty" if limits.get("min_length") == 1 else words.format(**limits)
    return words if kind == "missing" else f"{words}, got {reprlib.repr(fault['input'])}"


def field_fault(fault: ErrorDetails) -> tuple[str, str]:
    """Return which field a fault is of, as ``trigger.line_fraction``, and, as a sentence beside it, what is wrong."""
    path, words = ".".join(map(str, fault["loc"])), fault_words(fault)
    named = _NAMED.match(words)  # a check of a whole group names the field
    if named is not None:
        path = f"{path.removesuffix(named[1]).rstrip('.')}.{named[1]}".lstrip(".")
        words = words.removeprefix(named[1]).lstrip()
    return path, f"{sentence(words)}{'' if words.endswith('?') else '.'}"


class LineTail:
    """Follows a file of lines that grows, each time only what is new. Used by one thread at a time.

    Args:
        path: The file; it need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_bytes = 0

    def read(self) -> tuple[list[bytes], bool]:
        """Return the whole lines that have come since the last time; a line that is still being written waits.

        Returns:
            The lines, and True where the file is another one by now, which begins again.
        """
        began_again = False
        try:
            with self._path.open("rb") as file:
                if file.seek(0, os.SEEK_END) < self._read_bytes:
                    self._read_bytes, began_again = 0, True
                file.seek(self._read_bytes)
                new = file.read()
        except OSError:
            return [], False
        whole = new[: new.rfind(b"\n") + 1]
        self._read_bytes += len(whole)
        return whole.splitlines(), began_again


def last_lines(path: Path, most_bytes: int, *, whole: bool = True) -> list[bytes]:
    """Return the lines in the last bytes of a file; the first may be cut short. Without a file there are none.

    Args:
        path: A file of lines, which may be growing.
        most_bytes: How much of it is read.
        whole: Leave out a last line that has no end yet.
    """
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - most_bytes))
            tail = file.read()
    except OSError:
        return []
    return (tail[: tail.rfind(b"\n") + 1] if whole else tail).splitlines()


# --- inside -----------------------------------------------------------------------------------------------------------


def _text(content: str | bytes, limit_bytes: int) -> str:
    if len(content) > limit_bytes:
        raise _FaultError(f"is longer than {limit_bytes} bytes")
    if isinstance(content, str):
        return content.removeprefix("\ufeff")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wide = content[:2] in {b"\xff\xfe", b"\xfe\xff"}
        raise _FaultError("is in UTF-16, not UTF-8" if wide else f"is not UTF-8 (byte {error.start})") from error


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _FaultError(f"names the key {twice!r} twice")
    return value


def _constant(name: str) -> object:
    raise _FaultError(f"holds {name}, which is no number")


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant)


def _check(value: JsonValue) -> None:
    """Refuse what is valid JSON and still not usable."""
    waiting = [(value, 1)]
    while waiting:
        here, depth = waiting.pop()
        if isinstance(here, dict | list):
            if depth > MAX_DEPTH:
                raise _FaultError(f"is nested deeper than {MAX_DEPTH} levels")
            inside = [*here, *here.values()] if isinstance(here, dict) else here
            waiting.extend((inner, depth + 1) for inner in inside)
        elif isinstance(here, str):
            _check_text(here)
        elif isinstance(here, int | float):
            _check_number(here)


def _check_number(number: float) -> None:
    if isinstance(number, int):
        if not _LEAST <= number <= _MOST:
            raise _FaultError(f"holds a number beyond 64 bits ({str(number)[:20]}…)")
    elif not math.isfinite(number):
        raise _FaultError("holds a number that is too large")


def _check_text(text: str) -> None:
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError as error:
        half = text[error.start].encode("ascii", "backslashreplace").decode()
        raise _FaultError(f"holds half a character ({half})") from error


def _validated(validate: Callable[[object], _Shape], value: JsonValue, where: str) -> _Shape:
    try:
        return validate(value)
    except ValidationError as error:
        raise JsonError(f"{where} cannot be used: {faults_in(error)}", "Correct the keys named.") from error
