"""What a set of pictures holds before anything is trained: recognised, unreadable, misleading."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.pictures import LeftOutTally, iter_pictures, left_out_words
from trainer.audit import audit, near_duplicate_groups, thumbnails, worst_first
from trainer.dataset import TEST, TRAIN, VAL, Dataset, DatasetError, hashed, read_dataset
from trainer.protocol import DataContents, Finding, Progress

if TYPE_CHECKING:
    from collections.abc import Generator

    from trainer.protocol import Report, TrainRequest

#: Pictures of each label that the window shows.
_THUMBNAILS = 8
#: Files that a finding names.
_NAMES = 50


def examine(request: TrainRequest) -> Generator[Report, None, tuple[Dataset, list[Finding], dict[str, int]]]:
    """Read and audit the pictures; the generator's value is the set, the findings, and clusters of near duplicates.

    Pictures that cannot be read are left out, and named in a finding; so is whatever else the folder holds.
    """
    dataset = hashed(read_dataset(Path(request.data)))
    thumbs = []
    for number, thumb in thumbnails(dataset.samples):
        thumbs.append(thumb)
        yield Progress(stage="looking at the pictures", done=number + 1, total=len(dataset.samples))
    usable = [index for index, thumb in enumerate(thumbs) if thumb.readable]
    groups = near_duplicate_groups([thumbs[i] for i in usable], [dataset.samples[i].sha256 for i in usable])
    findings = audit(dataset.samples, thumbs, claim=request.claim, groups=groups)
    findings = worst_first([*findings, *_left_out(dataset, Path(request.data))])
    if len(usable) < len(thumbs):
        dataset = Dataset(dataset.layout, tuple(dataset.samples[index] for index in usable))
        kinds = Counter(sample.defective for sample in dataset.samples)
        if min(kinds[False], kinds[True]) < 2:
            raise DatasetError(
                f"only {kinds[False]} good and {kinds[True]} defective pictures of {request.data} can be read",
                "Mend the files, or add pictures.",
            )
    clusters: dict[str, int] = {}
    if request.keep_together:
        clusters = {sample.name: number for sample, number in zip(dataset.samples, groups, strict=True)}
    return dataset, findings, clusters


def contents_of(dataset: Dataset) -> DataContents:
    """Return what is said of the pictures before anything starts."""
    pictures: dict[str, list[str]] = {}
    for sample in dataset.samples:
        shown = pictures.setdefault(sample.defect, [])
        if len(shown) < _THUMBNAILS:
            shown.append(str(sample.path))
    return DataContents(
        layout=dataset.layout,
        counts=dataset.counts(),
        categories=dataset.categories(),
        pictures=pictures,
        masks=sum(sample.mask is not None for sample in dataset.samples),
        groups=len({(s.category, s.group) for s in dataset.samples if s.group}),
    )


def sizes(dataset: Dataset) -> dict[str, int]:
    """Return how many pictures each part has."""
    return {part: len(dataset.of(part)) for part in (TRAIN, VAL, TEST)}


def _left_out(dataset: Dataset, data: Path) -> list[Finding]:
    """Name what a folder holds and the set has not; a table names its pictures itself."""
    if not data.is_dir():
        return []
    taken = {sample.path for sample in dataset.samples} | {sample.mask for sample in dataset.samples}
    tally = LeftOutTally()
    names = sorted(
        path.relative_to(data).as_posix()
        for path in iter_pictures(data, recursive=True, left_out=tally)
        if path is not None and path not in taken
    )
    findings = []
    if names:
        words = "1 picture of the folder belongs" if len(names) == 1 else f"{len(names)} pictures of the folder belong"
        findings.append(
            Finding(
                severity="warning",
                code="no-class",
                what=f"{words} to no class.",
                action="Put them into the folder of their class; they are not used.",
                files=names[:_NAMES],
            )
        )
    if left_out := tally.listed():
        missed = any(kind.may_be_missed for kind in left_out)
        findings.append(
            Finding(
                severity="warning" if missed else "note",
                code="not-taken",
                what=f"Not taken: {left_out_words(left_out)}.",
                action="Save pictures among them as PNG or JPEG, and mend the links."
                if missed
                else "Nothing has to be done where none of it is a picture.",
            )
        )
    return findings
