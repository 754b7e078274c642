"""Options that are fields of a recipe or of the settings: name, values and help are what is said of the field."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from inspector.domain.about import About, DescribedField, ValueKind, described, fields_of
from inspector.domain.config import ABOUT_GUARD_RATE, ABOUT_HEATMAP, ABOUT_MODEL, ABOUT_SOURCE
from inspector.domain.devices import ABOUT_DEVICE, ABOUT_PRECISION, DeviceKind, WantedPrecision
from inspector.domain.errors import RecipeError
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.source import SourceSpec
from inspector.domain.source_options import SourceOptions

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE_FIELDS = tuple(fields_of(SourceOptions))
SOURCE = described("source", str, ABOUT_SOURCE, default=None, required=True)
MODEL = described("model", str, ABOUT_MODEL, default=None, required=True)
GUARD_RATE = described("guard_rate", float, ABOUT_GUARD_RATE, default=None, required=False)
HEATMAP = described("heatmap", HeatmapKind, ABOUT_HEATMAP, default=HeatmapKind.DEFECT, required=False)
DEVICE = described("device", DeviceKind, ABOUT_DEVICE, default=DeviceKind.AUTO, required=False)
PRECISION = described("precision", WantedPrecision, ABOUT_PRECISION, default=WantedPrecision.AUTO, required=False)
_NUMBERS: dict[ValueKind, tuple[Callable[[str], float], str, str]] = {
    ValueKind.WHOLE: (int, "N", "a whole number"),
    ValueKind.NUMBER: (float, "X", "a number"),
}


def flag_of(field: DescribedField) -> str:
    """Return an option's name: ``--width-px``."""
    return "--" + field.name.replace("_", "-")


def add_field(
    parser: argparse._ActionsContainer,
    field: DescribedField,
    *,
    dest: str = "",
    words: str = "",
    required: bool = False,
) -> None:
    """Add the option of a field.

    Args:
        parser: Of a command, or a group of its options.
        field: What is said of it becomes the help, its choices and limits those of the option.
        dest: Where the value stands once parsed; empty for the field's name. Nothing is given: None.
        words: Text that follows the field's help.
        required: Whether the option must be given.
    """
    options: dict[str, Any] = {"dest": dest or field.name, "default": None, "required": required}
    if field.kind is ValueKind.FLAG:
        options["action"] = argparse.BooleanOptionalAction
    elif field.kind is ValueKind.CHOICE:
        options["choices"] = field.choices
    elif field.kind in _NUMBERS:
        options |= {"type": _number_of(field), "metavar": _NUMBERS[field.kind][1]}
    else:
        options["metavar"] = field.name.upper()
    # argparse formats what it shows
    parser.add_argument(flag_of(field), help=(_help(field.about) + words).replace("%", "%%"), **options)


def _help(about: About) -> str:
    users = ", ".join(str(choice.value) for choice in about.only)
    title = about.title.lower()
    words = about.hint if about.description else f"{title}, {about.unit}" if about.unit else title
    return f"{users}: {words}" if users else words


def _number_of(field: DescribedField) -> Callable[[str], float]:
    """Return what reads a field's number within its limits, for argparse."""
    read, _, words = _NUMBERS[field.kind]

    def number(text: str) -> float:
        try:
            value = read(text)
        except ValueError as error:
            msg = f"{text!r} is not {words}"
            raise argparse.ArgumentTypeError(msg) from error
        try:
            field.about.check("it", value)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error
        return value

    return number


def add_source_options(parser: argparse.ArgumentParser) -> None:
    """Add an option for every option of a source."""
    group = parser.add_argument_group("options of the source")
    for field in SOURCE_FIELDS:
        add_field(group, field)


def given_source_options(parsed: argparse.Namespace) -> dict[str, Any]:
    """Return the options of the source that were given, by their names in `SourceOptions`."""
    given = {field: value for field in SOURCE_FIELDS if (value := getattr(parsed, field.name)) is not None}
    return {field.name: field.chosen_from(value) if field.chosen_from else value for field, value in given.items()}


def source_options(parsed: argparse.Namespace, source: str, before: SourceOptions) -> SourceOptions:
    """Return the options of a source with those that were given.

    Args:
        parsed: What `add_source_options` has parsed.
        source: As a recipe names it, as ``camera:0``.
        before: Those that hold where none was given.

    Raises:
        RecipeError: If this kind of source does not take one that was given.
        SourceError: If the text names no source.
    """
    given = given_source_options(parsed)
    if not given:
        return before
    spec = SourceSpec.parse(source)
    for field in SOURCE_FIELDS:
        if field.name in given and not field.belongs_to(spec.kind):
            *others, last = (str(kind.value) for kind in field.about.only)
            takers = f"{', '.join(others)} and {last}" if others else last
            raise RecipeError(
                f"{flag_of(field)} is an option of {takers}, and the source is {spec.shown}", "Leave it out."
            )
    return replace(before, **given)
