"""What the trainer's commands do."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from inspector.domain.errors import BundleError
from trainer.protocol import (
    Candidate,
    Epoch,
    Explained,
    Finding,
    Found,
    MapMade,
    Progress,
    Result,
    RunFolder,
    TrainRequest,
)

if TYPE_CHECKING:
    import argparse
    from collections.abc import Generator, Iterable

    from trainer.dataset import Dataset
    from trainer.protocol import Report

_T = TypeVar("_T")


def run_fit(parsed: argparse.Namespace) -> int:
    """Train."""
    from trainer.cli import request_from  # it imports this module
    from trainer.loop import train  # torch takes seconds

    checkpoints = Path(parsed.checkpoints) if parsed.checkpoints else None
    result = _follow(train(request_from(parsed), checkpoints=checkpoints))
    if parsed.json:
        print(json.dumps(_described(result), ensure_ascii=False))
        return 0
    print(f"{result.bundle}: threshold {result.threshold:.4f}, {result.seconds:.0f} s")
    print("  " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in result.stages.items()))
    for name, one in result.precisions.items():
        passed = isinstance(one, dict) and one["passed"]
        print(f"  {name}: {'passed' if passed else 'refused'}{', used' if name == result.precision else ''}")
    _print_figures("validation", result.validation)
    _print_figures("test", result.test)
    return 0


def run_compare(parsed: argparse.Namespace) -> int:
    """Compare methods."""
    from trainer.cli import request_from  # it imports this module
    from trainer.compare import compare, table

    keep = Path(parsed.keep) if parsed.keep else None
    base = request_from(parsed, out="unused")
    found = _last(_shown(compare(base, parsed.methods, parsed.seeds, keep=keep)))
    print(json.dumps(found, ensure_ascii=False) if parsed.json else table(found))
    return 0


def run_evaluate(parsed: argparse.Namespace) -> int:
    """Try a finished model."""
    from inspector.vision.backends import load_classifier  # seconds
    from inspector.vision.bundle import Bundle
    from trainer.dataset import DatasetError
    from trainer.judge import judge
    from trainer.metrics import evaluate
    from trainer.report import Contents, write_report

    bundle = Bundle.load(Path(parsed.model))
    dataset = _part(parsed)
    if not dataset.samples:
        raise DatasetError(f"the part “{parsed.part}” of {parsed.split} has no pictures", "Name another part.")
    classifier = load_classifier(bundle)
    try:
        judged = _last(_told(judge(classifier, dataset.samples, "judging"), parsed.progress))
    finally:
        classifier.close()
    thresholds = bundle.manifest.thresholds
    figures = evaluate(judged.judged, thresholds.fail_at, thresholds.review_from)
    pointed = {"Grad-CAM, closed form": measured} if (measured := judged.pointing()) else {}
    answer = {
        "model": bundle.manifest.name,
        "bundle": str(bundle.folder),
        **figures,
        "pointing": pointed,
        "verdicts": {one.name: round(one.p_defective, 6) for one in judged.judged},
    }
    if parsed.report:
        contents = Contents(
            title=f"Model {bundle.manifest.name} on {Path(parsed.data or parsed.split).name}",
            threshold=thresholds.fail_at,
            review_from=thresholds.review_from,
            test=judged.judged,
            tiles=judged.tiles(thresholds.fail_at),
            pointing=pointed,
            config={"model": str(bundle.folder), "sha256": bundle.sha256, "data": parsed.data, "split": parsed.split},
        )
        for name, content in write_report(contents).items():
            target = Path(parsed.report) / Path(name).name
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            except OSError as error:
                raise BundleError(f"the report {target} cannot be written: {error}", "Name another folder.") from error
    if parsed.json:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        _print_figures(bundle.manifest.name, figures)
    return 0


def run_inspect(parsed: argparse.Namespace) -> int:
    """Say what a folder holds."""
    from trainer.loop import examine, found_of  # torch takes seconds
    from trainer.preview import write_preview

    request = TrainRequest(data=parsed.data, out="unused", claim=parsed.claim, preset=parsed.preset)
    dataset, findings, _ = _last(_told(examine(request), parsed.progress))
    found = found_of(dataset)
    preview = [str(write_preview(dataset, request, Path(parsed.preview)))] if parsed.preview else []
    if parsed.json:
        answer = {
            "found": found.model_dump(mode="json"),
            "findings": [one.model_dump(mode="json") for one in findings],
            "preview": preview,
        }
        print(json.dumps(answer, ensure_ascii=False))
        return 0
    console = Console()
    _say_found(console, found)
    for finding in findings:
        _say_finding(console, finding)
    return 0


def run_explain(parsed: argparse.Namespace) -> int:
    """Look deeply at one picture."""
    from inspector.vision.bundle import Bundle  # seconds
    from trainer.explain import explain

    bundle = Bundle.load(Path(parsed.model))
    looked = explain(
        bundle,
        Path(parsed.picture),
        Path(parsed.out),
        methods=list(dict.fromkeys(parsed.methods)),
        layers=list(dict.fromkeys(parsed.layers)),
    )
    for report in looked:
        if parsed.json:
            print(report.model_dump_json(), flush=True)
        elif isinstance(report, MapMade):
            print(f"{report.method}, {report.layer}: {report.overlay}", flush=True)
        elif isinstance(report, Explained):
            print(f"{report.model}: P(defective) {report.p_defective:.3f}, explained: {report.explained_class}")
            for one in report.left_out:
                print(f"  without {one.method}, {one.layer}: {one.reason}", file=sys.stderr)
    return 0


def run_worker(parsed: argparse.Namespace) -> int:
    """Run the training of a run folder."""
    from trainer.worker import step_back, work  # only here

    step_back()
    return work(RunFolder(Path(parsed.folder)))


# --- data of an evaluation --------------------------------------------------------------------------------------------


def _part(parsed: argparse.Namespace) -> Dataset:
    """Return what is judged: all pictures, or those of one part of a split."""
    from inspector.vision.bundle import load_manifest  # seconds
    from trainer.dataset import Dataset, DatasetError, hashed, read_dataset
    from trainer.split import split

    data = parsed.data
    if not data and parsed.split:
        request = load_manifest(Path(parsed.split).absolute().parent.parent).training.get("request")
        data = str(request.get("data", "")) if isinstance(request, dict) else ""
    if not data:
        raise DatasetError("there are no pictures to judge", "Name a folder, or a split of a bundle (--split).")
    dataset = read_dataset(Path(data), least=1 if parsed.split else 0)
    if not parsed.split:
        return dataset
    whole = split(hashed(dataset), TrainRequest(data=data, out="unused", split=parsed.split))
    return Dataset(whole.layout, tuple(whole.of(parsed.part)))


# --- saying -----------------------------------------------------------------------------------------------------------


def _follow(reports: Iterable[Report]) -> Result:
    """Show the reports on stderr and return the last."""
    result: Result | None = None
    for report in _shown_each(reports):
        if isinstance(report, Result):
            result = report
    assert result is not None
    return result


def _told(reports: Generator[Report, None, _T], how: str) -> Generator[Report, None, _T]:
    """Show the reports, or (``how`` is "json") say how far it is, as JSON lines on stderr."""
    if how != "json":
        return (yield from _shown(reports))
    while True:
        try:
            report = next(reports)
        except StopIteration as end:
            return cast("_T", end.value)
        if isinstance(report, Progress):
            print(report.model_dump_json(), file=sys.stderr, flush=True)
        yield report


def _shown(reports: Generator[Report, None, _T]) -> Generator[Report, None, _T]:
    """Show the reports of a generator that has a value."""
    console = Console(stderr=True)
    with _bar(console) as bar:
        tasks: dict[str, Any] = {}
        while True:
            try:
                report = next(reports)
            except StopIteration as end:
                return cast("_T", end.value)
            _show(console, bar, tasks, report)
            yield report


def _shown_each(reports: Iterable[Report]) -> Iterable[Report]:
    console = Console(stderr=True)
    with _bar(console) as bar:
        tasks: dict[str, Any] = {}
        for report in reports:
            _show(console, bar, tasks, report)
            yield report


def _last(reports: Generator[Report, None, _T]) -> _T:
    while True:
        try:
            next(reports)
        except StopIteration as end:
            return cast("_T", end.value)


def _bar(console: Console) -> Bar:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Bar(*columns, console=console, transient=True)


def _show(console: Console, bar: Bar, tasks: dict[str, Any], report: Report) -> None:
    if isinstance(report, Found):
        _say_found(console, report)
    elif isinstance(report, Finding):
        _say_finding(console, report)
    elif isinstance(report, Progress):
        if report.stage not in tasks:
            for other in tasks.values():
                bar.update(other, visible=False)
            tasks[report.stage] = bar.add_task(report.stage, total=report.total)
        bar.update(tasks[report.stage], completed=report.done, total=report.total)
    elif isinstance(report, Candidate):
        console.print(f"{report.words}: validation loss {report.validation_loss:.4f}", highlight=False)
    elif isinstance(report, Epoch):
        console.print(
            f"epoch {report.epoch}: loss {report.training_loss:.4f}, validation {report.validation_loss:.4f}, "
            f"F1 {report.validation_f1:.3f}{' (best)' if report.best else ''}",
            highlight=False,
        )


def _say_found(console: Console, found: Found) -> None:
    console.print(f"layout: {found.layout}; {found.masks} masks, {found.groups} groups", highlight=False)
    rows = found.counts if any(found.counts) and "" not in found.counts else found.categories
    for part, counts in rows.items():
        listed = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        console.print(f"  {part or 'pictures':11}{listed}", highlight=False)


def _say_finding(console: Console, finding: Finding) -> None:
    console.print(f"{finding.severity}: {finding.what} {finding.action}", highlight=False)
    for name in finding.files[:5]:
        console.print(f"    {name}", highlight=False)
    if len(finding.files) > 5:
        console.print(f"    and {len(finding.files) - 5} more", highlight=False)


def _described(result: Result) -> dict[str, Any]:
    """Return the documented object: the test figures at the top, then everything."""
    names = ("accuracy", "precision", "recall", "f1", "auroc", "confusion")
    return {name: result.test.get(name) for name in names} | result.model_dump(mode="json", exclude={"kind"})


def _print_figures(title: str, figures: dict[str, Any]) -> None:
    confusion = figures["confusion"]
    names = {"accuracy": "accuracy", "precision": "precision", "recall": "recall", "f1": "F1", "auroc": "AUROC"}
    listed = ", ".join(f"{words} {'–' if figures[n] is None else f'{figures[n]:.4f}'}" for n, words in names.items())
    print(f"{title}: {figures['pictures']} pictures, {listed}")
    print(
        f"  defective: {confusion['defective_found']} found, {confusion['defective_passed']} passed; "
        f"good: {confusion['good_passed']} passed, {confusion['good_rejected']} rejected"
    )
    sys.stdout.flush()
