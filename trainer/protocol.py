"""What a training is asked for, and what it reports: plain records that go through JSON; no torch here.

A training that is driven from elsewhere is a folder (`RunFolder`): its request, its reports as JSON lines, and a file
with the last command. The window may close and find it again; the process may die without taking anything along.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from inspector.domain.class_words import ClassWords
from inspector.files import make_folder, write_text
from inspector.json_file import JsonError, parse_shape, read_model
from inspector.private import FILE_MODE, FOLDER_MODE
from trainer.evaluation import ConfusionCounts, Evaluation, Folds, Growth, JsonRecord, LabelAudit, Unseen

if TYPE_CHECKING:
    from pathlib import Path

Method = Literal["auto", "good-only", "few", "baseline-cnn", "baseline-svm", "head", "layer4", "deeper"]
GOOD_ONLY: Literal["good-only"] = "good-only"
FEW: Literal["few"] = "few"
MethodName = Literal["good-only", "few", "baseline-cnn", "baseline-svm", "head", "layer4", "deeper"]
PoolingName = Literal["average", "generalised-mean", "mix"]
Preset = Literal["standard", "orientation-matters", "colour-matters", "both-matter", "none"]
Rule = Literal["f1", "escapes", "cost"]
Asked = Literal["auto", "yes", "no"]
#: Columns of a file of labels that people have judged; ``was`` is the label of the data, ``judged`` good or defective.
CORRECTION_COLUMNS = ("sha256", "path", "was", "judged", "judged_type", "by", "time_utc", "reason")
#: Those of a bundle that changed or confirmed a label, with who says so.
CORRECTIONS_FILE = "report/corrections.csv"
Policy = Literal["squash", "letterbox", "centre-crop"]


class Parent(JsonRecord):
    """The model that another one goes on from."""

    name: str
    folder: str
    sha256: str  #: of its manifest; it stands for the whole bundle


class TrainRequest(JsonRecord):
    """One training. What is None is the method's own default, or is chosen by validation with ``auto``."""

    data: Annotated[str, Field(min_length=1, description="folder of pictures, or a manifest (.csv, .parquet)")]
    out: Annotated[str, Field(min_length=1, description="folder of the new bundle")]
    good: Annotated[tuple[str, ...], Field(description="a name of a folder or in the table that means good parts")] = ()
    defective: Annotated[tuple[str, ...], Field(description="one that means defective parts")] = ()
    no_label: Annotated[tuple[str, ...], Field(description="one that says neither; its pictures are left out")] = ()
    method: Annotated[Method, Field(description="how it is trained")] = "auto"
    weights: Annotated[str, Field(description="backbone weights; empty: torchvision's ImageNet weights")] = ""
    seed: Annotated[int, Field(ge=0, lt=2**31, description="of the split and the fit")] = 0
    replace: Annotated[bool, Field(description="replace a bundle that is there")] = False
    parent: Annotated[
        str, Field(description="folder of the model that it goes on from, and must be no worse than; empty: none")
    ] = ""
    corrections: Annotated[
        str, Field(description="labels that people have judged, a .csv; they hold instead of the data's; empty: none")
    ] = ""
    locked: Annotated[str, Field(description="pictures never learnt from, a .csv of the station; empty: none")] = ""
    # pictures
    input_size: Annotated[int | None, Field(ge=64, le=1024, description="side of the network's input, pixels")] = None
    bit_depth: Annotated[
        int | None,
        Field(ge=9, le=16, description="bits used of the 16 of a channel, as 12; empty: as the files say"),
    ] = None
    policy: Annotated[Policy, Field(description="how a picture becomes a square")] = "squash"
    preset: Annotated[Preset, Field(description="what augmentation may change")] = "standard"
    strength: Annotated[float, Field(ge=0, le=2, description="of the augmentation; 1 is the preset's own")] = 1.0
    views: Annotated[int | None, Field(ge=1, le=32, description="augmented views of a picture, the first plain")] = None
    # split
    split: Annotated[str, Field(description="split.csv of another bundle to use again; empty: a new split")] = ""
    test_fraction: Annotated[float, Field(gt=0, lt=1, description="held out for the one evaluation")] = 0.2
    validation_fraction: Annotated[float, Field(gt=0, lt=1, description="for every choice that is made")] = 0.16
    folds: Annotated[int, Field(ge=0, le=20, description="cross-test in so many folds first; 0: one test part")] = 0
    unseen: Annotated[
        Asked, Field(description="train again without each defect type; auto: from 3 types on, if the budget allows")
    ] = "auto"
    keep_together: Annotated[bool, Field(description="near duplicates go into one part of the split")] = True
    # method
    pooling: Annotated[PoolingName | None, Field(description="between the last map and the verdict")] = None
    unfreeze: Annotated[Literal["layer3", "all"], Field(description="deeper: from where")] = "layer3"
    epochs: Annotated[int | None, Field(ge=1, le=500, description="at most")] = None
    patience: Annotated[int | None, Field(ge=1, description="epochs without a better validation loss")] = None
    batch: Annotated[int, Field(ge=2, le=512, description="pictures per step")] = 32
    learning_rate: Annotated[float | None, Field(gt=0, le=1, description="peak, of the trained layers")] = None
    weight_decay: Annotated[float, Field(ge=0, le=1, description="AdamW")] = 0.01
    loss: Annotated[Literal["cross-entropy", "focal"], Field(description="classes are weighted in both")] = (
        "cross-entropy"
    )
    precision: Annotated[
        Literal["auto", "float"],
        Field(description="auto: what is frozen runs in int8 where the processor is made for it; float: never"),
    ] = "auto"
    devices: Annotated[
        int,
        Field(
            ge=1,
            le=64,
            description="GPUs of this machine that train together; without a GPU, processes that share its cores",
        ),
    ] = 1
    mixing: Annotated[Literal["none", "mixup", "cutmix"], Field(description="of pictures within a batch")] = "none"
    budget_s: Annotated[
        float,
        Field(gt=0, description="auto: work for trying settings, as seconds of two quiet cores; counted, not timed"),
    ] = 240.0
    largest_size: Annotated[
        int | None, Field(ge=224, le=1024, description="auto: largest input tried, pixels; empty: as the pictures need")
    ] = None
    # operating point
    rule: Annotated[Rule, Field(description="how the threshold is chosen on validation")] = "f1"
    escape_limit: Annotated[float, Field(ge=0, lt=1, description="rule escapes: fraction of defective parts")] = 0.01
    escape_cost: Annotated[float, Field(ge=0, description="rule cost: of a defective part that passes")] = 10.0
    reject_cost: Annotated[float, Field(ge=0, description="rule cost: of a good part that is rejected")] = 1.0
    review_band: Annotated[
        float | None, Field(gt=0, lt=1, description="fraction of validation parts that go to review; empty: none")
    ] = None
    claim: Annotated[float, Field(gt=0, lt=1, description="escape rate that is to be shown at 95 % confidence")] = 0.01
    # report
    deep_maps: Annotated[bool, Field(description="also measure pytorch-grad-cam's methods against the masks")] = False

    @property
    def words(self) -> ClassWords:
        """What the user has said of words.

        Raises:
            WordsError: If one is said to be two things.
        """
        return ClassWords(good=self.good, defective=self.defective, no_label=self.no_label)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.test_fraction + self.validation_fraction >= 0.9:
            msg = (
                f"test {self.test_fraction:g} and validation {self.validation_fraction:g} leave less than a tenth "
                "of the pictures to train on"
            )
            raise ValueError(msg)
        if self.escape_cost + self.reject_cost <= 0:
            msg = "one of the two costs must be above 0"
            raise ValueError(msg)
        return self


class Started(JsonRecord):
    """First of a run: who runs it."""

    kind: Literal["started"] = "started"
    pid: int
    created: float  #: the process's start time, POSIX seconds: a pid alone may be another process's by now
    time: float


class UnderstoodWord(JsonRecord):
    """How a word of a folder or a table was understood."""

    word: str
    meaning: str  #: as `inspector.domain.class_words.Meaning`
    pictures: int
    is_type: bool = False  #: whether it is the name of a defect type


class LeftOutPictures(JsonRecord):
    """Pictures that are not trained on."""

    why: str  #: what they are, as “in a folder …”
    count: int
    files: list[str] = []  #: the first of them


class DataContents(JsonRecord):
    """What the data holds."""

    kind: Literal["found"] = "found"
    layout: str
    counts: dict[str, dict[str, int]]  #: by part of the split, by defect type
    categories: dict[str, dict[str, int]] = {}  #: by category, by defect type
    pictures: dict[str, list[str]] = {}  #: some files by defect type, for thumbnails
    masks: int = 0
    groups: int = 0
    understood: list[UnderstoodWord] = []
    left_out: list[LeftOutPictures] = []


class Finding(JsonRecord):
    """One finding of the audit."""

    kind: Literal["finding"] = "finding"
    severity: Literal["error", "warning", "note"]
    code: str
    what: str  #: a sentence with the values
    action: str  #: what to do, or what is done about it
    files: list[str] = []


class Progress(JsonRecord):
    """How far a stage is."""

    kind: Literal["progress"] = "progress"
    stage: str
    done: int
    total: int
    seconds_left: float | None = None
    lane: str = ""  #: of trainings that run side by side, which one; empty where there is one


class Candidate(JsonRecord):
    """One setting that was tried, and its figure on validation."""

    kind: Literal["candidate"] = "candidate"
    words: str
    validation_loss: float
    seconds: float = 0.0


class Epoch(JsonRecord):
    """After each epoch."""

    kind: Literal["epoch"] = "epoch"
    setting: str  #: which candidate, or fold
    epoch: int
    epochs: int
    training_loss: float
    validation_loss: float
    validation_f1: float
    threshold: float
    confusion: ConfusionCounts
    best: bool


class Paused(JsonRecord):
    """It waits, or goes on."""

    kind: Literal["paused"] = "paused"
    paused: bool


class CheckedPrecision(JsonRecord):
    """How a precision compares with the training; as `inspector.vision.manifest.PrecisionCheck`."""

    passed: bool
    pictures: int
    flips: int
    largest_difference: float
    least_map_correlation: float | None
    reason: str


class Result(JsonRecord):
    """The last report of a training that ended well."""

    kind: Literal["result"] = "result"
    bundle: str
    method: str
    threshold: float
    validation: Evaluation
    test: Evaluation
    split: dict[str, int] = {}
    stages: dict[str, float] = {}  #: seconds
    seconds: float
    folds: Folds | None = None  #: of a cross-test that was asked for
    unseen: Unseen | None = None
    labels: LabelAudit | None = None  #: which labels look wrong
    untried: tuple[str, ...] = ()  #: settings that the effort of ``auto`` did not reach
    effort_for_all_s: float | None = None  #: the `TrainRequest.budget_s` that reaches them
    growth: Growth | None = None  #: beside the models before it; None where it goes on from none
    precision: str = ""  #: what the line will use by default: the fastest that passed the gate
    precisions: dict[str, CheckedPrecision] = {}

    @property
    def can_go_on(self) -> bool:
        """Whether the budget left something undone that another training can do."""
        return bool(self.untried) or (self.unseen is not None and self.unseen.effort_s is not None)


class Failed(JsonRecord):
    """The last report of one that did not."""

    kind: Literal["failed"] = "failed"
    what: str
    next_step: str
    cancelled: bool = False


class DataAnswer(JsonRecord):
    """The answer of ``trainer inspect-data --json``."""

    contents: Annotated[DataContents, Field(alias="found")]
    findings: list[Finding]
    preview: list[str] = []  #: paths of PNG files
    devices: int = 1  #: GPUs of this machine that could train together; 1 where there is one or none


Report = Started | DataContents | Finding | Progress | Candidate | Epoch | Paused | Result | Failed
_REPORT: TypeAdapter[Report] = TypeAdapter(Annotated[Report, Field(discriminator="kind")])


def parse_report(line: str | bytes) -> Report:
    """Read one JSON line.

    Raises:
        JsonError: If it is none.
    """
    return parse_shape(line, _REPORT, where="a report of the training")


class Command(StrEnum):
    """What a running training is told."""

    RUN = "run"
    PAUSE = "pause"
    STOP = "stop"  #: end the epochs, keep the best, write the bundle
    CANCEL = "cancel"  #: end, write nothing


@dataclass(frozen=True, slots=True)
class RunFolder:
    """One training on disk."""

    path: Path

    @property
    def request_file(self) -> Path:
        """The `TrainRequest` as JSON."""
        return self.path / "request.json"

    @property
    def reports_file(self) -> Path:
        """The reports as JSON lines."""
        return self.path / "reports.jsonl"

    @property
    def errors_file(self) -> Path:
        """What the process wrote to stderr."""
        return self.path / "stderr.txt"

    @property
    def checkpoints(self) -> Path:
        """What a resumed run needs."""
        return self.path / "checkpoints"

    @property
    def command_file(self) -> Path:
        """The last command."""
        return self.path / "command"

    def request(self) -> TrainRequest:
        """Read the request.

        Raises:
            JsonError: If it cannot be read, or is none.
        """
        return read_model(self.request_file, TrainRequest)

    def command(self) -> Command:
        """Return the last command; `Command.RUN` where there is none."""
        try:
            return Command(self.command_file.read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            return Command.RUN

    def tell(self, command: Command) -> None:
        """Give a command.

        Raises:
            FileError: If it cannot be written.
        """
        write_text(self.command_file, command.value, mode=FILE_MODE)

    def write_request(self, request: TrainRequest) -> None:
        """Make the folder, for this user alone, and put the request into it.

        Raises:
            FileError: If it cannot be written.
        """
        text = json.dumps(request.model_dump(mode="json"), indent=2, ensure_ascii=False)
        make_folder(self.path, mode=FOLDER_MODE)
        write_text(self.request_file, text + "\n", mode=FILE_MODE)

    def reports(self) -> list[Report]:
        """Return the reports so far; a line that is still being written, or is not understood, is left out."""
        try:
            lines = self.reports_file.read_bytes().split(b"\n")
        except OSError:
            return []
        reports: list[Report] = []
        for line in lines[:-1]:
            try:
                reports.append(parse_report(line))
            except JsonError:
                continue
        return reports
