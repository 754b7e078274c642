"""The options of a training on the command line: one for every field of `TrainRequest`."""

from __future__ import annotations

import argparse
from typing import get_args

from pydantic import ValidationError

from inspector.domain.errors import InspectorError
from inspector.json_file import faults_in
from inspector.paths import Home
from trainer.protocol import TrainRequest

#: Fields that have another name on the command line.
_NAMES = {"input_size": "size"}


def choices(name: str) -> tuple[str, ...]:
    """Return what a field of the request may be, for argparse."""
    return tuple(get_args(TrainRequest.model_fields[name].annotation))


def add_options(parser: argparse.ArgumentParser, without: frozenset[str]) -> None:
    """Add an option for every field of `TrainRequest`; its description is the option's help.

    Args:
        without: Fields that this command does not take, or takes otherwise.
    """
    for name, field in TrainRequest.model_fields.items():
        if name in without:
            continue
        flag = "--" + _NAMES.get(name, name).replace("_", "-")
        kinds = [kind for kind in get_args(field.annotation) if kind is not type(None)]
        words = (field.description or "").replace("%", "%%")  # argparse formats what it shows
        if field.annotation is bool:
            parser.add_argument(flag, dest=name, action=argparse.BooleanOptionalAction, default=None, help=words)
        elif field.annotation == tuple[str, ...]:
            parser.add_argument(flag, dest=name, action="append", metavar="WORD", help=f"{words}; may be given again")
        elif kinds and all(isinstance(kind, str) for kind in kinds):
            parser.add_argument(flag, dest=name, choices=kinds, help=f"{words} (default: {field.default})")
        elif kinds and (inner := get_args(kinds[0])):
            parser.add_argument(flag, dest=name, choices=inner, help=f"{words} (default: the method's)")
        else:
            kind = kinds[0] if kinds else field.annotation
            shown = "the method's" if field.default is None else field.default
            parser.add_argument(
                flag,
                dest=name,
                type=kind,  # type: ignore[arg-type]
                metavar=str(getattr(kind, "__name__", "value")).upper(),
                help=words if shown == "" or "empty: " in words else f"{words} (default: {shown})",
            )


def request_from(parsed: argparse.Namespace, **more: object) -> TrainRequest:
    """Return the request that the options say; without a list of locked pictures, this user's station has it.

    Args:
        parsed: What `add_options` has parsed; an option that was not given has its field's default.
        **more: Fields that no option gives.

    Raises:
        InspectorError: If a value is outside its range.
    """
    values = {n: v for n in TrainRequest.model_fields if (v := getattr(parsed, n, None)) is not None}
    own = Home.default().locked
    if not values.get("locked") and own.is_file():
        values["locked"] = str(own)
    try:
        return TrainRequest.model_validate(values | more)
    except ValidationError as error:
        raise InspectorError(f"this cannot be trained: {faults_in(error)}", "Correct the option named.") from error
