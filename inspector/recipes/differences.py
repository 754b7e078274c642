"""What differs between two versions of a recipe, field by field, in the words of the Settings page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.about import ValueKind
from inspector.domain.secret import redacted
from inspector.recipes.fields import fields_of_model
from inspector.recipes.recipe import Recipe
from inspector.recipes.views import RecipeView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel, JsonValue

    from inspector.domain.about import DescribedField

_NOTHING = "–"
_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeDifference:
    """One field that differs.

    Args:
        field: Its place, as ``trigger.mode``; of a view after the view's name.
        title: As the Settings page calls it.
        old: The value before, in words.
        new: The value after.
    """

    field: str
    title: str
    old: str
    new: str

    @property
    def words(self) -> str:
        """In one line."""
        return f"{self.title}: {self.old} → {self.new}"


def differences(old: Recipe, new: Recipe) -> tuple[RecipeDifference, ...]:
    """Return what differs, in the order of the fields; name, version and the record of a change are left out."""
    return tuple(_differences(old, new))


def _differences(old: Recipe, new: Recipe) -> Iterator[RecipeDifference]:
    yield from _fields(Recipe, old, new, "", "")
    views = {view.name: view for view in old.views}, {view.name: view for view in new.views}
    for name in dict.fromkeys((*views[0], *views[1])):
        before, after = (known.get(name) for known in views)
        if before is None or after is None:
            there = [f"{view.source}, model {view.model}" if view else "not there" for view in (before, after)]
            yield RecipeDifference(
                field=f"views.{name}", title=f"View {name}", old=redacted(there[0]), new=redacted(there[1])
            )
        else:
            yield from _fields(RecipeView, before, after, f"views.{name}.", f"View {name}, ")
    if old.views and new.views and [*views[0]] != [*views[1]] and set(views[0]) == set(views[1]):
        yield RecipeDifference(
            field="views", title="Order of the views", old=", ".join(views[0]), new=", ".join(views[1])
        )
    for name in dict.fromkeys((*old.model_hashes, *new.model_hashes)):
        digests = [recipe.model_hashes.get(name, "") for recipe in (old, new)]
        if all(digests) and digests[0] != digests[1]:
            yield RecipeDifference(
                field=f"model_hashes.{name}",
                title=f"Model {name}, SHA-256",
                old=f"{digests[0][:_SHOWN]}…",
                new=f"{digests[1][:_SHOWN]}…",
            )


def _fields(
    model: type[BaseModel], old: BaseModel, new: BaseModel, path: str, called: str
) -> Iterator[RecipeDifference]:
    """Compare by what is said of each field; a group that is set only in one of the two is told by its fields."""
    before, after = _flat(old), _flat(new)
    for field in fields_of_model(model):
        if field.path == "name":
            continue
        values = before.get(field.path), after.get(field.path)
        if values[0] != values[1]:
            yield RecipeDifference(
                field=f"{path}{field.path}",
                title=f"{called}{field.about.title or field.path}",
                old=_words(field, values[0]),
                new=_words(field, values[1]),
            )


def _flat(record: BaseModel) -> dict[str, JsonValue]:
    flat: dict[str, JsonValue] = {}

    def lay_out(values: dict[str, JsonValue], path: str) -> None:
        for name, value in values.items():
            if isinstance(value, dict):
                lay_out(value, f"{path}{name}.")
            else:
                flat[path + name] = value

    lay_out(record.model_dump(mode="json", exclude={"views", "change", "version", "model_hashes"}), "")
    return flat


def _words(field: DescribedField, value: JsonValue) -> str:
    if value is None or value == "":
        return field.about.empty or _NOTHING
    if field.kind is ValueKind.FLAG:
        return "yes" if value else "no"
    if isinstance(value, float):
        value = f"{value:.6g}"
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    unit = f" {field.about.unit}" if field.about.unit and field.kind in (ValueKind.WHOLE, ValueKind.NUMBER) else ""
    return redacted(f"{value}{unit}")
