"""What stands under “About and licences” in the manual's dialog: the program, and what it brings along."""

from __future__ import annotations

from urllib.parse import quote, unquote

from inspector import __version__
from inspector.domain.errors import InspectorError
from inspector.licences import brought_packages, licence_text

#: Links to the text of a package begin with it; alone it leads back to the list.
LICENCE_LINK = "licence:"


def about_page() -> str:
    """Return the page in Markdown: version, licence, and every package with a link to its text."""
    try:
        packages = brought_packages()
    except InspectorError as error:
        return f"# About Inspector\n\n{error.what}. {error.next_step}"
    lines = [
        "# About Inspector",
        "",
        f"Inspector {__version__}, under the Apache License 2.0.",
        "",
        f"It brings along {len(packages)} packages under licences of their own. Choose a name to read its text.",
        "",
        "| package | version | licence |",
        "|---|---|---|",
        *(
            f"| [{_plain(package.name)}]({LICENCE_LINK}{quote(package.name)}) | {_plain(package.version)} "
            f"| {_plain(package.licence)} |"
            for package in packages
        ),
    ]
    return "\n".join(lines)


def licence_of_link(link: str) -> str | None:
    """Return the text of the package that a link names, as plain text; None where it leads back to the list."""
    name = unquote(link.removeprefix(LICENCE_LINK))
    if not name:
        return None
    try:
        return licence_text(name)
    except InspectorError as error:
        return f"{error.what}. {error.next_step}"


def _plain(text: str) -> str:
    return text.replace("|", "∣").replace("\n", " ")
