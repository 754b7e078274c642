"""The unit of work: a batch of file names becomes a table of rows, with no state but its arguments."""

from __future__ import annotations

import contextlib
import hashlib
import logging
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.batch.rows import Row, make_row, storable
from inspector.domain.config import QualityLimits
from inspector.domain.errors import FolderAwayError, InspectorError, ModelChangedError, PictureDeniedError
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.memory import ran_out_of_memory, reason_of
from inspector.domain.picture_range import look_of
from inspector.domain.policy import decide, error_decision, explained, spared, with_remark
from inspector.domain.quality import check_quality
from inspector.engine.inspect import inspect_picture
from inspector.files import FileError
from inspector.pictures import Held, StorePath, decode_reduced, read_all, write_picture
from inspector.pictures.content import KnownContent, digest_of
from inspector.vision.overlay import draw_overlay
from inspector.vision.prediction import near_threshold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from inspector.domain.picture_range import PictureRange
    from inspector.domain.records import Decision, Image, Prediction, Thresholds
    from inspector.pictures import Place
    from inspector.vision.classifier import Classifier

#: A JPEG may be decoded at reduced size down to this multiple of the network's input; near an operating point it is
#: judged again from all its pixels. Measured with tests/bench/reduced_jpeg.py on 296 real pictures: P(defective) moved
#: by 0.08 at most, three verdicts that lay near the threshold before the second look, none after it.
REDUCED_SIDES = 2
#: Likewise where the strangeness lies within this factor of its limit. Measured on every other test picture of MVTec AD
#: bottle as a JPEG of four times the input's side: the strangeness changed by a factor of 1.023 at most (28 pictures).
_NEAR = 1.1
#: So many bytes of pixels are judged at once even if the batch has more files: a batch of huge pictures stays small.
_MOST_BYTES = 64_000_000
# Most file systems hold names of 255 bytes; the suffix and a digest need some of them.
_LONGEST_NAME_BYTES = 190
_SUFFIX = ".overlay.jpg"
#: How the reason of a file begins that is not the one that was expected.
ANOTHER = "it is not the picture that was kept"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is asked of every file; plain values, so that it can be sent to another machine.

    Args:
        folder: The pictures' names are paths within it; of this computer, or of a store.
        overlays: Folder of the overlays, inside the folder of the results; None draws none.
        input_size: Side of the network's input, pixels: JPEGs may be decoded at a size that still is
            `REDUCED_SIDES` times as large. None, and wherever an overlay is drawn, decodes all pixels.
        thresholds: The operating point in force; None for the model's own, without a guard.
        quality: When a picture is too bad to be judged.
        heatmap: Which one an overlay shows, as in a recipe.
        bit_depth: As in `inspector.pictures.read_picture`.
        expected: SHA-256, hex, that files must have, by their names; of another content a file is an ERROR whose reason
            begins with `ANOTHER`. What is not named may hold anything.
    """

    folder: Place
    overlays: Path | None = None
    input_size: int | None = None
    thresholds: Thresholds | None = None
    quality: QualityLimits = field(default_factory=QualityLimits)
    heatmap: HeatmapKind = HeatmapKind.DEFECT
    bit_depth: int | None = None
    expected: Mapping[str, str] = field(default_factory=dict)

    @property
    def at_least(self) -> int | None:
        """As in `inspector.pictures.read_picture`."""
        return None if self.input_size is None or self.overlays is not None else REDUCED_SIDES * self.input_size


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A file, what it held, its pixels or why there are none, and whether there are more.

    Args:
        content: The file's, where its pixels may be wanted whole and it would have to be fetched again.
    """

    name: str
    held: KnownContent
    image: Image | InspectorError
    divisor: int = 1
    content: bytes = b""

    @property
    def reduced(self) -> bool:
        """Whether its sides were divided when it was decoded."""
        return self.divisor > 1

    @property
    def held_bytes(self) -> int:
        return 0 if isinstance(self.image, InspectorError) else int(self.image.nbytes)


def judge_files(
    names: Sequence[str], job: Job, classifier: Classifier, *, turn: AbstractContextManager[object] | None = None
) -> list[Row]:
    """Read, judge and draw files; see `judge_changed`.

    Returns:
        One row per name, in their order.
    """
    return [row for row in judge_changed([(name, "") for name in names], job, classifier, turn=turn) if row is not None]


def judge_changed(
    files: Sequence[tuple[str, str]],
    job: Job,
    classifier: Classifier,
    *,
    turn: AbstractContextManager[object] | None = None,
) -> list[Row | None]:
    """Read, judge and draw files. May run in several threads at once with the same classifier.

    Args:
        files: Paths within the job's folder, each with the content that has been judged, as of
            `inspector.pictures.content.digest_of`, or an empty text.
        turn: Held while the classifier is at work, where others use it too: a semaphore. None asks nobody.

    Returns:
        One row per file, in their order; what could not be read or judged is an ERROR with its reason. None for a file
        that still holds what has been judged.

    Raises:
        FolderAwayError: If the folder, or the store that it is in, cannot be read any more.
        InspectorError: If an overlay cannot be written.
    """
    turn = turn or nullcontext()
    rows: dict[str, Row | None] = dict.fromkeys(name for name, _ in files)
    group: list[_Read] = []
    held = 0

    def judge() -> None:
        rows.update((file.name, row) for file, row in zip(group, _judged(group, job, classifier, turn), strict=True))
        group.clear()

    denied = 0
    for (name, known), content in zip(files, read_all(job.folder, [name for name, _ in files]), strict=True):
        file = _decoded(name, job, content, known)
        if file is None:
            continue
        denied += isinstance(file.image, PictureDeniedError)
        group.append(file)
        held += file.held_bytes
        if held >= _MOST_BYTES:
            judge()
            held = 0
    _refuse_all_denied(job, denied, len(files))
    judge()
    return list(rows.values())


def _decoded(name: str, job: Job, held: Held, known: str = "") -> _Read | None:
    """Decode what a file held; None where it is what is known."""
    digest, place = "", job.folder / name
    image: Image | InspectorError
    divisor = 1
    kept = b""
    if isinstance(held.content, InspectorError):
        _refuse_gone(job.folder)
        return _Read(name=name, held=KnownContent(held.stamp), image=held.content)
    try:
        digest = digest_of(held.content)
        if digest == known:
            return None
        _refuse_another(name, held.content, job)
        image, divisor = decode_reduced(held.content, str(place), at_least=job.at_least, bit_depth=job.bit_depth)
        if divisor > 1 and isinstance(place, StorePath):
            kept = held.content
    except InspectorError as error:
        image = error
    except Exception as error:  # noqa: BLE001 - a decoder's surprise is this file's ERROR, not the end of the batch
        _log.exception("%s could not be decoded", place)
        image = InspectorError(reason_of(error))
    return _Read(name=name, held=KnownContent(held.stamp, digest), image=image, divisor=divisor, content=kept)


def _refuse_another(name: str, content: bytes, job: Job) -> None:
    """Refuse a file that is not the one that was expected."""
    expected = job.expected.get(name)
    if expected is not None and hashlib.sha256(content).hexdigest() != expected:
        raise InspectorError(f"{ANOTHER}: its SHA-256 is another", "Restore it from a backup.")


def _refuse_gone(folder: Place) -> None:
    """Stop where not a picture is missing but all of them are: a drive was pulled, a share is away."""
    if isinstance(folder, Path) and not folder.is_dir():
        raise FolderAwayError(
            f"the folder {folder} is not there any more", "Connect its drive or share again, then go on."
        )


def _refuse_all_denied(job: Job, denied: int, files: int) -> None:
    """Stop where a store lets its folder be listed, but no picture be read."""
    if denied == files > 1:
        raise FolderAwayError(
            f"{job.folder} can be listed, but this account may not read its pictures",
            "Give it the right to read them, then go on.",
        )


def _whole(file: _Read, job: Job) -> _Read:
    """Return a file with all its pixels."""
    held = Held(file.held.stamp, file.content) if file.content else next(read_all(job.folder, [file.name]))
    whole = _decoded(file.name, job, held)
    assert whole is not None
    return whole


def _judged(
    group: Sequence[_Read], job: Job, classifier: Classifier, turn: AbstractContextManager[object]
) -> list[Row]:
    model = classifier.identity.sha256
    decisions = _decisions(group, job, classifier, turn)
    held = [file.held for file in group]
    whole = replace(job, input_size=None)
    for index, file in enumerate(group):
        if file.reduced and _is_near(*decisions[index]):  # one at a time: the whole picture may be huge
            again = _whole(file, whole)
            decisions[index], held[index] = _decisions([again], whole, classifier, turn)[0], again.held
    pictures = classifier.identity.pictures
    decisions = [
        (_remarked(file, decision, pictures), prediction)
        for file, (decision, prediction) in zip(group, decisions, strict=True)
    ]
    return [
        _row(file, content, *judged, job, model) for file, content, judged in zip(group, held, decisions, strict=True)
    ]


def _remarked(file: _Read, decision: Decision, pictures: PictureRange | None) -> Decision:
    """Say where a picture is unlike those that the model learnt from."""
    if pictures is None or isinstance(file.image, InspectorError):
        return decision
    return with_remark(decision, pictures.remark(look_of(file.image, file.divisor)))


def _row(
    file: _Read, held: KnownContent, decision: Decision, prediction: Prediction | None, job: Job, model: str
) -> Row:
    overlay = ""
    try:
        overlay = _draw(job, file, prediction)
    except Exception as error:
        if not ran_out_of_memory(error):
            raise
        decision, prediction = error_decision(reason_of(error), decision.thresholds), None
    return make_row(storable(file.name), held, decision, prediction, overlay=overlay, model=model)


def _is_near(decision: Decision, prediction: Prediction | None) -> bool:
    """True where all pixels could give another verdict than the reduced ones did."""
    if prediction is None or near_threshold(prediction.p_defective, (decision.thresholds,)):
        return True
    if spared(decision):
        return True  # all pixels must say so
    limit, strangeness = decision.thresholds.strange_from, prediction.strangeness
    return limit is not None and strangeness is not None and limit / _NEAR < strangeness < limit * _NEAR


def _decisions(
    group: Sequence[_Read], job: Job, classifier: Classifier, turn: AbstractContextManager[object]
) -> list[tuple[Decision, Prediction | None]]:
    """Judge a group in one go; where that fails, one by one, so that only the culprit is an ERROR."""
    limits, thresholds = job.quality, job.thresholds or classifier.thresholds
    decisions: list[tuple[Decision, Prediction | None] | None] = []
    for file in group:
        fault = str(file.image) if isinstance(file.image, InspectorError) else _fault(file.image, limits)
        decisions.append((error_decision(fault, thresholds), None) if fault else None)
    left = [index for index, result in enumerate(decisions) if result is None]
    images = [image for index in left if not isinstance(image := group[index].image, InspectorError)]
    try:
        with turn:
            predictions = classifier.predict_batch(images)
        for index, prediction in zip(left, predictions, strict=True):
            decision = decide(prediction, thresholds)
            decisions[index] = (decision, explained(prediction, decision, job.heatmap))
    except ModelChangedError:
        raise  # nothing that it says can be trusted: it is no picture's fault
    except Exception:  # noqa: BLE001 - one by one, each failure becomes that picture's ERROR with its reason
        _log.exception("a group of pictures could not be judged in one go")
        for index, image in zip(left, images, strict=True):
            with turn:
                decisions[index] = inspect_picture(classifier, image, thresholds, limits, heatmap=job.heatmap)
    return [result for result in decisions if result is not None]


def _fault(image: Image, limits: QualityLimits) -> str:
    try:
        return check_quality(image, limits)
    except Exception as error:  # noqa: BLE001 - this picture's ERROR
        _log.exception("a picture's quality could not be measured")
        return reason_of(error)


def _draw(job: Job, read: _Read, prediction: Prediction | None) -> str:
    """Write the overlay; return its path beside results.csv, empty where there is none."""
    if job.overlays is None or prediction is None or isinstance(read.image, InspectorError):
        return ""
    name = storable(read.name)
    path = job.overlays / overlay_name(name, prediction.shows)
    try:
        write_picture(path, draw_overlay(read.image, prediction.heatmap, map_box=prediction.map_box, full_scale=1.0))
    except FileError as error:
        raise InspectorError(f"the overlay {error.what}", error.next_step) from error
    forget_overlays(job.overlays, name, but=path)
    return path.relative_to(job.overlays.parent).as_posix()


def forget_overlays(overlays: Path, name: str, *, but: Path) -> None:
    """Remove what shows another kind of heatmap than a picture's new overlay: of what the file held before.

    Args:
        overlays: Their folder.
        name: The picture's, as in its row.
        but: The new one.
    """
    for kind in HeatmapKind:
        if (path := overlays / overlay_name(name, kind)) != but:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def overlay_name(name: str, kind: HeatmapKind) -> str:
    """Return the overlay's path for a picture's, which says what its heatmap shows.

    A name that would become too long ends in a digest of itself.
    """
    parent, slash, last = name.rpartition("/")
    encoded = last.encode()
    if len(encoded) > _LONGEST_NAME_BYTES:
        last = encoded[: _LONGEST_NAME_BYTES - 20].decode(errors="ignore") + hashlib.sha256(encoded).hexdigest()[:20]
    return f"{parent}{slash}{last}.{kind}{_SUFFIX}"
