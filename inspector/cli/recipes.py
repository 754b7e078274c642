"""``inspector recipe``: list, show, make, check, save."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli import thresholds
from inspector.cli.common import EXIT_OK, add_json, add_places, ask_secret, emit, home_of, say
from inspector.cli.field_options import HEATMAP, MODEL, SOURCE, add_field, add_source_options, source_options
from inspector.domain.config import SourceOptions
from inspector.domain.source import SourceSpec, shown

if TYPE_CHECKING:
    import argparse


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``recipe`` and its commands."""
    group = commands.add_parser(
        "recipe", help="list, show, make, check, save recipes; their thresholds and history"
    ).add_subparsers(title="commands", metavar="COMMAND", required=True)
    listing = group.add_parser("list", help="list the recipes of this station")
    listing.set_defaults(command=list_recipes)
    show = group.add_parser("show", help="print a recipe; a start for a new one")
    show.add_argument("recipe", nargs="?", default="", help="name or file (default: the demo line)")
    show.set_defaults(command=show_recipe)
    new = group.add_parser(
        "new",
        help="make a recipe",
        description="Make a recipe for a model on a source: pictures of a folder are parts; on cameras and videos "
        "parts cross the middle of the view. Everything else is set in the window, or in the file.",
    )
    new.add_argument("name")
    add_field(new, SOURCE, required=True)
    add_field(new, MODEL, required=True)
    add_field(new, HEATMAP)
    add_source_options(new)
    new.set_defaults(command=new_recipe)
    check = group.add_parser("check", help="validate a recipe file")
    check.add_argument("file", type=Path)
    check.set_defaults(command=check_recipe)
    save = group.add_parser("save", help="validate a recipe file and take it into this station's recipes")
    save.add_argument("file", type=Path)
    save.set_defaults(command=save_recipe)
    password = group.add_parser(
        "password",
        help="type the password of a recipe's source",
        description="Ask for the password (or token) of a recipe's source, shown as *** in it, and keep it: in the "
        "system's keyring, else in a file that only this user can read. Without a terminal it is read from stdin, a "
        "line for each ***.",
    )
    password.add_argument("recipe", help="name or file")
    password.set_defaults(command=set_password)
    for parser in (listing, show, new, check, save, password):
        add_places(parser)
        add_json(parser)
    thresholds.add_recipe_commands(group)


def list_recipes(parsed: argparse.Namespace) -> int:
    """List."""
    from inspector import assembly

    entries = assembly.list_recipes(home_of(parsed))
    if parsed.json:
        listed = [
            {"name": known.name, "path": str(known.path) if known.path else None, "fault": known.fault}
            for known in entries
        ]
        emit({"recipes": listed})
        return EXIT_OK
    for entry in entries:
        print(f"{entry.name:24}{entry.fault or entry.path or 'built in'}")
    return EXIT_OK


def show_recipe(parsed: argparse.Namespace) -> int:
    """Show."""
    from inspector import assembly

    recipe = assembly.find_recipe(parsed.recipe, home_of(parsed))
    recipe = recipe.model_copy(update={"source": shown(recipe.source)})
    if parsed.json:
        emit(recipe.model_dump(mode="json"))
    else:
        print(recipe.model_dump_json(indent=2))
    return EXIT_OK


def new_recipe(parsed: argparse.Namespace) -> int:
    """Make; one of that name that is there is not touched."""
    from pydantic import ValidationError

    from inspector import assembly
    from inspector.domain.errors import RecipeError
    from inspector.json_file import faults_in
    from inspector.passwords import Passwords
    from inspector.recipes.recipe import Recipe
    from inspector.recipes.recipe import save_recipe as save
    from inspector.sources.check import check_source

    home = home_of(parsed)
    assembly.model_store(home).find(parsed.model)
    source = SourceSpec.parse_present(parsed.source).absolute()
    options = source_options(parsed, str(source), SourceOptions())
    usual = assembly.recipe_for(parsed.model, str(source), options)
    check_source(str(source), usual.trigger.mode, lacks_password=Passwords(home.root).lacks)
    told = {"name": parsed.name} | ({"heatmap": parsed.heatmap} if parsed.heatmap else {})
    try:
        recipe = Recipe.model_validate(usual.model_dump() | told)
    except ValidationError as error:
        raise RecipeError(
            f"no recipe can be called “{parsed.name}”: {faults_in(error)}", "Choose another name."
        ) from error
    if (home.recipes / f"{recipe.name}.json").exists():
        raise RecipeError(f"there is a recipe “{recipe.name}” already", "Choose another name, or change that one.")
    path = save(recipe, home.recipes)
    if parsed.json:
        emit({"path": str(path), "name": recipe.name, "version": recipe.version})
    else:
        print(f"{path}: version {recipe.version}")
    return EXIT_OK


def check_recipe(parsed: argparse.Namespace) -> int:
    """Check."""
    from inspector import assembly
    from inspector.domain.errors import BundleError, SourceError
    from inspector.passwords import Passwords
    from inspector.recipes.recipe import load_recipe
    from inspector.sources.check import check_source

    home, recipe = home_of(parsed), load_recipe(parsed.file)
    warnings = []
    for look in (
        lambda: assembly.model_store(home).find(recipe.model),
        lambda: check_source(recipe.source, recipe.trigger.mode, lacks_password=Passwords(home.root).lacks),
    ):
        try:
            look()
        except (BundleError, SourceError) as error:  # what is missing may come later, or be at another station
            warnings.append(str(error))
            say(f"warning: {error}")
    if parsed.json:
        emit({"ok": True, "name": recipe.name, "version": recipe.version, "warnings": warnings})
    else:
        print(f"{parsed.file}: recipe “{recipe.name}”, version {recipe.version}, can be used")
    return EXIT_OK


def save_recipe(parsed: argparse.Namespace) -> int:
    """Save; the version follows that of the recipe of the same name."""
    from inspector.passwords import Passwords
    from inspector.recipes.recipe import load_recipe, save_next_version, without_password

    folder = home_of(parsed).recipes
    recipe = without_password(load_recipe(parsed.file), folder)
    path = folder / f"{recipe.name}.json"
    before = load_recipe(path) if path.is_file() else None
    if before is None or before != recipe.model_copy(update={"version": before.version}):
        recipe = save_next_version(recipe, folder)
    else:
        recipe = before
    if Passwords(home_of(parsed).root).lacks(recipe.source):
        say(
            f"warning: recipes hold no passwords, and that of {recipe.source} is not known on this computer: "
            f"inspector recipe password “{recipe.name}”"
        )
    if parsed.json:
        emit({"path": str(path), "name": recipe.name, "version": recipe.version})
    else:
        print(f"{path}: version {recipe.version}")
    return EXIT_OK


def set_password(parsed: argparse.Namespace) -> int:
    """Ask for what a recipe's source lacks, and keep it."""
    from inspector import assembly
    from inspector.domain.errors import RecipeError
    from inspector.domain.secret import filled, masks_in
    from inspector.passwords import Passwords

    home = home_of(parsed)
    recipe = assembly.find_recipe(parsed.recipe, home)
    source = shown(recipe.source)
    secrets = [ask_secret(f"Password of {source}: ") for _ in range(masks_in(source))]
    if not secrets:
        raise RecipeError(f"the source {source} of “{recipe.name}” needs no password", "Nothing was changed.")
    if not all(secrets):
        raise RecipeError("no password was typed", "Nothing was changed. Start the command once more.")
    Passwords(home.root).keep(source, filled(source, secrets))
    if parsed.json:
        emit({"name": recipe.name, "source": source})
    else:
        print(f"the password of {source} is kept; a running line uses it when it connects again")
    return EXIT_OK
