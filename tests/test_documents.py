"""The documents: as short as they promise, without dead links, and naming only what exists."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FIGURES = ROOT / "docs" / "figures.md"
DECISIONS = ROOT / "docs" / "decisions"

_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_SENTENCE_END = re.compile(r"[.!?](?:\s|$)")


def _named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _text(path: Path) -> str:
    """A document without its blocks of code."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def _anchors(path: Path) -> set[str]:
    """What can stand behind # in a link, as GitHub spells it."""
    headings = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(_text(path)))
    return {heading.strip().replace(" ", "-") for heading in headings}


def _sections(path: Path) -> Iterator[tuple[str, str]]:
    """Every ``##`` section: heading and body."""
    for section in re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        yield heading, body


def _sentence_lengths(path: Path) -> list[int]:
    """Words of every sentence in running text and lists; tables, headings and code are left out."""
    lines = (line for line in _text(path).splitlines() if not line.startswith(("|", "#", "![")))
    paragraphs = re.split(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )", "\n".join(lines))
    sentences = (sentence for paragraph in paragraphs for sentence in _SENTENCE_END.split(paragraph))
    return [len(sentence.split()) for sentence in sentences if sentence.split()]


def test_the_readme_is_one_that_is_read() -> None:
    assert len((ROOT / "README.md").read_bytes()) <= 8_000


@pytest.mark.parametrize("document", DOCUMENTS, ids=_named)
def test_every_link_leads_somewhere(document: Path) -> None:
    dead = []
    for target in _LINK.findall(_text(document)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (document.parent / name).resolve() if name else document
        if not path.exists() or (anchor and anchor not in _anchors(path)):
            dead.append(target)
    assert dead == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=_named)
def test_every_module_that_a_document_runs_exists(document: Path) -> None:
    text = " ".join(document.read_text(encoding="utf-8").split())
    modules = set(re.findall(r"python -m ((?:tests|trainer|inspector)[\w.]*\w)", text)) - {"tests.bench.X"}
    assert sorted(module for module in modules if importlib.util.find_spec(module) is None) == []


def test_every_table_of_figures_has_the_command_that_printed_it() -> None:
    command = re.compile(r"`(?:python -m|make|inspector|trainer) [^`]+`")
    without = [
        heading for heading, body in _sections(FIGURES) if "\n|" in body and not command.search(" ".join(body.split()))
    ]
    assert without == []


def test_every_section_of_figures_names_processor_and_company() -> None:
    without = [
        heading
        for heading, body in _sections(FIGURES)
        if not re.search(r"Processors?: .*Beside\s+it: ", body, re.DOTALL)
    ]
    assert without == []


def test_every_decision_is_one_that_is_read() -> None:
    """Half a page each, with the same headings, and listed in the index."""
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    files = sorted(DECISIONS.glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in files] == list(range(1, len(files) + 1))
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 60, path.name
        assert text.startswith(f"# {int(path.name[:4])}. "), path.name
        assert [heading for heading in ("## What", "## Why", "## Rejected") if heading not in text] == [], path.name
        assert f"({path.name})" in index, path.name


@pytest.mark.parametrize("document", [ROOT / "ARCHITECTURE.md", *sorted(DECISIONS.glob("[0-9]*.md"))], ids=_named)
def test_every_file_that_is_named_exists(document: Path) -> None:
    """A path in backticks is one from the root, or from inside the station."""
    named = re.findall(r"`([\w./-]+/[\w.-]*|[\w/-]+\.(?:py|toml|spec))`", document.read_text(encoding="utf-8"))
    stations = (ROOT, ROOT / "inspector")
    built = ("build/", "pytorch/")  # made by a command; another project
    assert [
        name for name in named if not name.startswith(built) and not any((place / name).exists() for place in stations)
    ] == []


def test_the_architecture_names_every_room() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = [
        f"inspector/{path.name}"
        for path in sorted((ROOT / "inspector").iterdir())
        if not path.name.startswith("__init__") and path.name != "__pycache__" and not path.name.startswith("_")
    ]
    assert [room for room in rooms if f"`{room}`" not in text] == []


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"])
def test_sentences_are_short(name: str) -> None:
    assert median(_sentence_lengths(ROOT / name)) < 25
