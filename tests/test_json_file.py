"""The guarded JSON reader: what it takes, what it refuses, and how it says so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from inspector.domain.config import TriggerConfig
from inspector.domain.records import Box
from inspector.json_file import (
    MAX_BYTES,
    MAX_DEPTH,
    JsonAbsentError,
    JsonError,
    LineTail,
    field_fault,
    last_lines,
    parse_json,
    parse_model,
    read_json,
    read_model,
)

if TYPE_CHECKING:
    from pathlib import Path

_NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
_VALUES = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=20,
)


class Size(BaseModel):
    width: int
    height: int = 1


@given(_VALUES)
def test_what_is_plain_json_is_read_as_it_was_written(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    assert parse_json(text, where="x") == value
    assert parse_json(text.encode(), where="x") == value
    assert parse_json(b"\xef\xbb\xbf" + text.encode(), where="x") == value
    assert parse_json(json.dumps(value), where="x") == value


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", r"a.json is not valid JSON: Expecting value \(line 1, column 1\)\. Mend that line"),
        (b'{"a": 1,\n "b": }', r"Expecting value \(line 2, column 7\)"),
        (b'{"a": 1', "is not valid JSON: Expecting ',' delimiter"),
        (b'{"a": 1} {"a": 2}', "is not valid JSON: Extra data"),
        (b"[" * 100_000, f"is nested deeper than {MAX_DEPTH} levels"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), f"is nested deeper than {MAX_DEPTH} levels"),
        (b'{"a":' * 100_000, f"is nested deeper than {MAX_DEPTH} levels"),
        (b'{"a": 1, "b": 2, "a": 3}', "names the key 'a' twice"),
        (b'[{"c": {"x": 1, "x": 1}}]', "names the key 'x' twice"),
        (b'{"a": NaN}', "holds NaN, which is no number"),
        (b"[-Infinity]", "holds -Infinity, which is no number"),
        (b"[1e999]", "holds a number that is too large"),
        (b"[9223372036854775808]", r"holds a number beyond 64 bits \(9223372036854775808…\)"),
        (b"[-9223372036854775809]", "holds a number beyond 64 bits"),
        (b"[" + b"9" * 5000 + b"]", "holds a number with too many digits"),
        (b'["\\ud800"]', r"holds half a character \(\\ud800\)"),
        (b'{"\\udc80": 1}', r"holds half a character \(\\udc80\)"),
        ("{}".encode("utf-16"), "is in UTF-16, not UTF-8"),
        (b'["\xe9"]', r"is not UTF-8 \(byte 2\)"),
        (b" " * 101, "is longer than 100 bytes"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(content: bytes, words: str) -> None:
    limit = 100 if content.isspace() else MAX_BYTES
    with pytest.raises(JsonError, match=words) as caught:
        parse_json(content, where="a.json", limit_bytes=limit)
    assert caught.value.what.startswith("a.json ")
    assert caught.value.next_step.startswith("Mend ")


def test_the_deepest_nesting_and_the_largest_numbers_are_taken() -> None:
    text = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert json.dumps(parse_json(text, where="x")) == text
    assert parse_json("[9223372036854775807, -9223372036854775808]", where="x") == [2**63 - 1, -(2**63)]


def test_files_say_what_is_wrong_with_them(tmp_path: Path) -> None:
    path = tmp_path / "size.json"
    with pytest.raises(JsonAbsentError, match="there is no file"):
        read_json(path)
    with pytest.raises(JsonError, match="cannot be read"):
        read_json(tmp_path)
    path.write_bytes(b" " * 20)
    with pytest.raises(JsonError, match="is longer than 10 bytes"):
        read_json(path, limit_bytes=10)
    path.write_text('{"width": "wide", "height": {}}')
    with pytest.raises(JsonError) as caught:
        read_model(path, Size)
    assert caught.value.what.startswith(f"{path} cannot be used: width: must be a whole number")
    assert "; height: must be a whole number" in caught.value.what
    path.write_text('{"width": 3}')
    assert read_model(path, Size) == Size(width=3)
    with pytest.raises(JsonError, match="line 4 cannot be used: all of it: "):
        parse_model(b"[]", Size, where="line 4")


def test_a_growing_file_gives_each_line_once_and_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    tail = LineTail(path)
    assert tail.read() == ([], False)
    with path.open("ab") as file:
        file.write(b"one\ntwo\nthr")
    assert tail.read() == ([b"one", b"two"], False)
    assert tail.read() == ([], False)
    with path.open("ab") as file:
        file.write(b"ee\n")
    assert tail.read() == ([b"three"], False)
    path.write_bytes(b"new\n")  # another, shorter file
    assert tail.read() == ([b"new"], True)


def test_the_last_lines_of_a_long_file_are_read_alone(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    assert last_lines(path, 10) == []
    path.write_bytes(b"a long first line\nsecond\nhalf")
    assert last_lines(path, 1000) == [b"a long first line", b"second"]
    assert last_lines(path, 15) == [b"ine", b"second"]


class Limits(BaseModel):
    """Values with every kind of limit."""

    model_config = ConfigDict(extra="forbid")

    speed: Annotated[int, Field(gt=0, le=9)] = 1
    share: Annotated[float, Field(ge=0, lt=1)] = 0.5
    lit: bool = False
    name: Annotated[str, Field(min_length=1, max_length=3)] = "a"
    hours: Annotated[tuple[int, ...], Field(min_length=1)] = (6,)
    look: Literal["light", "dark"] = "light"
    box: Box | None = None
    trigger: TriggerConfig = TriggerConfig()
    made: AwareDatetime | None = None


@pytest.mark.parametrize(
    ("value", "path", "words"),
    [
        ({"speed": 0}, "speed", "Must be more than 0, got 0."),
        ({"speed": 10}, "speed", "Must be at most 9, got 10."),
        ({"speed": "fast"}, "speed", "Must be a whole number, got 'fast'."),
        ({"speed": 1.5}, "speed", "Must be a whole number, got 1.5."),
        ({"share": -0.5}, "share", "Must be at least 0.0, got -0.5."),
        ({"share": 1}, "share", "Must be less than 1.0, got 1."),
        ({"share": "half"}, "share", "Must be a number, got 'half'."),
        ({"share": float("nan")}, "share", "Must be less than 1.0, got nan."),
        ({"lit": "bright"}, "lit", "Must be true or false, got 'bright'."),
        ({"name": ""}, "name", "Must not be empty, got ''."),
        ({"name": "abcd"}, "name", "Must have at most 3 characters, got 'abcd'."),
        ({"name": 7}, "name", "Must be a text, got 7."),
        ({"hours": []}, "hours", "Must not be empty, got []."),
        ({"hours": 6}, "hours", "Must be a list, got 6."),
        ({"look": "red"}, "look", "Must be one of 'light' or 'dark', got 'red'."),
        ({"box": 3}, "box", "Must be a group of keys, got 3."),
        ({"trigger": {"line_fraction": 7}}, "trigger.line_fraction", "Must be between 0 and 1, got 7."),
        ({"box": {"x": 0, "y": 0, "width": 1}}, "box.height", "Is missing."),
        ({"made": "today"}, "made", "Must be a time, got 'today'."),
        ({"made": "2026-01-01T10:00:00"}, "made", "Must be a time with its zone, got '2026-01-01T10:00:00'."),
        ({"other": 1}, "other", "Is not known here, got 1."),
    ],
)
def test_what_is_wrong_beside_a_field_has_plain_words(value: dict[str, object], path: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Limits.model_validate(value)
    assert list(map(field_fault, caught.value.errors())) == [(path, words)]
