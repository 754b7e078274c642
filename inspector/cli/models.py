"""``inspector model``: list, show, verify, import, promote, roll back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.common import (
    EXIT_ERROR,
    EXIT_INTERRUPTED,
    EXIT_OK,
    TorchUse,
    add_json,
    add_places,
    emit,
    fraction,
    home_of,
    say,
    settings_of,
    stop_signals,
    text_argument,
)
from inspector.cli.sign_in import acting, add_user, needs
from inspector.domain.errors import InspectorError
from inspector.domain.text import REASON
from inspector.people.roles import Permission

if TYPE_CHECKING:
    import argparse

    from inspector.paths import Home
    from inspector.recipes.promotions import Promotion
    from inspector.recipes.recipe import Recipe
    from inspector.vision.manifest import Manifest


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``model`` and its commands."""
    group = commands.add_parser("model", help="list, show, verify, import, promote models").add_subparsers(
        title="commands", metavar="COMMAND", required=True
    )
    listing = group.add_parser("list", help="list the models that are found by name")
    listing.set_defaults(command=list_models)
    show = group.add_parser("show", help="show a model's manifest")
    show.add_argument("model", help="name or folder")
    show.set_defaults(command=show_model)
    verify = group.add_parser("verify", help="check every file of a model against its hash")
    verify.add_argument("model", help="name or folder")
    verify.set_defaults(command=verify_model)
    take = group.add_parser(
        "import",
        help="import a plain ResNet-50 state dict (.pth, .safetensors, .npz)",
        description="Import a plain torchvision ResNet-50 state dict. Pickles that would run code are refused.",
    )
    take.add_argument("weights", type=Path)
    take.add_argument("--classes", required=True, help="class names in the network's order, with commas")
    take.add_argument("--good", help="which class is good (default: “good”)")
    take.add_argument("--out", type=Path, help="folder of the bundle (default: in the data folder, by the file's name)")
    take.add_argument("--fail-at", type=fraction, default=0.5, help="fail from this P(defective) on (default: 0.5)")
    take.add_argument("--input-size", type=int, default=224, help="side of the network's input (default: 224)")
    take.add_argument("--policy", choices=("squash", "letterbox", "centre-crop"), default="squash", help="resizing")
    take.add_argument("--replace", action="store_true", help="replace a bundle of that name")
    add_user(take)
    take.set_defaults(command=import_model, torch=TorchUse.NEEDS)
    give = group.add_parser(
        "promote",
        help="give a recipe another model",
        description="Give a recipe a model, from the next part on: a running line of that recipe takes it up within a "
        "second. First it judges the recipe's locked parts (“inspector regression”): one that loses a defect, or what "
        "the model in force holds, is refused. Who, when, from, to and why are recorded; “inspector model rollback” "
        "goes back.",
    )
    give.add_argument("model", help="name or folder")
    sign = group.add_parser("sign", help="sign a model as it is now; what is promoted is signed anyway")
    sign.add_argument("model", help="name or folder")
    sign.set_defaults(command=sign_model)
    back = group.add_parser("rollback", help="give a recipe back the model that it had before its last promotion")
    told = group.add_parser("promotions", help="list which recipe was given which model, when, by whom and why")
    for parser in (give, back, told):
        parser.add_argument("--recipe", default="", help="recipe: its name (default: the station's)")
    give.add_argument(
        "--anyway",
        action="store_true",
        help="also a model that is worse than the one it goes on from",
    )
    give.add_argument(
        "--sign",
        type=text_argument(REASON),
        default="",
        metavar="REASON",
        help="sign, with a reason, for locked parts that it loses",
    )
    give.add_argument("--why", type=text_argument(REASON), required=True, help="the reason, for the record")
    back.add_argument("--why", type=text_argument(REASON), default="", help="the reason, for the record")
    for parser in (give, back, sign):
        needs(parser, Permission.MODELS)
    give.set_defaults(command=promote_model)
    back.set_defaults(command=roll_back_model)
    told.set_defaults(command=list_promotions)
    for parser in (listing, show, verify, take, give, sign, back, told):
        add_places(parser)
        add_json(parser)


def list_models(parsed: argparse.Namespace) -> int:
    """List."""
    from inspector import assembly

    home = home_of(parsed)
    settings_of(home)  # says what of them cannot be used
    entries = assembly.model_store(home).list()
    if parsed.json:
        emit(
            {
                "models": [
                    {"name": listed.name, "folder": str(listed.folder), "fault": listed.fault} for listed in entries
                ]
            }
        )
        return EXIT_OK
    for entry in entries:
        classes = ", ".join(entry.manifest.class_names) if entry.manifest else entry.fault
        print(f"{entry.name:24}{classes}  {entry.folder}")
    if not entries:
        say("no model found; make one with “trainer fit”, or import one with “inspector model import”")
    return EXIT_OK


def show_model(parsed: argparse.Namespace) -> int:
    """Show."""
    from inspector import assembly
    from inspector.vision.bundle import load_manifest

    folder = assembly.model_store(home_of(parsed)).find(parsed.model)
    manifest = load_manifest(folder)
    if parsed.json:
        emit({"folder": str(folder), "manifest": manifest.model_dump(mode="json")})
    else:
        print(f"{folder}\n{manifest.model_dump_json(indent=2, exclude={'self_test'})}")
    if manifest.guard_lacks:
        say(f"warning: {manifest.guard_lacks}")
    say(manifest.heat_words)
    return EXIT_OK


def verify_model(parsed: argparse.Namespace) -> int:
    """Verify."""
    from inspector import assembly
    from inspector.domain.errors import BundleError

    store = assembly.model_store(home_of(parsed))
    folder = store.find(parsed.model)
    try:
        bundle = store.load(parsed.model)
    except BundleError as error:
        if not parsed.json:
            raise
        emit({"folder": str(folder), "ok": False, "fault": str(error)})
        return EXIT_ERROR
    if parsed.json:
        emit({"folder": str(folder), "ok": True, "sha256": bundle.sha256, "files": len(bundle.manifest.files)})
    else:
        print(f"{bundle.manifest.name}: all {len(bundle.manifest.files)} files are as the manifest says")
    return EXIT_OK


def import_model(parsed: argparse.Namespace) -> int:
    """Import; a further model decides nothing until it is promoted, one that is replaced may be in use."""
    from inspector import __version__
    from inspector.domain.errors import BundleError
    from inspector.domain.records import Thresholds
    from inspector.trail.event import TrailKind, happened
    from inspector.trail.waiting import recorded
    from inspector.vision.importer import import_state_dict
    from inspector.vision.preprocess import Preprocessing, ResizePolicy

    if parsed.replace:
        acting(parsed, Permission.MODELS)
    classes = [name.strip() for name in parsed.classes.split(",")]
    good = parsed.good or "good"
    if good not in classes:
        raise BundleError(f"the good class “{good}” is not among {', '.join(classes)}", "Name it with --good.")
    try:
        preprocessing = Preprocessing(input_size=parsed.input_size, resize_policy=ResizePolicy(parsed.policy))
        thresholds = Thresholds(fail_at=parsed.fail_at)
    except ValueError as error:
        raise BundleError(f"the model cannot be imported like this: {error}", "Correct the option named.") from error
    out = parsed.out or home_of(parsed).models / parsed.weights.stem
    told = happened(TrailKind.MODEL_IMPORT, out.name, after={"from": str(parsed.weights), "folder": str(out)})
    with recorded(home_of(parsed).root, told):
        bundle = import_state_dict(
            parsed.weights,
            classes,
            good,
            out,
            preprocessing=preprocessing,
            thresholds=thresholds,
            software_version=__version__,
            overwrite=parsed.replace,
        )
    if parsed.json:
        from inspector.runs.answers import ImportedModel

        answer = ImportedModel(folder=str(bundle.folder), name=bundle.manifest.name, sha256=bundle.sha256)
        emit(answer.model_dump())
    else:
        print(f"imported as {bundle.manifest.name}: {bundle.folder}")
    return EXIT_OK


def sign_model(parsed: argparse.Namespace) -> int:
    """Sign."""
    from inspector import assembly
    from inspector.signed import sign_model_by_hand

    home = home_of(parsed)
    statement = sign_model_by_hand(parsed.model, home, assembly.model_store(home))
    if parsed.json:
        emit(statement.model_dump(mode="json"))
    else:
        print(f"model {statement.name} is signed: {statement.sha256}")
    return EXIT_OK


def promote_model(parsed: argparse.Namespace) -> int:
    """Promote: verified, judged by the locked parts, recorded, then saved as the recipe's next version."""
    from inspector import assembly
    from inspector.cli.regression import checked, lines_of, regression_set
    from inspector.recipes.promotions import Promotions, promoted
    from inspector.regression.promotion import record_checked

    home = home_of(parsed)
    recipe = assembly.find_recipe(parsed.recipe or settings_of(home).recipe, home)
    store = assembly.model_store(home)
    bundle = store.load(parsed.model)  # a damaged model must not stop the line
    if (worse := _worse(bundle.manifest)) and not parsed.anyway:
        raise InspectorError(worse.rstrip("."), "Train it on more pictures, or promote it all the same with --anyway.")
    known = {entry.name for entry in store.list() if entry.manifest is not None}
    model = parsed.model if parsed.model in known else str(bundle.folder.absolute())
    with stop_signals() as stop:
        check = checked(parsed, recipe, model, stop)
    if check is None:
        say("interrupted; nothing was changed")
        return EXIT_INTERRUPTED
    for line in lines_of(check):
        say(line)
    recipe = assembly.find_recipe(recipe.name, home)  # it may have been changed meanwhile
    made = record_checked(
        Promotions(home),
        check,
        recipe=recipe,
        bundle=store.load(parsed.model),
        to_model=model,
        why=parsed.why,
        signed=parsed.sign,
        regression=regression_set(parsed),
        who=parsed.actor.name,
    )
    return _put(promoted(recipe, model), home, made, as_json=parsed.json)


def _worse(manifest: Manifest) -> str:
    """Return why a model is worse than the one that it goes on from; empty where it is not, or goes on from none."""
    growth = manifest.metrics.get("growth")
    return str(growth.get("worse", "")) if isinstance(growth, dict) else ""


def roll_back_model(parsed: argparse.Namespace) -> int:
    """Roll the last promotion of a recipe back."""
    from inspector import assembly
    from inspector.recipes.promotions import Promotions, rolled_back

    home = home_of(parsed)
    recipe = assembly.find_recipe(parsed.recipe or settings_of(home).recipe, home)
    record = Promotions(home)
    undone = record.way_back(recipe)
    assembly.model_store(home).load(undone.from_model)
    why = parsed.why or f"Rolled back from {recipe.model}"
    made = record.record(recipe, undone.from_model, why, who=parsed.actor.name, rollback=True)
    return _put(rolled_back(recipe, undone), home, made, as_json=parsed.json)


def _put(recipe: Recipe, home: Home, made: Promotion, *, as_json: bool) -> int:
    from inspector import assembly
    from inspector.shadow.begin import end_outdated
    from inspector.shelf.shelf import Shelf

    saved = Shelf(home).save(recipe)
    log = assembly.places(home, settings_of(home)).log
    if log.is_file():
        try:
            end_outdated(log, saved, assembly.model_store(home).load(saved.model).sha256)
        except InspectorError as error:  # a running station ends it all the same
            say(f"warning: the shadow goes on: {error}")
    if as_json:
        emit({**made.model_dump(mode="json"), "version": saved.version})
    else:
        print(f"recipe {saved.name}, version {saved.version}: {made.to_model} instead of {made.from_model}")
    return EXIT_OK


def list_promotions(parsed: argparse.Namespace) -> int:
    """List the record."""
    from inspector.recipes.promotions import Promotions

    promotions = [
        promotion for promotion in Promotions(home_of(parsed)).read() if parsed.recipe in {"", promotion.recipe}
    ]
    if parsed.json:
        emit({"promotions": [promotion.model_dump(mode="json") for promotion in promotions]})
        return EXIT_OK
    for promotion in promotions:
        when = f"{promotion.time.astimezone():%Y-%m-%d %H:%M}"
        how = "rolled back to" if promotion.rollback else "given"
        print(
            f"{when}  {promotion.who:12}{promotion.recipe}: {how} {promotion.to_model}, "
            f"before {promotion.from_model}. {promotion.why}"
        )
    if not promotions:
        say("no promotion is recorded")
    return EXIT_OK
