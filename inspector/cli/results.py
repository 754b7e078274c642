"""``inspector results``: what batches came to: list, show, export, report, compare."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.common import (
    EXIT_OK,
    add_device,
    add_json,
    add_places,
    emit,
    home_of,
    positive,
    say,
    settings_in_force,
    told_export,
)
from inspector.cli.sign_in import needs
from inspector.domain.counts import counted, verb
from inspector.domain.errors import InspectorError
from inspector.people.roles import Permission

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from inspector.batch import BatchTable, RunRecord
    from inspector.pictures import Place
    from inspector.vision.classifier import Classifier

_RUN = "a batch: its name in the data folder, its folder, or its results.csv"
_VERDICTS = ("PASS", "FAIL", "REVIEW", "ERROR")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """A batch that the command line names."""

    table: BatchTable
    record: RunRecord | None
    results: Path

    @property
    def pictures(self) -> Place:
        """The folder of its pictures.

        Raises:
            InspectorError: If it is not known.
        """
        if self.record is None:
            raise InspectorError(
                f"there is no run.json beside {self.results}, so its pictures are not known", "Run the batch again."
            )
        from inspector.pictures import place_of

        return place_of(self.record.folder)


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``results`` and its commands."""
    group = commands.add_parser("results", help="what batches came to: list, show, export, report, compare")
    kinds = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listing = kinds.add_parser("list", help="the batches of the window, the newest first")
    listing.set_defaults(command=list_runs)
    show = kinds.add_parser("show", help="counts, confusion table and rates with intervals")
    show.set_defaults(command=show_results)
    export = kinds.add_parser("export", help="rows as CSV or Excel, or the pictures sorted into folders")
    form = export.add_mutually_exclusive_group(required=True)
    form.add_argument("--csv", type=Path, metavar="FILE", help="CSV")
    form.add_argument("--excel", type=Path, metavar="FILE", help="Excel, with a summary")
    form.add_argument("--sorted", type=Path, metavar="DIR", help="copies in pass, fail, review, error; can be resumed")
    export.add_argument("--verdict", choices=_VERDICTS, action="append", help="only these; may be given several times")
    export.add_argument("--wrong", action="store_true", help="only escapes and overkill")
    export.set_defaults(command=export_results)
    report = kinds.add_parser("report", help="one HTML file that prints well")
    report.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file")
    report.add_argument("--pictures", type=positive, default=60, metavar="N", help="at most so many (default: 60)")
    report.add_argument("--no-heatmaps", action="store_true", help="do not judge the pictures again")
    add_device(report)
    report.set_defaults(command=report_results)
    compare = kinds.add_parser("compare", help="two batches of the same pictures: where they differ, which is right")
    for parser in (show, export, report):
        parser.add_argument("run", help=_RUN)
    compare.add_argument("first", help=_RUN)
    compare.add_argument("second", help="another of the same pictures")
    compare.set_defaults(command=compare_results)
    for parser in (export, report):
        needs(parser, Permission.EXPORT)
    for parser in (listing, show, export, report, compare):
        add_places(parser)
        add_json(parser)


def list_runs(parsed: argparse.Namespace) -> int:
    """List."""
    from inspector.batch import BatchRuns

    runs = BatchRuns(home_of(parsed)).history()
    if parsed.json:
        keys = ("id", "state", "why", "model_fault")
        emit(
            {
                "batches": [
                    {
                        **{key: str(getattr(run, key)) for key in keys},
                        "progress": run.progress.figures(),
                        "results": str(run.results),
                        "record": run.record.model_dump(mode="json"),
                    }
                    for run in runs
                ]
            }
        )
        return EXIT_OK
    for run in runs:
        judge = run.record.judge
        model = judge.model_name if judge else run.record.model or run.record.recipe
        print(f"{run.id}  {run.state.value:13} {run.progress.done:>7} of {run.progress.total:<7} {model}")
    if not runs:
        say("there is no batch; the Batch page starts some, and “inspector batch” writes its own folders")
    return EXIT_OK


def show_results(parsed: argparse.Namespace) -> int:
    """Show."""
    from inspector.batch.summary import summary_lines, warnings
    from inspector.cli.results_figures import confusion_figures

    batch = _open(parsed, parsed.run)
    confusion = batch.table.confusion()
    if parsed.json:
        emit(
            {
                "results": str(batch.results),
                "pictures": len(batch.table),
                **confusion_figures(confusion).model_dump(mode="json"),
                "warnings": warnings(batch.table, batch.record),
                "record": batch.record.model_dump(mode="json") if batch.record else None,
            }
        )
    else:
        print("\n".join(summary_lines(batch.table, batch.record)))
    return EXIT_OK


def export_results(parsed: argparse.Namespace) -> int:
    """Export."""
    from inspector.batch import export_csv, export_excel

    batch = _open(parsed, parsed.run)
    indexes = _chosen(parsed, batch.table)
    if parsed.sorted:
        return _sort(parsed, batch, indexes)
    file: Path = parsed.csv or parsed.excel
    if parsed.csv:
        steps = export_csv(batch.table, file, indexes=indexes)
    else:
        steps = export_excel(batch.table, file, batch.record, indexes=indexes)
    _run(steps)
    told_export(parsed, f"batch {parsed.run}", str(file))
    if parsed.json:
        emit({"file": str(file), "rows": len(indexes)})
    else:
        print(f"{counted(len(indexes), 'row')}\n{file}")
    return EXIT_OK


def report_results(parsed: argparse.Namespace) -> int:
    """Write the report."""
    from inspector.batch import write_report

    batch = _open(parsed, parsed.run)
    classifier, fault = (None, "not wanted") if parsed.no_heatmaps else _classifier(parsed, batch)
    try:
        if fault and not parsed.no_heatmaps:
            say(f"warning: the report has no heatmaps: {fault}")
        _run(
            write_report(
                batch.table,
                parsed.out,
                pictures=batch.pictures,
                record=batch.record,
                classifier=classifier,
                who=parsed.actor.name,
                most=parsed.pictures,
            )
        )
    finally:
        if classifier is not None:
            classifier.close()
    told_export(parsed, f"batch {parsed.run}", str(parsed.out))
    if parsed.json:
        emit({"file": str(parsed.out), "heatmaps": classifier is not None, "why_no_heatmaps": fault})
    else:
        print(parsed.out)
    return EXIT_OK


def compare_results(parsed: argparse.Namespace) -> int:
    """Compare."""
    from inspector.batch import flips
    from inspector.cli.results_figures import comparison_figures
    from inspector.cli.results_words import print_comparison

    first, second = _open(parsed, parsed.first), _open(parsed, parsed.second)
    comparison = flips(first.table, second.table)
    if not len(comparison.first) and not len(comparison.changed):
        raise InspectorError(
            f"{first.results} and {second.results} have no picture in common", "Compare batches of the same folder."
        )
    figures = comparison_figures(first.table, second.table, comparison)
    if parsed.json:
        emit(figures.model_dump(mode="json"))
    else:
        print_comparison(comparison, figures)
    return EXIT_OK


# --- inside -----------------------------------------------------------------------------------------------------------


def _open(parsed: argparse.Namespace, name: str) -> _Batch:
    """Find and read a batch.

    Raises:
        InspectorError: If there is none of that name, or it cannot be read.
    """
    from inspector.batch import labels_for, read_table
    from inspector.batch.record import RECORD_FILE, read_record
    from inspector.batch.results import FILE_NAME
    from inspector.pictures import place_of

    place = home_of(parsed).batches / name
    if not (name and place.is_dir()):
        place = Path(name)
    results = place / FILE_NAME if place.is_dir() else place
    if not results.is_file():
        raise InspectorError(
            f"there are no results {results}", "Name a batch of “inspector results list”, its folder or results.csv."
        )
    record = read_record(results.parent) if (results.parent / RECORD_FILE).is_file() else None
    if record is None:
        return _Batch(table=read_table(results), record=None, results=results)
    table = Path(record.labels_file) if record.labels_file else None
    labels = labels_for(place_of(record.folder), table, record.survey.telling if record.survey else (), record.words)
    return _Batch(table=read_table(results, labels), record=record, results=results)


def _chosen(parsed: argparse.Namespace, table: BatchTable) -> NDArray[Any]:
    from inspector.batch import Filter
    from inspector.domain.policy import VERDICT_NAMES

    codes = frozenset(VERDICT_NAMES.index(name) for name in parsed.verdict) if parsed.verdict else None
    return table.select(Filter(verdicts=codes, wrong=parsed.wrong))


def _sort(parsed: argparse.Namespace, batch: _Batch, indexes: NDArray[Any]) -> int:
    from inspector.batch import CopyStep, sorted_copies

    step = CopyStep(done=0, total=len(indexes))
    for step in sorted_copies(batch.table, batch.pictures, parsed.sorted, indexes=indexes):  # noqa: B007 - the last counts
        pass
    if parsed.json:
        emit({"folder": str(parsed.sorted), **asdict(step)})
        return EXIT_OK
    print(f"{counted(step.copied, 'picture')} copied, {step.there} {verb(step.there, 'was')} there\n{parsed.sorted}")
    for words, names in (("no longer there", step.missing), ("changed since, not copied", step.changed)):
        if names:
            say(f"{len(names)} {words}: {', '.join(names[:5])}{' …' if len(names) > 5 else ''}")
    return EXIT_OK


def _classifier(parsed: argparse.Namespace, batch: _Batch) -> tuple[Classifier | None, str]:
    """Load the batch's own model, or say why it cannot draw."""
    from inspector import assembly
    from inspector.batch import heatmap_fault
    from inspector.batch.run_state import model_fault

    judge = batch.record.judge if batch.record else None
    if batch.record is None or judge is None:
        return None, "the model's folder is not known"
    fault = model_fault(batch.record)
    if fault:
        return None, fault
    home = home_of(parsed)
    settings = settings_in_force(parsed)
    try:
        classifier = assembly.load_classifier(
            judge.model_folder,
            home,
            device=settings.device,
            precision=settings.precision,
            thresholds=judge.thresholds,
            asks_signature=False,
        )
    except InspectorError as error:
        return None, str(error)
    fault = heatmap_fault(batch.table, classifier)
    if fault:
        classifier.close()
        return None, fault
    return classifier, ""


def _run(steps: Iterator[object]) -> None:
    for _ in steps:
        pass
