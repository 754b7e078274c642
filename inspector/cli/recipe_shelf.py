"""``inspector recipe copy, rename, delete, restore, diff, export, import``: what is done with whole recipes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.common import EXIT_OK, add_json, add_places, emit, home_of, positive, say, settings_of, text_argument
from inspector.cli.sign_in import needs
from inspector.domain.text import RECIPE_NAME
from inspector.people.roles import Permission

if TYPE_CHECKING:
    import argparse

    from inspector.recipes.recipe import Recipe
    from inspector.recipes.versions import RecipeVersion
    from inspector.shelf.shelf import Shelf


def add_shelf_commands(group: argparse._SubParsersAction[Any]) -> None:
    """Add what is done with whole recipes to the commands of ``recipe``."""
    name = text_argument(RECIPE_NAME)
    copy = group.add_parser("copy", help="save a copy of a recipe under another name")
    rename = group.add_parser("rename", help="give a recipe another name; its versions under the old one are kept")
    for parser, command in ((copy, copy_recipe), (rename, rename_recipe)):
        parser.add_argument("recipe", help="its name")
        parser.add_argument("to", type=name, help="the other name")
        parser.set_defaults(command=command)
    delete = group.add_parser("delete", help="take a recipe away; its versions are kept, and “restore” brings it back")
    delete.add_argument("recipe", help="its name")
    delete.set_defaults(command=delete_recipe)
    restore = group.add_parser(
        "restore",
        help="save an earlier version as the next one, or bring a deleted recipe back",
        description="Save an earlier version of a recipe as its next one. Of a deleted recipe, which is there again "
        "then, the newest version is taken where none is named. A running line takes it up within a second.",
    )
    restore.add_argument("recipe", help="its name")
    restore.add_argument("--version", type=positive, help="which version (a deleted recipe: default the newest)")
    restore.set_defaults(command=restore_recipe)
    compare = group.add_parser("diff", help="say what differs between two versions of a recipe, field by field")
    compare.add_argument("recipe", help="its name")
    compare.add_argument("old", type=positive, nargs="?", help="version (default: the one before the other)")
    compare.add_argument("new", type=positive, nargs="?", help="version (default: the newest)")
    compare.set_defaults(command=compare_versions)
    _add_files(group)
    for parser in (copy, rename, delete, restore):
        needs(parser, Permission.RECIPES)
    for parser in (copy, rename, delete, restore, compare):
        add_places(parser)
        add_json(parser)


def _add_files(group: argparse._SubParsersAction[Any]) -> None:
    export = group.add_parser(
        "export",
        help="write a recipe, with its models, as one signed file",
        description="Write a recipe as one file for another station, signed with this station's key.",
    )
    export.add_argument("recipe", help="its name")
    export.add_argument("file", type=Path)
    export.add_argument("--without-models", action="store_true", help="the recipe alone")
    export.set_defaults(command=export_recipe)
    needs(export, Permission.EXPORT)
    take = group.add_parser(
        "import",
        help="take a recipe, with its models, from a file that “export” wrote",
        description="Take a recipe from a file that “export” wrote. All of it is checked first.",
    )
    take.add_argument("file", type=Path)
    other = take.add_mutually_exclusive_group()
    other.add_argument(
        "--name", type=text_argument(RECIPE_NAME), default="", help="what it is to be called (default: as in the file)"
    )
    other.add_argument("--replace", action="store_true", help="as the next version of the recipe of its name")
    take.set_defaults(command=import_recipe)
    needs(take, Permission.RECIPES)
    for parser in (export, take):
        add_places(parser)
        add_json(parser)


def copy_recipe(parsed: argparse.Namespace) -> int:
    """Copy."""
    return _saved(parsed, _shelf(parsed).copy(parsed.recipe, parsed.to))


def rename_recipe(parsed: argparse.Namespace) -> int:
    """Rename."""
    return _saved(parsed, _shelf(parsed).rename(parsed.recipe, parsed.to))


def delete_recipe(parsed: argparse.Namespace) -> int:
    """Delete."""
    _shelf(parsed).delete(parsed.recipe)
    if parsed.json:
        emit({"deleted": parsed.recipe})
    else:
        print(f"{parsed.recipe} is deleted; its versions are kept: inspector recipe restore “{parsed.recipe}”")
    return EXIT_OK


def restore_recipe(parsed: argparse.Namespace) -> int:
    """Restore; of a recipe that is there a version must be named."""
    from inspector.domain.errors import RecipeError

    shelf = _shelf(parsed)
    if parsed.version is None and parsed.recipe not in shelf.deleted():
        raise RecipeError(
            f"which version of {parsed.recipe} is to be restored is not said",
            f"Name one with --version, as “inspector recipe history {parsed.recipe}” lists them.",
        )
    return _saved(parsed, shelf.restore(parsed.recipe, parsed.version))


def compare_versions(parsed: argparse.Namespace) -> int:
    """Say what differs."""
    from inspector.domain.errors import RecipeError
    from inspector.recipes.differences import differences

    kept = {known.version: known for known in _shelf(parsed).versions(parsed.recipe)}
    if not kept:
        raise RecipeError(f"no version of {parsed.recipe} was saved yet", "See “inspector recipe list”.")
    new = parsed.new or max(kept)
    old = parsed.old or max((version for version in kept if version < new), default=new)
    before, after = (_readable(kept, version, parsed.recipe) for version in (old, new))
    changed = differences(before, after)
    if parsed.json:
        rows = [{"field": row.field, "title": row.title, "old": row.old, "new": row.new} for row in changed]
        emit({"recipe": parsed.recipe, "old": old, "new": new, "differences": rows})
        return EXIT_OK
    for row in changed:
        print(row.words)
    if not changed:
        say(f"versions {old} and {new} of {parsed.recipe} say the same")
    return EXIT_OK


def export_recipe(parsed: argparse.Namespace) -> int:
    """Export."""
    from inspector.shelf.package import write_package

    home = home_of(parsed)
    recipe = write_package(parsed.recipe, parsed.file, home, settings_of(home), models=not parsed.without_models)
    if parsed.json:
        emit({"file": str(parsed.file), "name": recipe.name, "version": recipe.version})
    else:
        print(f"{parsed.file}: recipe “{recipe.name}”, version {recipe.version}")
    return EXIT_OK


def import_recipe(parsed: argparse.Namespace) -> int:
    """Import."""
    from inspector.shelf.taken import take_package

    taken = take_package(parsed.file, home_of(parsed), name=parsed.name, replace=parsed.replace)
    if not parsed.json:
        for note in taken.notes:
            say(note)
    return _saved(parsed, taken.recipe, notes=list(taken.notes))


# --- inside -----------------------------------------------------------------------------------------------------------


def _shelf(parsed: argparse.Namespace) -> Shelf:
    from inspector import assembly
    from inspector.shelf.shelf import Shelf

    home = home_of(parsed)
    return Shelf(home, in_use=settings_of(home).recipe or assembly.DEMO_RECIPE)


def _readable(kept: dict[int, RecipeVersion], version: int, name: str) -> Recipe:
    from inspector.domain.errors import RecipeError

    known = kept.get(version)
    recipe = known.recipe if known is not None else None
    if recipe is None:
        why = known.fault if known is not None else "it was not kept"
        raise RecipeError(
            f"version {version} of {name} cannot be read: {why}", f"Kept are {', '.join(map(str, kept))}."
        )
    return recipe


def _saved(parsed: argparse.Namespace, recipe: Recipe, **more: object) -> int:
    path = home_of(parsed).recipes / f"{recipe.name}.json"
    if parsed.json:
        emit({"path": str(path), "name": recipe.name, "version": recipe.version, **more})
    else:
        print(f"{path}: version {recipe.version}")
    return EXIT_OK
