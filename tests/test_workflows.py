"""The workflows of continuous integration call what there is, and the two ways of testing are the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def steps(path: Path) -> list[dict[str, Any]]:
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


def commands(path: Path) -> list[str]:
    return [line.strip() for step in steps(path) for line in step.get("run", "").splitlines()]


def requirements() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["dev"]]


def test_there_are_two() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "package.yml"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_step_runs_or_uses_something_and_every_job_ends(path: Path) -> None:
    assert all(("run" in step) is not ("uses" in step) for step in steps(path))
    assert all(job["timeout-minutes"] for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values())
    assert "Not yet run anywhere" in path.read_text(encoding="utf-8").partition("name:")[0]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_what_is_called_is_there(path: Path) -> None:
    text = "\n".join(commands(path))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", text)) <= targets
    files = re.findall(r"(?<![\w/.])((?:\.ci|tests)/[\w./-]+)", text)
    assert [name for name in files if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_torch_is_the_one_that_the_project_asks_for(path: Path) -> None:
    asked = re.findall(r'"(torch(?:vision)?==[^"]+)"', "\n".join(commands(path)))
    assert len(asked) >= 2
    assert set(asked) <= set(requirements())


def test_without_make_the_same_is_run() -> None:
    check = (ROOT / ".ci" / "check").read_text(encoding="utf-8")
    wanted = re.findall(r'^(?:exec )?"\$bin/(.+)$', check, flags=re.MULTILINE)
    wanted = [re.sub(r'^([\w-]+)"', r"\1", line) for line in wanted]
    assert [line.split()[0] for line in wanted] == ["ruff", "ruff", "mypy", "lint-imports", "python"]
    assert [line for line in commands(ROOT / ".github" / "workflows" / "ci.yml") if line in wanted] == wanted
    packages = {re.split(r"[<>=\[;~ ]", line)[0] for line in requirements()}
    assert packages >= {"ruff", "mypy", "import-linter", "pytest"}


def test_no_line_end_is_changed_on_the_way() -> None:
    """A model's files are verified by their SHA-256; Git on Windows would change the line ends of its text files."""
    assert "* -text" in (ROOT / ".gitattributes").read_text(encoding="utf-8").splitlines()
