"""What a model is trained anew on: the pictures it was made from, in their parts, and those to be learned."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.cells import plain_cells, safe_cell
from inspector.domain.class_tables import table_of, text_of
from inspector.domain.counts import counted, verb
from inspector.domain.errors import BundleError, LearningError
from inspector.files import FileError, write_text
from inspector.review.learning import file_sha256
from inspector.review.lesson import TEST
from inspector.vision.bundle import load_manifest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from inspector.review.learning import LearningSet
    from inspector.review.lesson import Lesson

_COLUMNS = ("path", "label", "defect_type", "category", "group", "mask", "split")
_SPLIT = Path("report/split.csv")
_MASK_FOLDERS = ("ground_truth", "masks")


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestPicture:
    """A row of the manifest.

    Args:
        path: Absolute path of the picture.
        label: What it shows: "good" or "defective".
        defect_type: Empty where none is named.
        split: "train", "val", "test"; empty: train or val, as the trainer deals.
        sha256: Checksum of its content, hex.
        category: As the model's own data say.
        group: As the model's own data say.
        mask: Picture of the defect's pixels; None where there is none.
    """

    path: Path
    label: str
    defect_type: str
    split: str
    sha256: str
    category: str = ""
    group: str = ""
    mask: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartCounts:
    """How many pictures each part of a model's own split gives."""

    train: int
    val: int
    test: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCounts:
    """How many pictures there are of each label."""

    good: int
    defective: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingManifest:
    """A manifest that was written for the trainer.

    Args:
        own: Pictures of the model's own data in it, by part of their split.
        learned: Pictures to be learned in it; the trainer deals them to train and val.
        audited: Pictures that were judged blind, in the test part.
        labels: All pictures of the manifest, by label.
        notes: What was left out, as sentences.
        model: Folder of the model that a training of it goes on from; empty for none.
    """

    path: Path
    own: PartCounts
    learned: int
    audited: int
    labels: LabelCounts
    notes: tuple[str, ...]
    model: str = ""


def training_manifest(learning: LearningSet, model: Path | None, *, locked: Collection[str] = ()) -> TrainingManifest:
    """Write the manifest that unites a model's own data with a recipe's pictures to be learned.

    The model's own pictures keep their part (train, val, test); what was judged blind is tested with. The others have
    no part yet: the trainer deals them to train and val, and whatever is nearly the same as a tested picture is tested
    with too (`trainer.split`). The file's name follows from its content, and older ones stay: a model names the one it
    was trained with.

    Args:
        learning: The recipe's set, up to date.
        model: Folder of the model whose data are united; None for what was learned alone.
        locked: SHA-256 of pictures that no model may learn from: they are left out, but for those of the test.

    Raises:
        LearningError: If there is nothing to be learned, a class has too few pictures, or it cannot be written.
    """
    every = learning.lessons()
    lessons = [lesson for lesson in every if lesson.for_test or lesson.sha256 not in locked]
    held_back = len(every) - len(lessons)
    if all(lesson.for_test for lesson in lessons):
        raise LearningError(
            f"there is no picture to be learned for {learning.recipe} ({len(lessons)} for the test"
            + (f", {held_back:,} locked" if held_back else "")
            + ")",
            "Release locked parts that are to be learned from (inspector regression release)."
            if held_back
            else "Review failures, or take in confirmed ones too; what was judged blind is for the test only.",
        )
    own, notes = _own(model) if model is not None else ([], ["The model's own data were left out."])
    mine = [picture for picture in own if picture.split == TEST or picture.sha256 not in locked]
    held_back += len(own) - len(mine)
    if held_back:
        notes.append(f"{counted(held_back, 'picture')} {verb(held_back, 'is')} locked in the regression set: left out.")
    own, learned, more = _united(mine, learning, lessons)
    rows = [*own, *learned]
    labels = Counter(row.label for row in rows)
    if not labels["good"]:  # without a defect a model can be made
        raise LearningError(
            f"there are {labels['good']} good and {counted(labels['defective'], 'defective picture')} in all",
            "A model needs good parts: restore its own data, or review more of them."
            + "".join(f" {note}" for note in notes),
        )
    text = _csv(rows)
    name = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:12]
    path = learning.folder / f"manifest-{name}.csv"
    try:
        write_text(path, text)
    except FileError as error:
        raise LearningError(error.what, error.next_step) from error
    parts = Counter(picture.split for picture in own)
    return TrainingManifest(
        path=path,
        own=PartCounts(train=parts["train"], val=parts["val"], test=parts[TEST]),
        learned=sum(picture.split == "" for picture in learned),
        audited=sum(picture.split == TEST for picture in learned),
        labels=LabelCounts(good=labels["good"], defective=labels["defective"]),
        notes=(*notes, *more),
        model="" if model is None else str(model.absolute()),
    )


# --- the model's own data ---------------------------------------------------------------------------------------------


def _own(model: Path) -> tuple[list[ManifestPicture], list[str]]:
    """Return the pictures of which a model was made that are there, unaltered, and what is to be said of them."""
    try:
        data = load_manifest(model).trained_on
        with (model / _SPLIT).open(encoding="utf-8", newline="") as file:
            rows = [plain_cells(row) for row in csv.DictReader(file)]
    except (BundleError, OSError, UnicodeDecodeError, csv.Error) as error:
        why = cause_of(error) if isinstance(error, BundleError) else f"{_SPLIT}: {cause_of(error)}"
        return [], [f"The model {model.name} does not say what it was made from ({why}): only what was learned is in."]
    if not data:
        return [], [f"The model {model.name} does not say where its pictures are: only what was learned is in."]
    masks = _masks(Path(data))
    there, gone, altered = [], [], []
    for row in rows:
        picture = _picture(Path(data), row, masks)
        digest = file_sha256(picture.path)
        if not digest:
            gone.append(picture.path)
        elif digest != picture.sha256:
            altered.append(picture.path)
        else:
            there.append(picture)
    notes = []
    for been, what, paths in (("is", "gone", gone), ("has", "been altered since", altered)):
        if paths:
            notes.append(
                f"{len(paths)} of the {len(rows)} pictures that {model.name} was made from "
                f"{verb(len(paths), been)} {what}, "
                f"as {paths[0]}: left out."
            )
    return there, notes


def _picture(data: Path, row: dict[str, str], masks: dict[str, Path]) -> ManifestPicture:
    root = data.parent if data.is_file() or data.suffix.lower() in {".csv", ".parquet"} else data
    name = row.get("path", "")
    good = row.get("label", "") == "good"
    category, kind = row.get("category", ""), row.get("defect_type", "")
    mask = masks.get(name)
    if mask is None and not good and root == data:
        mask = _mask(root / category, kind, root / name)
    return ManifestPicture(
        path=(root / name).absolute(),
        label="good" if good else "defective",
        defect_type="" if good else kind,
        split=row.get("split", ""),
        sha256=row.get("sha256", ""),
        category=category,
        group=row.get("group", ""),
        mask=mask,
    )


def _masks(data: Path) -> dict[str, Path]:
    """Return the masks that a manifest of the model's data names, by the picture's name."""
    if data.suffix.lower() != ".csv" or not data.is_file():
        return {}
    try:
        rows = [plain_cells(row.cells) for row in table_of(text_of(data.read_bytes())).rows]
    except (OSError, ValueError):
        return {}
    named = {row.get("path", "").replace("\\", "/"): row.get("mask", "").replace("\\", "/") for row in rows}
    return {name: (data.parent / mask).absolute() for name, mask in named.items() if mask}


def _mask(folder: Path, kind: str, picture: Path) -> Path | None:
    """Return the mask of a defective picture where data sets have it: in a folder of masks, or beside the picture."""
    stem = picture.stem
    places = [folder / base / kind / f"{stem}{end}.png" for base in _MASK_FOLDERS for end in ("_mask", "")]
    places += [picture.with_name(f"{stem}{end}.png") for end in ("_mask", "_gt", "_label")]
    return next((place.absolute() for place in places if place.is_file()), None)


# --- uniting ----------------------------------------------------------------------------------------------------------


def _united(
    own: list[ManifestPicture], learning: LearningSet, lessons: Iterable[Lesson]
) -> tuple[list[ManifestPicture], list[ManifestPicture], list[str]]:
    """Return own and learned pictures, each content once; of what is in both the reviewers' label counts."""
    by_path = {picture.path: picture for picture in own}
    by_content = {picture.sha256: picture for picture in own}
    learned: list[ManifestPicture] = []
    replaced: set[Path] = set()
    spoilt, seen = [], 0
    current = set()
    for lesson in lessons:
        path = (learning.pictures / lesson.picture).absolute()
        if file_sha256(path) != lesson.sha256:
            spoilt.append(path)
            continue
        current.add(path)
        there = by_path.get(path) or by_content.get(lesson.sha256)
        if there is not None:
            replaced.add(there.path)
            seen += lesson.for_test and there.split != TEST
        learned.append(_learned(path, lesson, there))
    folder = learning.pictures.absolute()
    withdrawn = {picture.path for picture in own if picture.path.parent == folder and picture.path not in current}
    kept = [picture for picture in own if picture.path not in replaced | withdrawn]
    notes = []
    if spoilt:
        notes.append(
            f"{counted(len(spoilt), 'learned picture')} {verb(len(spoilt), 'is')} gone or altered, as "
            f"{spoilt[0]}: left out."
        )
    if seen:
        notes.append(
            f"The present model had learned from {counted(seen, 'picture')} before the blind judgement: a test of "
            f"the new "
            "one only, and the present one has an advantage in a comparison."
        )
    if withdrawn:
        notes.append(
            f"{counted(len(withdrawn), 'picture')} that the model has learned from {verb(len(withdrawn), 'is')} "
            f"withdrawn: left out."
        )
    return kept, learned, notes


def _learned(path: Path, lesson: Lesson, there: ManifestPicture | None) -> ManifestPicture:
    """Return the row of a lesson; the test wins over what the model's own data say, these over no part."""
    tested = lesson.for_test or (there is not None and there.split == TEST)
    return ManifestPicture(
        path=path,
        label=lesson.label,
        defect_type=lesson.defect_type,
        split=TEST if tested else there.split if there is not None else "",
        sha256=lesson.sha256,
        category=there.category if there is not None else "",
    )


def _csv(rows: Iterable[ManifestPicture]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        cells = (str(row.path), row.label, row.defect_type, row.category, row.group, str(row.mask or ""), row.split)
        writer.writerow(map(safe_cell, cells))
    return text.getvalue()
