"""``python -m inspector.recipes.reference > docs/reference.md``: the fields of recipe and settings as a page."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from inspector.domain.about import ValueKind
from inspector.domain.challenge import MOST_PARTS
from inspector.domain.source import SourceKind
from inspector.recipes.fields import fields_of_model
from inspector.recipes.recipe import Recipe
from inspector.recipes.views import MOST_VIEWS, RecipeView
from inspector.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inspector.domain.about import DescribedField

_HEAD = """\
# Recipe and settings

Every field, made from the program itself by `python -m inspector.recipes.reference > docs/reference.md`.
A test holds this page equal to what the program takes.

A recipe belongs to a product: `recipes/NAME.json` in the data folder, and each of its versions in `recipes/history`.
The settings belong to a station: `settings.json` in the data folder. `inspector recipe show` prints a recipe to begin
with. A dot leads into a group: `trigger.mode` is `{"trigger": {"mode": …}}`. The program itself keeps the fields
`format_version`, `version`, `model_hashes` and `change`.
"""
_VIEWS = f"""\
`views` of a recipe is a list of at most {MOST_VIEWS} objects with these fields: further cameras that see the
same part. The trigger must be `external` or `manual`. `source_options` has the fields that it has in the recipe.
[Several views of one part](manual/views.md)"""


_CHALLENGE = f"""\
`challenge.parts` of a recipe is a list of at most {MOST_PARTS} objects: `name`; `expected`, `good` or `defective`;
`serial`, or an empty text; `picture`, a file's name in `challenges/set` of the data folder, or an empty text.
`challenge.reason` says why they are these. Settings → Challenge parts and `inspector challenge set` write both.
[The release interlock](manual/engineer.md#the-release-interlock)"""


def reference() -> str:
    """Return the page in Markdown."""
    recipe, view, settings = (fields_of_model(model) for model in (Recipe, RecipeView, Settings))
    return "\n".join(
        (
            _HEAD,
            "## Sources",
            "",
            *_table(("written", "is", "for example", "options"), (_source(kind, recipe) for kind in SourceKind)),
            "",
            "## Recipe",
            "",
            *_table(_COLUMNS, (_field(field) for field in recipe)),
            "",
            "## Challenge parts",
            "",
            _CHALLENGE,
            "",
            "## Views",
            "",
            _VIEWS,
            "",
            *_table(_COLUMNS, (_field(field) for field in view if not field.path.startswith("source_options."))),
            "",
            "## Settings",
            "",
            *_table(_COLUMNS, (_field(field) for field in settings)),
            "",
        )
    )


_COLUMNS = ("field", "called", "values", "without it", "used by", "meaning")


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [_row(heads), "|" + "---|" * len(heads), *(_row(row) for row in rows)]


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cell.replace('|', '∣') for cell in cells)} |"


def _source(kind: SourceKind, fields: Iterable[DescribedField]) -> tuple[str, ...]:
    options = [f"`{field.name}`" for field in fields if field.about.only and field.belongs_to(kind)]
    return f"`{kind.form}`", kind.description, f"`{kind.example}`", ", ".join(options) or "–"


def _field(field: DescribedField) -> tuple[str, ...]:
    about = field.about
    users = ", ".join(f"`{choice.value}`" for choice in about.only)
    return f"`{field.path}`", about.title, _values(field), _default(field), users or "–", about.description or "–"


def _values(field: DescribedField) -> str:
    about = field.about
    if field.choices:
        return ", ".join(f"`{choice}`" for choice in field.choices)
    if about.low is None or field.kind is ValueKind.TEXT:
        return " ".join(piece for piece in (field.kind.value, about.unit and f"({about.unit})") if piece)
    limits = f"at least {about.low:g}" if about.high is None else f"{about.low:.12g} to {about.high:.12g}"
    return f"{field.kind.value}, {limits} {about.unit}".strip()


def _default(field: DescribedField) -> str:
    if field.required:
        return "refused"
    if field.default is None or field.default == "":
        return field.about.empty or "–"
    if field.kind is ValueKind.FLAG:
        return "yes" if field.default else "no"
    if isinstance(field.default, tuple):
        return ", ".join(str(piece) for piece in field.default)
    return f"{field.default:g}" if isinstance(field.default, float) else f"{field.default}"


if __name__ == "__main__":
    sys.stdout.write(reference())
