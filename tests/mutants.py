"""Mutants: what of a changed program do the tests notice? A seeded sample of every room, through mutmut.

``python -m tests.mutants`` draws the sample, runs the tests of the five rooms against each mutant, prints a table, and
writes ``build/mutants/survivors.md`` with the change that nobody noticed. Needs ``pip install -e ".[mutants]"``.
"""

from __future__ import annotations

import argparse
import difflib
import fnmatch
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("domain", "engine", "outputs", "sources", "review")
COPIED = ("inspector", "trainer", "tests", "resources", "models", "docs", "pyproject.toml")
#: A test failed, or ran on and on.
NOTICED = frozenset({"killed", "timed out"})
OUTCOMES = ("killed", "survived", "timed out", "no test", "other")
# exit codes of mutmut 3.8; a number that is not here is "other"
_OUTCOME_OF: dict[int | None, str] = {0: "survived", 1: "killed", 3: "killed", 5: "no test", 33: "no test"}
_OUTCOME_OF |= dict.fromkeys((-24, 24, 36, 152, 255), "timed out")
_STRING = re.compile(r'"[^"]*"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change of one function.

    Args:
        name: As mutmut names it.
        room: The folder of ``inspector`` that it lies in.
        path: The changed file, from the root.
        diff: Lines that differ, with their signs.
    """

    name: str
    room: str
    path: str
    diff: tuple[str, ...]

    def is_of_words(self) -> bool:
        """Whether only the letters of a sentence for people changed: that is read, not tested."""
        before, after = ([line[1:] for line in self.diff if line.startswith(sign)] for sign in "-+")
        alike = [line.replace("XX", "").casefold() for line in before] == [
            line.replace("XX", "").casefold() for line in after
        ]
        changed = set(_STRING.findall("\n".join(before))) - set(_STRING.findall("\n".join(after)))
        return alike and any(" " in text for text in changed)

    def rank(self, seed: int) -> str:
        """Its place in the draw: it stays when other functions change."""
        function = self.name.partition("__mutmut_")[0]
        return hashlib.sha256("\n".join([str(seed), function, *self.diff]).encode()).hexdigest()


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of a file.

    Args:
        path: From the root, which is the working directory.

    Yields:
        In the order of the file, mutants of words among them.
    """
    from mutmut.mutation.file_mutation import mutate_file_contents
    from mutmut.utils.format_utils import get_mutant_name, mangled_name_from_mutant_name

    mutated = mutate_file_contents(str(path), path.read_text(encoding="utf-8"))
    lines = mutated.code.splitlines()
    spans = mutated.line_span_by_function_name

    def body(function: str) -> list[str]:
        """Without the signature's name, which differs always."""
        text = "\n".join(lines[spans[function].start - 1 : spans[function].end])
        return text.replace(function, "f").splitlines()

    for function in mutated.mutant_names:
        original = body(f"{mangled_name_from_mutant_name(function)}__mutmut_orig")
        diff = [line for line in difflib.ndiff(original, body(function)) if line[0] in "-+"]
        yield Mutant(name=get_mutant_name(path, function), room=path.parts[1], path=path.as_posix(), diff=tuple(diff))


def drawn(mutants: Sequence[Mutant], *, sample: int, seed: int) -> list[Mutant]:
    """The same number of every room, or all of a room that has fewer."""
    ranked = sorted(mutants, key=lambda mutant: mutant.rank(seed))
    return [mutant for room in ROOMS for mutant in [m for m in ranked if m.room == room][:sample]]


def copy_program(tree: Path, tops: Sequence[str]) -> None:
    """Copies what Git knows, so that mutmut writes nothing into the project's own folders.

    Args:
        tree: The copy.
        tops: Files and folders of the project's root; what the copy has of them goes first.
    """
    for top in tops:
        for place in (tree / top, tree / "mutants" / top):
            shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
    listed = subprocess.run(["git", "ls-files", "-z", *tops], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).exists():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tree / name)


def wanted_files(globs: Sequence[str]) -> list[Path]:
    """The files of the rooms that are changed and fit a pattern, from the root of the copy."""
    from mutmut.configuration import config

    files = sorted(path for room in ROOMS for path in Path("inspector", room).rglob("*.py"))
    return [
        path
        for path in files
        if config().should_mutate(path)
        and any(fnmatch.fnmatch(path.relative_to("inspector").as_posix(), glob) for glob in globs)
    ]


def run(tree: Path, names: Sequence[str], children: int) -> None:
    """Runs the tests against each mutant."""
    mutmut = Path(sys.executable).with_name("mutmut")
    # the copy is imported, not what is installed
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(mutmut), "run", "--max-children", str(children), *names]
    code = subprocess.run(command, cwd=tree, env=environment, check=False).returncode
    if code != 0:
        sys.exit(f"mutmut ended with code {code}; where it says “clean test”, a test fails on the program as it is")


def outcomes(tree: Path, mutants: Sequence[Mutant]) -> dict[str, str]:
    """What became of each mutant, by name."""
    codes: dict[str, int | None] = {}
    for path in {mutant.path for mutant in mutants}:
        codes |= json.loads((tree / "mutants" / f"{path}.meta").read_text(encoding="utf-8"))["exit_code_by_key"]
    return {mutant.name: _OUTCOME_OF.get(codes[mutant.name], "other") for mutant in mutants}


def report(mutants: Sequence[Mutant], outcome: dict[str, str], of_words: Counter[str], total: Counter[str]) -> Table:
    """Room by room; ``of_words`` and ``total`` are counts of the whole room, not of the sample."""
    table = Table("room", "mutants", "of words", "tried", *OUTCOMES)
    counts = {room: Counter(outcome[mutant.name] for mutant in mutants if mutant.room == room) for room in ROOMS}
    for room in [room for room in ROOMS if counts[room]]:
        figures = [total[room], of_words[room], counts[room].total(), *(counts[room][name] for name in OUTCOMES)]
        table.add_row(room, *map(str, figures))
    return table


def survivors(mutants: Sequence[Mutant], outcome: dict[str, str]) -> str:
    """What nobody noticed, as Markdown: a heading and the change of each."""
    lived = [mutant for mutant in mutants if outcome[mutant.name] not in NOTICED]
    return "\n".join(
        f"## {mutant.name}: {outcome[mutant.name]}\n\n```diff\n{chr(10).join(mutant.diff)}\n```\n" for mutant in lived
    )


def main() -> None:
    """``python -m tests.mutants``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--paths", nargs="+", default=["*"], help="only files like these: 'domain/policy.py' 'engine/*'"
    )
    parser.add_argument("--sample", type=int, default=130, help="mutants of each room (default 130)")
    parser.add_argument("--seed", type=int, default=16, help="of the draw (default 16)")
    parser.add_argument("--children", type=int, default=1, help="mutants at a time (default 1)")
    parser.add_argument(
        "--again", action="store_true", help="only what survived the last run, against the tests as they are now"
    )
    options = parser.parse_args()
    out = ROOT / "build" / "mutants"
    tree = out / "tree"
    if options.again:
        copy_program(tree, ["tests"])
        (tree / "mutants" / "mutmut-stats.json").unlink()  # which test reaches what is looked at anew
    else:
        shutil.rmtree(out, ignore_errors=True)
        copy_program(tree, COPIED)
    os.chdir(tree)
    mutants = [mutant for path in wanted_files(options.paths) for mutant in mutants_of(path)]
    of_words = [mutant for mutant in mutants if mutant.is_of_words()]
    sample = drawn([m for m in mutants if not m.is_of_words()], sample=options.sample, seed=options.seed)
    before = outcomes(tree, sample) if options.again else {}
    run(tree, [mutant.name for mutant in sample if before.get(mutant.name) not in NOTICED], options.children)
    outcome = outcomes(tree, sample)
    (out / "survivors.md").write_text(survivors(sample, outcome), encoding="utf-8")
    counts = [Counter(mutant.room for mutant in kind) for kind in (of_words, mutants)]
    Console().print(report(sample, outcome, *counts))
    print(f"survivors: {out / 'survivors.md'}")


if __name__ == "__main__":
    main()
