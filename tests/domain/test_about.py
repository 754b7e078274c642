"""What is said of a field: limits, words, and what is derived of a dataclass."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import pytest

from inspector.domain.about import About, ValueKind, check_limits, fields_of, told


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, kw_only=True)
class Paint:
    colour: Colour = field(default=Colour.BLUE, metadata=told(About("Colour")))
    litres: float = field(metadata=told(About("Amount", unit="litres", low=0.5, high=20, only=(Colour.RED,))))
    coats: int | None = field(default=None, metadata=told(About("Coats", low=1, empty="as many as it takes")))
    glossy: bool = field(default=True, metadata=told(About("Glossy")))
    name: str = field(default="", metadata=told(About("Name")))
    batch: int = 7  # nothing is said of it

    def __post_init__(self) -> None:
        check_limits(self)


def test_a_dataclass_is_described_by_what_is_said_of_its_fields() -> None:
    described = {entry.path: entry for entry in fields_of(Paint, path="paint")}
    assert {path: entry.kind for path, entry in described.items()} == {
        "paint.colour": ValueKind.CHOICE,
        "paint.litres": ValueKind.NUMBER,
        "paint.coats": ValueKind.WHOLE,
        "paint.glossy": ValueKind.FLAG,
        "paint.name": ValueKind.TEXT,
    }
    assert {path: (entry.default, entry.required) for path, entry in described.items()} == {
        "paint.colour": ("blue", False),
        "paint.litres": (None, True),
        "paint.coats": (None, False),
        "paint.glossy": (True, False),
        "paint.name": ("", False),
    }
    assert described["paint.colour"].choices == ("red", "blue")
    assert described["paint.litres"].name == "litres"
    assert described["paint.litres"].belongs_to(Colour.RED)
    assert not described["paint.litres"].belongs_to(Colour.BLUE)
    assert described["paint.coats"].belongs_to(Colour.BLUE)


def test_a_group_gives_its_fields_a_title_and_what_empty_means() -> None:
    group = About("Wall", empty="bare")
    described = {entry.path: entry for entry in fields_of(Paint, path="wall", group=group)}
    assert described["wall.litres"].about.title == "Wall, Amount"
    assert described["wall.litres"].about.empty == "bare"
    assert described["wall.coats"].about.empty == "as many as it takes"
    assert not described["wall.litres"].required  # the group itself may be left out
    untitled = {entry.path: entry.about.title for entry in fields_of(Paint, group=About(empty="bare"))}
    assert untitled["litres"] == "Amount"


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"litres": 0.4}, "litres must be between 0.5 and 20, got 0.4"),
        ({"litres": 20.5}, "litres must be between 0.5 and 20, got 20.5"),
        ({"litres": float("nan")}, "litres must be between 0.5 and 20, got nan"),
        ({"litres": 1, "coats": 0}, "coats must be at least 1, got 0"),
    ],
)
def test_a_value_outside_its_limits_is_refused_with_the_numbers(values: dict[str, float], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Paint(**values)  # type: ignore[arg-type]


def test_values_at_the_limits_and_none_are_taken() -> None:
    assert [Paint(litres=litres).litres for litres in (0.5, 20)] == [0.5, 20]
    assert Paint(litres=1, coats=1).coats == 1


@pytest.mark.parametrize(
    ("about", "hint"),
    [
        (About("Width", unit="pixels"), "pixels"),
        (About("Size", unit="GB", description="0 is no limit"), "GB; 0 is no limit"),
        (About("Square", unit="pixels", description="side in pixels"), "side in pixels"),
        (About("Poll"), ""),
    ],
)
def test_the_hint_says_unit_and_description_once(about: About, hint: str) -> None:
    assert about.hint == hint
