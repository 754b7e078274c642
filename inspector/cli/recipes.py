"""``inspector recipe``: list, show, make, check, save."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli import thresholds
from inspector.cli.common import EXIT_OK, add_json, add_places, ask_secret, emit, home_of, say
from inspector.cli.field_options import HEATMAP, MODEL, SOURCE, add_field, add_source_options, source_options
from inspector.cli.recipe_shelf import add_shelf_commands
from inspector.cli.sign_in import needs
from inspector.domain.source import SourceSpec, shown
from inspector.domain.source_options import SourceOptions
from inspector.people.roles import Permission

if TYPE_CHECKING:
    import argparse


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``recipe`` and its commands."""
    group = commands.add_parser(
        "recipe", help="list, show, make, save, copy, rename, delete, restore, export, import recipes"
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
    save.add_argument("--why", default="", help="needed where it changes what decides, as model, thresholds or region")
    save.set_defaults(command=save_recipe)
    sign = group.add_parser(
        "sign",
        help="sign a recipe as it is now",
        description="Sign a recipe of this station, with the models that it names, as it is now: where only signed "
        "recipes may run, what was changed by hand runs again. What is saved by the program is signed anyway.",
    )
    sign.add_argument("recipe", help="name")
    sign.set_defaults(command=sign_recipe)
    password = group.add_parser(
        "password",
        help="type the password of a recipe's source",
        description="Ask for the password (or token) of a recipe's source, shown as *** in it, and keep it: in the "
        "system's keyring, else in a file that only this user can read. Without a terminal it is read from stdin, a "
        "line for each ***.",
    )
    password.add_argument("recipe", help="name or file")
    password.set_defaults(command=set_password)
    for parser in (listing, show, new, check, save, sign, password):
        add_places(parser)
        add_json(parser)
    for parser in (new, save, sign, password):
        needs(parser, Permission.RECIPES)
    thresholds.add_recipe_commands(group)
    add_shelf_commands(group)


def list_recipes(parsed: argparse.Namespace) -> int:
    """List."""
    from inspector import assembly
    from inspector.shelf.shelf import Shelf

    entries = assembly.list_recipes(home_of(parsed))
    deleted = Shelf(home_of(parsed)).deleted()
    if parsed.json:
        listed = [
            {"name": known.name, "path": str(known.path) if known.path else None, "fault": known.fault}
            for known in entries
        ]
        emit({"recipes": listed, "deleted": deleted})
        return EXIT_OK
    for entry in entries:
        print(f"{entry.name:24}{entry.fault or entry.path or 'built in'}")
    for name in deleted:
        say(f"{name:24}deleted; inspector recipe restore “{name}” brings it back")
    return EXIT_OK


def show_recipe(parsed: argparse.Namespace) -> int:
    """Show."""
    from inspector import assembly

    recipe = assembly.find_recipe(parsed.recipe, home_of(parsed))
    recipe = recipe.with_sources(shown)
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
    from inspector.shelf.shelf import Shelf
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
    recipe = Shelf(home).save(recipe)
    path = home.recipes / f"{recipe.name}.json"
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
    lacks, mode = Passwords(home.root).lacks, recipe.trigger.mode
    views = [("", recipe.source, recipe.model)]
    views += [(f"{view.name}: ", view.source, view.model) for view in recipe.views]
    for name, source, model in views:
        for look in (
            partial(assembly.model_store(home).find, model),
            partial(check_source, source, mode, lacks_password=lacks),
        ):
            try:
                look()
            except (BundleError, SourceError) as error:  # what is missing may come later, or be at another station
                warnings.append(f"{name}{error}")
                say(f"warning: {name}{error}")
    if parsed.json:
        emit({"ok": True, "name": recipe.name, "version": recipe.version, "warnings": warnings})
    else:
        print(f"{parsed.file}: recipe “{recipe.name}”, version {recipe.version}, can be used")
    return EXIT_OK


def save_recipe(parsed: argparse.Namespace) -> int:
    """Save; the version follows that of the recipe of the same name."""
    from inspector import assembly
    from inspector.domain.errors import RecipeError
    from inspector.model_hashes import with_hashes
    from inspector.passwords import Passwords
    from inspector.recipes.recipe import load_recipe, without_password
    from inspector.recipes.told import decides_otherwise
    from inspector.shelf.shelf import Shelf

    home = home_of(parsed)
    folder = home.recipes
    recipe = with_hashes(without_password(load_recipe(parsed.file), folder), assembly.model_store(home))
    path = folder / f"{recipe.name}.json"
    before = load_recipe(path) if path.is_file() else None
    if before is None or before != recipe.model_copy(update={"version": before.version}):
        if before is not None and (changed := decides_otherwise(before, recipe)) and not parsed.why.strip():
            raise RecipeError(
                f"what decides in {recipe.name} is changed ({changed}), and no reason is given",
                "Say why: --why “…”. Nothing was saved.",
            )
        recipe = Shelf(home).save(recipe, reason=parsed.why.strip())
    else:
        recipe = before
    for source in filter(Passwords(home.root).lacks, recipe.sources):
        say(
            f"warning: recipes hold no passwords, and that of {source} is not known on this computer: "
            f"inspector recipe password “{recipe.name}”"
        )
    if parsed.json:
        emit({"path": str(path), "name": recipe.name, "version": recipe.version})
    else:
        print(f"{path}: version {recipe.version}")
    return EXIT_OK


def sign_recipe(parsed: argparse.Namespace) -> int:
    """Sign."""
    from inspector import assembly
    from inspector.signed import sign_recipe as sign
    from inspector.trail.event import TrailKind, happened
    from inspector.trail.waiting import recorded

    home = home_of(parsed)
    recipe = assembly.find_recipe(parsed.recipe, home)
    with recorded(home.root, happened(TrailKind.SIGNATURE, recipe.name, after={"version": recipe.version})):
        statement = sign(recipe.name, home, assembly.model_store(home))
    if parsed.json:
        emit(statement.model_dump(mode="json"))
    else:
        models = ", ".join(f"{name} ({digest[:12]})" for name, digest in statement.models.items())
        print(f"recipe {statement.name}, version {statement.version}, is signed with the model {models or 'none'}")
    return EXIT_OK


def set_password(parsed: argparse.Namespace) -> int:
    """Ask for what a recipe's source lacks, and keep it."""
    from inspector import assembly
    from inspector.domain.errors import RecipeError
    from inspector.domain.secret import filled, masks_in
    from inspector.passwords import Passwords
    from inspector.trail.event import TrailKind, happened
    from inspector.trail.waiting import recorded

    home = home_of(parsed)
    recipe = assembly.find_recipe(parsed.recipe, home)
    sources = [source for source in map(shown, recipe.sources) if masks_in(source)]
    if not sources:
        raise RecipeError(
            f"the source {shown(recipe.source)} of “{recipe.name}” needs no password", "Nothing was changed."
        )
    typed = {source: [ask_secret(f"Password of {source}: ") for _ in range(masks_in(source))] for source in sources}
    if not all(all(secrets) for secrets in typed.values()):
        raise RecipeError("no password was typed", "Nothing was changed. Start the command once more.")
    anew = {"source": f"{', '.join(typed)} (password typed anew)"}
    with recorded(home.root, happened(TrailKind.RECIPE, recipe.name, after=anew)):
        for source, secrets in typed.items():
            Passwords(home.root).keep(source, filled(source, secrets))
    named = ", ".join(sources)
    if parsed.json:
        emit({"name": recipe.name, "source": named})
    else:
        print(f"the password of {named} is kept; a running line uses it when it connects again")
    return EXIT_OK
