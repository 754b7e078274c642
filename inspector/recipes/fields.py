"""The fields of recipe and settings with what is said of each."""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import TYPE_CHECKING

from inspector.domain.about import About, DescribedField, described, fields_of, without_none

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel


def fields_of_model(model: type[BaseModel]) -> tuple[DescribedField, ...]:
    """Describe the fields of a recipe or of the settings, and those of their groups, as ``trigger.settle_s``.

    Fields of which nothing is said are left out: the program keeps them by itself.
    """
    return tuple(field for name in model.model_fields for field in _fields(model, name))


def _fields(model: type[BaseModel], name: str) -> Iterator[DescribedField]:
    info = model.model_fields[name]
    about = next((said for said in info.metadata if isinstance(said, About)), None)
    inner = without_none(info.annotation)
    if isinstance(inner, type) and is_dataclass(inner):
        yield from fields_of(inner, path=name, group=about)
    elif about is not None:
        required = info.is_required()
        yield described(name, inner, about, default=None if required else info.default, required=required)
