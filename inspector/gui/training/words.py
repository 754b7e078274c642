"""Words and figures of trainings, without widgets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.domain.class_folders import Understood, in_words
from inspector.domain.class_words import Meaning
from inspector.domain.counts import counted
from inspector.domain.evidence import evidence
from inspector.gui.words import duration
from inspector.runs.state import ProcessState
from trainer.evaluation import untested
from trainer.protocol import Finding, Progress
from trainer.suspects_words import audit_sentence

if TYPE_CHECKING:
    from inspector.domain.rates import Rate
    from inspector.runs.trainings import Training
    from trainer.evaluation import Evaluation
    from trainer.protocol import DataContents, Result

_EPOCH = re.compile(r"epoch (\d+) of (\d+)")
#: Of trainings side by side, those are named that are among so many last words.
_LATELY = 8
_STATES = {
    ProcessState.RUNNING: "running",
    ProcessState.PAUSED: "paused",
    ProcessState.DONE: "done",
    ProcessState.FAILED: "failed",
    ProcessState.CANCELLED: "cancelled",
    ProcessState.DIED: "ended before its time",
}
#: Methods, and the findings that tell that Automatic took them.
_WITHOUT_EPOCHS = frozenset({"good-only", "few"})
#: Rows of the table of figures: words, key, how the value is written.
FIGURES = (
    ("F1", "f1", "share"),
    ("AUROC", "auroc", "share"),
    ("Precision", "precision", "share"),
    ("Recall", "recall", "share"),
    ("Accuracy", "accuracy", "share"),
    ("Escapes", "escape", "rate"),
    ("Overkill", "overkill", "rate"),
    ("Threshold", "threshold", "share"),
    ("Pictures", "pictures", "count"),
)


def state_words(training: Training) -> str:
    """Return what a training is doing."""
    return _STATES[training.state]


def progress_words(training: Training) -> tuple[str, float | None, str]:
    """Return what is being done, how far it is (0..1; None where that is not known), and the time left."""
    progress = training.last(Progress)
    if progress is None:
        return f"{training.name}: starting", None, ""
    if progress.lane:
        words = f"Side by side: {_lanes(training)}"
        return (f"Paused. {words}" if training.state is ProcessState.PAUSED else words), None, ""
    words = f"{progress.stage[:1].upper()}{progress.stage[1:]}"
    share = min(1.0, progress.done / progress.total) if progress.total > 0 else None
    epoch = _EPOCH.match(progress.stage)
    if progress.total == 1:  # a step that cannot be counted
        share = None
    elif epoch is None:
        words = f"{words}, {progress.done} of {progress.total}"
    elif share is not None:  # the steps of one epoch: the bar shows all epochs
        share = min(1.0, (int(epoch[1]) - 1 + share) / max(1, int(epoch[2])))
    if training.state is ProcessState.PAUSED:
        words = f"Paused. {words}"
    left = "" if progress.seconds_left is None else f"{duration(progress.seconds_left)} left"
    return words, share, left


def _lanes(training: Training) -> str:
    """Return what is trained side by side: what has said something lately."""
    lately = {progress.lane: progress.stage for progress in training.all(Progress)[-_LATELY:] if progress.lane}
    return "; ".join(f"{lane} ({stage})" for lane, stage in sorted(lately.items()))


def has_epochs(training: Training) -> bool:
    """Say whether a training has epochs to be shown, or may come to have some: with few defects or none it has none."""
    taken = any(isinstance(report, Finding) and report.code in _WITHOUT_EPOCHS for report in training.reports)
    without = taken or training.request.method in _WITHOUT_EPOCHS
    return bool(training.epochs) or (training.active and not without)


def contents_words(contents: DataContents) -> str:
    """Return what a data set holds, in one sentence."""
    kinds: dict[str, int] = {}
    for counts in contents.counts.values():
        for kind, count in counts.items():
            kinds[kind] = kinds.get(kind, 0) + count
    good = kinds.pop("good", 0)
    words = f"{contents.layout}: {good} good, {sum(kinds.values())} defective"
    if len(kinds) > 1:
        words += f" in {len(kinds)} types"
    if len(contents.categories) > 1:
        words += f", {len(contents.categories)} categories"
    return words + (f", {contents.masks} masks" if contents.masks else "")


def understood_words(contents: DataContents) -> list[str]:
    """Return how the words of folders or table were understood, and what is left out, a line for each."""
    words = (
        Understood(word=word.word, meaning=Meaning(word.meaning), pictures=word.pictures, is_type=word.is_type)
        for word in contents.understood
    )
    left_out = sum(group.count for group in contents.left_out)
    return in_words(words) + ([f"Left out: {counted(left_out, 'picture')}"] if left_out else [])


def counts_words(contents: DataContents) -> str:
    """Return the counts by part and type, and by category, as lines."""
    lines = [
        f"{part or 'all'}: " + ", ".join(f"{count} {kind}" for kind, count in counts.items())
        for part, counts in (contents.counts | (contents.categories if len(contents.categories) > 1 else {})).items()
    ]
    return "\n".join(lines)


def escape_words(escapes: Rate, claim: float) -> str:
    """Return what the defective pictures of a confusion matrix allow to be claimed.

    Args:
        escapes: Defective pictures that pass.
        claim: The escape rate that is to be shown.
    """
    if not escapes.total:
        return "There is no defective picture: nothing can be said of escapes."
    needed = evidence(escapes, claim).needed
    return (
        f"Escapes {escapes.count} of {escapes.total}: {_between(escapes, 'between', 'and')} at 95 % confidence. "
        f"To claim ≤ {percent(claim)} you need {needed} defective test parts, all of them found."
    )


def percent(share: float) -> str:
    """Return a share as percent, with as many digits as it deserves."""
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.0f} %"


def figure(test: Evaluation | None, key: str, kind: str) -> str:
    """Return one figure of an evaluation as text; – where there is none.

    Args:
        key: As in `FIGURES`.
        kind: As in `FIGURES`.
    """
    if test is None:
        return "–"
    if kind == "rate":
        confusion = test.confusion.matrix
        rate = confusion.escapes if key == "escape" else confusion.overkill
        if not rate.total:
            return "–"
        return f"{rate.count} of {rate.total}  ({_between(rate, '', 'to').strip()})"
    value: float | None = getattr(test, key)
    if value is None:
        return "–"
    return f"{value:,.0f}" if kind == "count" else f"{value:.3f}"


def untested_words(result: Result) -> str:
    """Say what a test cannot show; empty where it had defective pictures."""
    unknown = "nothing is known of recall, F1 and escapes"
    if untested(result.split):
        escapes = result.test.confusion.matrix.escapes.total
        if escapes:
            pictures = counted(result.test.pictures, "picture")
            return (
                f"No picture was kept for a test. The figures are of {pictures}, each judged without itself; "
                f"{counted(escapes, 'defective one')} among them."
            )
        pictures = counted(result.test.pictures, "good picture")
        return f"No picture was kept for a test. The figures are of {pictures}, each left out once; {unknown}."
    if not result.test.confusion.matrix.escapes.total:
        return f"No defective picture was tested; {unknown}."
    return ""


def _between(rate: Rate, before: str, middle: str) -> str:
    low, high = rate.interval
    return f"{before} {percent(low)} {middle} {percent(high)}"


def labels_words(result: Result) -> str:
    """Say how many labels look wrong; empty where they were not looked at, and where none does."""
    if result.labels is None or not result.labels.wrong:
        return ""
    return f"{audit_sentence(result.labels)} The report shows them, suspects.csv in its folder has all pictures."


def rest_words(result: Result) -> str:
    """Say what the work budget did not reach; empty where it reached all."""
    left = list(result.untried)
    if result.unseen is not None and result.unseen.effort_s is not None:
        left.append("what passes of a defect type that the model has never seen")
    if not left:
        return ""
    measuring_s = (result.unseen.effort_s if result.unseen is not None else None) or 0.0
    work = duration((result.effort_for_all_s or 0.0) + measuring_s)
    return (
        f"Not tried, as the work budget did not reach so far: {'; '.join(left)}. With all of it a training is {work} "
        "of work for two quiet cores, less what was done."
    )
