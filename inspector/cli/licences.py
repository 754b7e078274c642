"""``inspector licences``: what the program brings along, and under which licences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.cli.common import EXIT_OK, add_json, add_places, emit

if TYPE_CHECKING:
    import argparse


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``licences``."""
    parser = commands.add_parser(
        "licences",
        help="what the program brings along, with licences",
        description="List every package that this installation brings along, with version and licence; or print the "
        "texts of one. In a package the list is that of its build, with the libraries of the system that are in it.",
    )
    parser.add_argument("package", nargs="?", metavar="NAME", help="print the texts of this one")
    add_places(parser)
    add_json(parser)
    parser.set_defaults(command=run)


def run(parsed: argparse.Namespace) -> int:
    """List, or print."""
    from inspector.licences import brought_packages, licence_text

    if parsed.package is not None:
        text = licence_text(parsed.package)
        if parsed.json:
            emit({"name": parsed.package, "text": text})
        else:
            print(text)
        return EXIT_OK
    packages = brought_packages()
    if parsed.json:
        emit({"packages": [package.model_dump(include={"name", "version", "licence"}) for package in packages]})
        return EXIT_OK
    width = max((len(f"{package.name} {package.version}") for package in packages), default=0)
    for package in packages:
        print(f"{f'{package.name} {package.version}':{width}}  {package.licence}")
    return EXIT_OK
