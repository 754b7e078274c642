"""``inspector model``: list, show, verify, import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.common import EXIT_ERROR, EXIT_OK, add_json, add_places, emit, home_of, say

if TYPE_CHECKING:
    import argparse


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``model`` and its commands."""
    group = commands.add_parser("model", help="list, show, verify, import models").add_subparsers(
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
    take.add_argument("--fail-at", type=float, default=0.5, help="fail from this P(defective) on (default: 0.5)")
    take.add_argument("--input-size", type=int, default=224, help="side of the network's input (default: 224)")
    take.add_argument("--policy", choices=("squash", "letterbox", "centre-crop"), default="squash", help="resizing")
    take.add_argument("--replace", action="store_true", help="replace a bundle of that name")
    take.set_defaults(command=import_model)
    for parser in (listing, show, verify, take):
        add_places(parser)
        add_json(parser)


def list_models(parsed: argparse.Namespace) -> int:
    """List."""
    from inspector import assembly  # noqa: PLC0415

    entries = assembly.model_store(home_of(parsed)).list()
    if parsed.json:
        emit({"models": [{"name": one.name, "folder": str(one.folder), "fault": one.fault} for one in entries]})
        return EXIT_OK
    for entry in entries:
        classes = ", ".join(entry.manifest.class_names) if entry.manifest else entry.fault
        print(f"{entry.name:24}{classes}  {entry.folder}")
    if not entries:
        say("no model found; make one with “trainer fit”, or import one with “inspector model import”")
    return EXIT_OK


def show_model(parsed: argparse.Namespace) -> int:
    """Show."""
    from inspector import assembly  # noqa: PLC0415
    from inspector.vision.bundle import load_manifest  # noqa: PLC0415

    folder = assembly.model_store(home_of(parsed)).find(parsed.model)
    manifest = load_manifest(folder)
    if parsed.json:
        emit({"folder": str(folder), "manifest": manifest.model_dump(mode="json")})
    else:
        print(f"{folder}\n{manifest.model_dump_json(indent=2)}")
    return EXIT_OK


def verify_model(parsed: argparse.Namespace) -> int:
    """Verify."""
    from inspector import assembly  # noqa: PLC0415
    from inspector.domain.errors import BundleError  # noqa: PLC0415

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
    """Import."""
    from inspector import __version__  # noqa: PLC0415
    from inspector.domain.errors import BundleError  # noqa: PLC0415
    from inspector.domain.records import Thresholds  # noqa: PLC0415
    from inspector.vision.importer import import_state_dict  # noqa: PLC0415
    from inspector.vision.preprocess import Preprocessing, ResizePolicy  # noqa: PLC0415

    classes = [name.strip() for name in parsed.classes.split(",")]
    good = parsed.good or "good"
    if good not in classes:
        raise BundleError(f"the good class “{good}” is not among {', '.join(classes)}", "Name it with --good.")
    try:
        preprocessing = Preprocessing(input_size=parsed.input_size, resize_policy=ResizePolicy(parsed.policy))
        thresholds = Thresholds(fail_at=parsed.fail_at)
    except ValueError as error:
        raise BundleError(f"the model cannot be imported like this: {error}", "Correct the option named.") from error
    bundle = import_state_dict(
        parsed.weights,
        classes,
        good,
        parsed.out or home_of(parsed).models / parsed.weights.stem,
        preprocessing=preprocessing,
        thresholds=thresholds,
        software_version=__version__,
        overwrite=parsed.replace,
    )
    if parsed.json:
        emit({"folder": str(bundle.folder), "name": bundle.manifest.name, "sha256": bundle.sha256})
    else:
        print(f"imported as {bundle.manifest.name}: {bundle.folder}")
    return EXIT_OK
