"""How reports are shown in the terminal, on stderr: a bar and lines for people, JSON lines for programs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar, cast

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from inspector.domain.class_folders import Understood, in_words
from inspector.domain.class_words import Meaning
from trainer.protocol import Candidate, DataContents, Epoch, Finding, Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from rich.progress import TaskID

    from trainer.protocol import Report

_T = TypeVar("_T")


def run(reports: Generator[Report, None, _T], progress: str = "bar") -> _T:
    """Run a generator to its end, and show its reports.

    Args:
        reports: As `trainer.loop.train` yields them.
        progress: "bar" shows every report to people; "json" prints `Progress` as JSON lines.

    Returns:
        The generator's value.
    """
    if progress == "json":
        return _drain(reports, _print_progress)
    console = Console(stderr=True)
    tasks: dict[str, TaskID] = {}
    with _bar(console) as bar:
        return _drain(reports, lambda report: _show(console, bar, tasks, report))


def _drain(reports: Generator[Report, None, _T], show: Callable[[Report], None]) -> _T:
    while True:
        try:
            report = next(reports)
        except StopIteration as end:
            return cast("_T", end.value)
        show(report)


def _print_progress(report: Report) -> None:
    if isinstance(report, Progress):
        print(report.model_dump_json(), file=sys.stderr, flush=True)


def _bar(console: Console) -> Bar:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Bar(*columns, console=console, transient=True)


def _show(console: Console, bar: Bar, tasks: dict[str, TaskID], report: Report) -> None:
    if isinstance(report, DataContents):
        say_contents(console, report)
    elif isinstance(report, Finding):
        say_finding(console, report)
    elif isinstance(report, Progress):
        key = f"lane {report.lane}" if report.lane else report.stage
        if key not in tasks:
            for name, other in tasks.items():
                if not (report.lane and name.startswith("lane ")):  # what runs side by side is shown side by side
                    bar.update(other, visible=False)
            tasks[key] = bar.add_task(report.stage, total=report.total)
        words = f"{report.lane}: {report.stage}" if report.lane else report.stage
        bar.update(tasks[key], description=words, completed=report.done, total=report.total)
    elif isinstance(report, Candidate):
        console.print(f"{report.words}: validation loss {report.validation_loss:.4f}", highlight=False)
    elif isinstance(report, Epoch):
        of = f"{report.setting}, " if report.setting else ""
        console.print(
            f"{of}epoch {report.epoch}: loss {report.training_loss:.4f}, validation {report.validation_loss:.4f}, "
            f"F1 {report.validation_f1:.3f}{' (best)' if report.best else ''}",
            highlight=False,
        )


def say_contents(console: Console, contents: DataContents) -> None:
    """Print what the pictures of a set are."""
    console.print(f"layout: {contents.layout}; {contents.masks} masks, {contents.groups} groups", highlight=False)
    words = (
        Understood(word=word.word, meaning=Meaning(word.meaning), pictures=word.pictures, is_type=word.is_type)
        for word in contents.understood
    )
    for line in in_words(words):
        console.print(f"  understood: {line}", highlight=False, markup=False)
    for group in contents.left_out:
        console.print(f"  left out: {group.count}, {group.why}", highlight=False, markup=False)
    rows = contents.counts if any(contents.counts) and "" not in contents.counts else contents.categories
    for part, counts in rows.items():
        listed = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        console.print(f"  {part or 'pictures':11}{listed}", highlight=False)


def say_finding(console: Console, finding: Finding) -> None:
    """Print a finding of the audit, with its first five files."""
    console.print(f"{finding.severity}: {finding.what} {finding.action}", highlight=False)
    for name in finding.files[:5]:
        console.print(f"    {name}", highlight=False)
    if len(finding.files) > 5:
        console.print(f"    and {len(finding.files) - 5} more", highlight=False)
