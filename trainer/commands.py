"""What the trainer's commands do."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from inspector.domain.class_words import ClassWords
from inspector.domain.counts import counted
from inspector.domain.errors import BundleError, InspectorError
from inspector.domain.policy import holding
from inspector.files import FileError, write_bytes
from trainer.evaluation import ModelEvaluation, left_out_once, untested
from trainer.explain_protocol import Explained, MapMade
from trainer.growth_words import GROWTH_HEADS, growth_rows
from trainer.options import request_from
from trainer.protocol import DataAnswer, RunFolder
from trainer.suspects_words import audit_sentence
from trainer.terminal import run, say_contents, say_finding
from trainer.unseen_words import UNSEEN_HEADS, unseen_rows, unseen_sentence

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from inspector.cluster import Cluster
    from inspector.vision.manifest import Manifest
    from trainer.dataset import Dataset
    from trainer.evaluation import Figures, Growth
    from trainer.protocol import Result


def run_fit(parsed: argparse.Namespace) -> int:
    """Train; as another rank of ``torchrun``, take part in what rank 0 trains."""
    from trainer.launch import follower_of_torchrun, heeding_torchrun, place_of_torchrun
    from trainer.loop import train  # torch takes seconds

    if (place := place_of_torchrun()) is not None:
        heeding_torchrun()
        if place.rank > 0:
            from trainer.follower import follow

            return follow(follower_of_torchrun(place))
    checkpoints = Path(parsed.checkpoints) if parsed.checkpoints else None
    request = request_from(parsed)
    with _cluster_of(parsed, request.devices) as cluster:
        result = run(train(request, checkpoints=checkpoints, cluster=cluster))
    if parsed.json:
        print(_as_json(result))
        return 0
    print(f"{result.bundle}: threshold {result.threshold:.4f}, {result.seconds:.0f} s")
    print("  " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in result.stages.items()))
    for name, check in result.precisions.items():
        print(f"  {name}: {'passed' if check.passed else 'refused'}{', used' if name == result.precision else ''}")
    if untested(result.split):
        _print_figures(f"no test; {left_out_once(result.test).lower()}", result.test)
        _print_growth(result.growth)
        _print_labels(result)
        return 0
    _print_figures("validation", result.validation)
    _print_figures("test", result.test)
    _print_growth(result.growth)
    if result.unseen is not None:
        print(unseen_sentence(result.unseen))
        for row in unseen_rows(result.unseen):
            print("  " + "; ".join(f"{head}: {cell}" for head, cell in zip(UNSEEN_HEADS, row, strict=True)))
    _print_labels(result)
    return 0


def _print_growth(growth: Growth | None) -> None:
    if growth is None:
        return
    print(growth.sentence)
    for row in growth_rows(growth):
        print("  " + "; ".join(f"{head}: {cell}" for head, cell in zip(GROWTH_HEADS, row, strict=True)))


def run_compare(parsed: argparse.Namespace) -> int:
    """Compare methods."""
    from trainer.compare import compare, table

    keep = Path(parsed.keep) if parsed.keep else None
    base = request_from(parsed, out="unused", unseen="no")
    with _cluster_of(parsed, base.devices) as cluster:
        comparison = run(compare(base, parsed.methods, parsed.seeds, keep=keep, cluster=cluster))
    print(comparison.model_dump_json() if parsed.json else table(comparison))
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
    dataset = _part(parsed, bundle.manifest.trained_bit_depth)
    if not dataset.samples:
        raise DatasetError(f"the part “{parsed.part}” of {parsed.split} has no pictures", "Name another part.")
    classifier = load_classifier(bundle)
    try:
        judged = run(judge(classifier, dataset.samples, "judging"), parsed.progress)
    finally:
        classifier.close()
    thresholds = bundle.manifest.thresholds
    pointed = judged.pointings()
    answer = ModelEvaluation(
        model=bundle.manifest.name,
        bundle=str(bundle.folder),
        **dict(evaluate(judged.judged, thresholds)),
        pointing=pointed,
        verdicts={picture.name: round(picture.p_defective, 6) for picture in judged.judged},
    )
    if parsed.report:
        contents = Contents(
            title=f"Model {bundle.manifest.name} on {Path(parsed.data or parsed.split).name}",
            thresholds=thresholds,
            test=judged.judged,
            tiles=judged.tiles(holding(thresholds).fail_at),
            pointing=pointed,
            config={"model": str(bundle.folder), "sha256": bundle.sha256, "data": parsed.data, "split": parsed.split},
        )
        for name, content in write_report(contents).items():
            target = Path(parsed.report) / Path(name).name
            try:
                write_bytes(target, content)
            except FileError as error:
                raise BundleError(f"the report {error.what}", f"{error.next_step} Or name another folder.") from error
    if parsed.json:
        print(answer.model_dump_json())
    else:
        _print_figures(bundle.manifest.name, answer)
    return 0


def run_inspect(parsed: argparse.Namespace) -> int:
    """Say what a folder holds."""
    from trainer.examine import contents_of, examine
    from trainer.place import devices_here
    from trainer.preview import write_preview

    request = request_from(parsed, out="unused")
    dataset, findings, _ = run(examine(request), parsed.progress)
    contents = contents_of(dataset)
    preview = [str(write_preview(dataset, request, Path(parsed.preview)))] if parsed.preview else []
    if parsed.json:
        answer = DataAnswer(contents=contents, findings=findings, preview=preview, devices=devices_here())
        print(json.dumps(answer.model_dump(mode="json"), ensure_ascii=False))
        return 0
    console = Console()
    say_contents(console, contents)
    for finding in findings:
        say_finding(console, finding)
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
        bit_depth=request_from(parsed, data="unused").bit_depth or bundle.manifest.trained_bit_depth,
    )
    for report in looked:
        if parsed.json:
            print(report.model_dump_json(), flush=True)
        elif isinstance(report, MapMade):
            print(f"{report.method}, {report.layer}: {report.overlay}", flush=True)
        elif isinstance(report, Explained):
            print(f"{report.model}: P(defective) {report.p_defective:.3f}, explained: {report.explained_class}")
            for missing in report.left_out:
                print(f"  without {missing.method}, {missing.layer}: {missing.reason}", file=sys.stderr)
    return 0


def run_worker(parsed: argparse.Namespace) -> int:
    """Run the training of a run folder."""
    from trainer.worker import step_back, work  # only here

    step_back()
    return work(RunFolder(Path(parsed.folder)), lambda devices: _cluster_of(parsed, devices))


def run_rank(parsed: argparse.Namespace) -> int:
    """Take part in a training that another process leads."""
    from trainer.follower import follow  # torch takes seconds
    from trainer.launch import follower_of

    return follow(follower_of(Path(parsed.store), parsed.rank, parsed.of))


@contextmanager
def _cluster_of(parsed: argparse.Namespace, devices: int) -> Iterator[Cluster | None]:
    """Have the cluster that is named connected and checked; None where none is.

    Raises:
        InspectorError: If it cannot be used.
    """
    if not parsed.cluster:
        yield None
        return
    if devices > 1 or "TORCHELASTIC_RUN_ID" in os.environ:
        raise InspectorError(
            "a cluster trains many models, several devices train one model together", "Ask for one of the two."
        )
    from inspector.cluster import Certificates, ClusterAddress, connect  # only here

    try:
        address = ClusterAddress.parse(parsed.cluster)
    except ValueError as error:
        raise InspectorError(str(error), "Correct --cluster.") from error
    with connect(address, Certificates.of(parsed.certificates), name="trainer") as cluster:
        workers = cluster.check()
        if parsed.command != "worker":
            print(f"cluster {address.text}: {counted(len(workers), 'worker')}", file=sys.stderr)
        yield cluster


# --- data of an evaluation --------------------------------------------------------------------------------------------


def _part(parsed: argparse.Namespace, trained_bit_depth: int | None) -> Dataset:
    """Return what is judged: all pictures, or those of one part of a split; in the model's bit depth by default."""
    from inspector.vision.bundle import load_manifest  # seconds
    from trainer.corrections import as_judged
    from trainer.dataset import DatasetError, hashed, read_dataset
    from trainer.split import split_as_written

    asked = request_from(parsed, data="unused", out="unused", split="")
    data, words, bit_depth = parsed.data, asked.words, asked.bit_depth or trained_bit_depth
    if parsed.split and (training := _training_of(Path(parsed.split))):
        words = training.trained_words if words == ClassWords() else words
        bit_depth = asked.bit_depth or training.trained_bit_depth or trained_bit_depth
    if not data and parsed.split:
        data = load_manifest(Path(parsed.split).absolute().parent.parent).trained_on
    if not data:
        raise DatasetError("there are no pictures to judge", "Name a folder, or a split of a bundle (--split).")
    dataset = read_dataset(Path(data), least=0, words=words, bit_depth=bit_depth)
    if file := asked.corrections or _corrections_of(parsed.split):
        dataset = as_judged(hashed(dataset), file)
    if not parsed.split:
        return dataset
    whole = split_as_written(hashed(dataset), parsed.split)
    if not (part := whole.of(parsed.part)):
        raise DatasetError(f"the part “{parsed.part}” of the split has no picture", "Name another part, or a folder.")
    return replace(whole, samples=tuple(part))


def _corrections_of(split: str) -> str:
    """Return the corrections that were made for the model whose split this is; empty where there are none."""
    beside = Path(split).with_name("corrections.csv") if split else Path()
    return str(beside) if split and beside.is_file() else ""


def _training_of(split: Path) -> Manifest | None:
    """Return the manifest of the model whose split this is; None for any other file."""
    from inspector.vision.bundle import load_manifest  # seconds

    try:
        return load_manifest(split.absolute().parent.parent)
    except BundleError:
        return None


# --- figures ---------------------------------------------------------------------------------------------------------


def _as_json(result: Result) -> str:
    """Write the documented object: the test figures at the top, then everything."""
    names = {"accuracy", "precision", "recall", "f1", "auroc", "confusion"}
    answer = result.test.model_dump(mode="json", include=names) | result.model_dump(mode="json", exclude={"kind"})
    return json.dumps(answer, ensure_ascii=False)


def _print_labels(result: Result) -> None:
    if result.labels is not None:
        print(audit_sentence(result.labels))
        for suspect in result.labels.suspects[:5]:
            print(f"  {suspect.name}: {suspect.evidence}")
        print(f"  all pictures, the likeliest wrong label first: {Path(result.bundle) / 'report' / 'suspects.csv'}")


def _print_figures(title: str, figures: Figures) -> None:
    confusion = figures.confusion
    named = {
        "accuracy": figures.accuracy,
        "precision": figures.precision,
        "recall": figures.recall,
        "F1": figures.f1,
        "AUROC": figures.auroc,
    }
    listed = ", ".join(f"{words} {'–' if value is None else f'{value:.4f}'}" for words, value in named.items())
    print(f"{title}: {counted(figures.pictures, 'picture')}, {listed}")
    print(
        f"  defective: {confusion.defective_found} found, {confusion.defective_passed} passed; "
        f"good: {confusion.good_passed} passed, {confusion.good_rejected} rejected"
    )
    sys.stdout.flush()
