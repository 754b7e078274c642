"""run.json: what a batch was asked for, and by what it is judged; the same for the window and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from inspector.batch.survey import Survey
from inspector.domain.class_words import ClassWords
from inspector.domain.config import QualityLimits
from inspector.domain.errors import InspectorError
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.records import Thresholds
from inspector.domain.strangeness import GoodScale
from inspector.files import FileError, write_text
from inspector.json_file import JsonError, read_model

if TYPE_CHECKING:
    from pathlib import Path

FORMAT_VERSION = 1
RECORD_FILE = "run.json"


class RunError(InspectorError):
    """A batch cannot be started, gone on with, stopped, read or deleted."""


class OtherResultsError(RunError):
    """The folder for the results holds those of another batch, or what is none."""

    def __init__(self, what: str) -> None:
        super().__init__(what, "Take another folder for the results, or begin anew and replace what is there.")


class _Kept(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore", allow_inf_nan=False
    )  # a later version of the program may have written more


class Judge(_Kept):
    """What gives the verdicts; all rows of a batch have the same."""

    model_name: str
    model_folder: str  #: absolute
    model_sha256: str
    device: str
    precision: str
    backend: str
    thresholds: Thresholds
    good_scale: Annotated[
        GoodScale | None,
        Field(description="how strange good parts look to the model; null: it has no memory of good"),
    ] = None
    quality: QualityLimits
    heatmap: Annotated[HeatmapKind, Field(description="which one is drawn, as in the recipe")] = HeatmapKind.DEFECT
    bit_depth: Annotated[int | None, Field(description="as in the recipe's source; null: as the files say")] = None
    software_version: str
    trained_on: Annotated[str, Field(description="folder or table of the pictures it learnt from; empty: unknown")] = ""


class LearntCount(_Kept):
    """How many pictures of the folder the model has learnt from."""

    pictures: int
    renamed_too: Annotated[bool, Field(description="whether copies under other names were looked for")]


class RunRecord(_Kept):
    """One batch."""

    format_version: int = FORMAT_VERSION
    folder: Annotated[str, Field(min_length=1, description="the pictures, absolute")]
    recursive: bool = False
    recipe: Annotated[str, Field(description="name; empty where only a model was named")] = ""
    recipe_version: int | None = None
    model: Annotated[str, Field(description="as it was named; empty: the recipe's")] = ""
    device: Annotated[str | None, Field(description="as it was asked for; null: the station's setting")] = None
    precision: Annotated[str | None, Field(description="likewise")] = None
    cluster: Annotated[str, Field(description="address of the workers that judge; empty: this computer")] = ""
    labels_file: Annotated[str, Field(description="absolute; empty: the folders' names")] = ""
    words: Annotated[ClassWords, Field(description="what was said of words that nobody knows")] = ClassWords()
    started: AwareDatetime
    who: str
    judge: Annotated[Judge | None, Field(description="null until the model is loaded")] = None
    survey: Annotated[Survey | None, Field(description="null until the folder is listed")] = None
    learnt: Annotated[
        LearntCount | None, Field(description="null until the folder is listed, and where the model does not say")
    ] = None

    @field_validator("format_version")
    @classmethod
    def _known(cls, value: int) -> int:
        if value != FORMAT_VERSION:
            msg = f"format {value} is not known; this program reads format {FORMAT_VERSION}"
            raise ValueError(msg)
        return value


def read_record(folder: Path) -> RunRecord:
    """Read a batch's record.

    Args:
        folder: The batch's folder.

    Raises:
        RunError: If there is none, or it cannot be used.
    """
    path = folder / RECORD_FILE
    try:
        return read_model(path, RunRecord)
    except JsonError as error:
        raise RunError(error.what, "Run the batch again.") from error


def write_record(folder: Path, record: RunRecord) -> None:
    """Write a batch's record; a crash leaves the old one.

    Raises:
        RunError: If it cannot be written.
    """
    try:
        write_text(folder / RECORD_FILE, record.model_dump_json(indent=2) + "\n")
    except FileError as error:
        raise RunError(error.what, error.next_step) from error


def refuse_other(folder: Path, asked: RunRecord) -> None:
    """Make sure that what is asked for is what gave the rows that are there.

    Args:
        folder: The batch's folder.
        asked: What the new run would be; its judge is given.

    Raises:
        RunError: If they are of other pictures, another model, operating point or limits, or cannot be read.
    """
    if (folder / RECORD_FILE).exists():
        known = read_record(folder)
        if known.judge is not None and asked.judge is not None:
            _refuse_other(folder, known, known.judge, asked, asked.judge)


def note(folder: Path, asked: RunRecord, *, restart: bool) -> None:
    """Write what judges a batch, beside who began it and when.

    Args:
        folder: The batch's folder.
        asked: What the run is; its judge is given.
        restart: True where a batch that was there has been thrown away.

    Raises:
        RunError: If it cannot be written.
    """
    if not restart and (folder / RECORD_FILE).exists():
        known = read_record(folder)
        kept = ("started", "who") if known.judge is None else ("started", "who", "recipe", "recipe_version", "model")
        asked = asked.model_copy(update={name: getattr(known, name) for name in kept})
    write_record(folder, asked)


def _refuse_other(folder: Path, known: RunRecord, before: Judge, asked: RunRecord, now: Judge) -> None:
    differences = []
    if known.folder != asked.folder:
        differences.append(f"of the folder {known.folder}")
    if before.model_sha256 != now.model_sha256:
        differences.append(f"of another model ({before.model_name}, SHA-256 {before.model_sha256[:12]}…)")
    if before.thresholds != now.thresholds:
        differences.append(f"of another operating point ({_points(before.thresholds)}; now {_points(now.thresholds)})")
    if before.quality != now.quality:
        differences.append("of other limits of picture quality")
    if before.bit_depth != now.bit_depth:
        differences.append(f"of another bit depth ({before.bit_depth or 'as the file says'})")
    if differences:
        raise OtherResultsError(f"{folder} holds the results {' and '.join(differences)}")


def _points(thresholds: Thresholds) -> str:
    review = "" if thresholds.review_from is None else f", review from {thresholds.review_from:g}"
    guard = "" if thresholds.strange_from is None else f", guard from {thresholds.strange_from:.3g}"
    spares = ", review where the heat lies outside the part" if thresholds.spares_outside else ""
    return f"fail at {thresholds.fail_at:g}{review}{guard}{spares}"
