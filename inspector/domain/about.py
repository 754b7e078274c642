"""What is said of a field, once: the Settings page, the command line and the reference all read it here."""

from __future__ import annotations

import math
import types
from dataclasses import MISSING, dataclass, fields, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_KEY = "about"


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a field.

    Args:
        title: Its name on the Settings page; of a group, what stands before its fields' names.
        description: What the field does, or where it matters; no full stop.
        unit: Of the value, as ``s`` or ``px``; empty for none.
        low: Smallest value; None for no limit.
        high: Largest value; None for no limit.
        empty: What no value means; None where there must be one.
        only: What must be chosen for the field to be used; empty where it always is.
    """

    title: str = ""
    description: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    empty: str | None = None
    only: tuple[Enum, ...] = ()

    @property
    def hint(self) -> str:
        """Unit and description in one line."""
        pieces = (self.description,) if self.unit in self.description else (self.unit, self.description)
        return "; ".join(piece for piece in pieces if piece)

    def check(self, name: str, value: object) -> None:
        """Hold a value against the limits.

        Raises:
            ValueError: If it is outside; the text names the field, the limits and the value.
        """
        if not isinstance(value, int | float):
            return
        above, below = self.low is None or value >= self.low, self.high is None or value <= self.high
        if not (above and below):
            limits = f"at least {_plain(self.low)}"
            if self.high is not None:
                limits = f"between {_plain(self.low)} and {_plain(self.high)}"
            msg = f"{name} must be {limits}, got {_plain(value)}"
            raise ValueError(msg)
        if not math.isfinite(value):
            msg = f"{name} must be a number, got {value}"
            raise ValueError(msg)


def _plain(number: float | None) -> str:
    """Return a number as one reads it: 1, not 1.0."""
    return str(number).removesuffix(".0")


def told(about: About) -> Mapping[str, About]:
    """Return the metadata of a dataclass's field of which this is said."""
    return {_KEY: about}


class ValueKind(Enum):
    """What a field holds."""

    TEXT = "text"
    WHOLE = "whole number"
    NUMBER = "number"
    CHOICE = "one of several"
    FLAG = "yes or no"
    HOURS = "list of whole numbers"


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedField:
    """A field of a record with what is said of it.

    Args:
        path: Its place in the record, as ``trigger.settle_s``.
        chosen_from: The values that it may have, where these are few.
        default: Its value where none is given, as JSON has it.
        required: Whether one must be given.
    """

    path: str
    about: About
    kind: ValueKind
    chosen_from: type[Enum] | None = None
    default: object = None
    required: bool = False

    @property
    def name(self) -> str:
        """The last piece of the path."""
        return self.path.rpartition(".")[2]

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that it may have, as JSON has them; empty where these are not few."""
        return tuple(str(choice.value) for choice in self.chosen_from or ())

    def belongs_to(self, choice: Enum | None) -> bool:
        """Return whether the field is used where this was chosen."""
        return not self.about.only or choice in self.about.only


def fields_of(record: type, *, path: str = "", group: About | None = None) -> Iterator[DescribedField]:
    """Describe the fields of a dataclass; those of which nothing is said are left out.

    Args:
        record: A dataclass whose fields have an `About`.
        path: Of the record that it is a part of.
        group: What is said of the whole: its title stands before the fields' titles, what it means when empty is also
            what a field means of which nothing else is said, and by what it is used.
    """
    annotations = get_type_hints(record)
    for field in fields(record):
        about = field.metadata.get(_KEY)
        if about is not None:
            yield described(
                f"{path}.{field.name}" if path else field.name,
                annotations[field.name],
                within(group, about),
                default=None if field.default is MISSING else field.default,
                required=field.default is MISSING and group is None,
            )


def described(path: str, annotation: Any, about: About, *, default: object, required: bool) -> DescribedField:  # noqa: ANN401 - any type
    """Describe one field by its annotation."""
    inner = without_none(annotation)
    chosen_from = inner if isinstance(inner, type) and issubclass(inner, Enum) else None
    kinds = {bool: ValueKind.FLAG, int: ValueKind.WHOLE, float: ValueKind.NUMBER, str: ValueKind.TEXT}
    kind = ValueKind.CHOICE if chosen_from else kinds.get(inner, ValueKind.HOURS)
    return DescribedField(
        path=path,
        about=about,
        kind=kind,
        chosen_from=chosen_from,
        default=default.value if isinstance(default, Enum) else default,
        required=required,
    )


def without_none(annotation: Any) -> Any:  # noqa: ANN401 - any type
    """Return the type of an optional value."""
    if get_origin(annotation) in (Union, types.UnionType):
        return next(inner for inner in get_args(annotation) if inner is not type(None))
    return annotation


def within(group: About | None, about: About) -> About:
    """Return what is said of a field of a group."""
    if group is None:
        return about
    title = f"{group.title}, {about.title}" if group.title else about.title
    empty = group.empty if about.empty is None else about.empty
    return replace(about, title=title, empty=empty, only=about.only or group.only)


def check_limits(record: Any) -> None:  # noqa: ANN401 - any dataclass
    """Hold the values of a dataclass against what is said of its fields.

    Raises:
        ValueError: If one is outside its limits.
    """
    for field in fields(record):
        about = field.metadata.get(_KEY)
        if about is not None:
            about.check(field.name, getattr(record, field.name))
