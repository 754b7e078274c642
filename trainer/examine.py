"""What a set of pictures holds before anything is trained: recognised, unreadable, misleading."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.audit import audit, near_duplicate_groups, thumbnails
from trainer.dataset import TEST, TRAIN, VAL, Dataset, DatasetError, hashed, read_dataset
from trainer.protocol import DataContents, Progress

if TYPE_CHECKING:
    from collections.abc import Generator

    from trainer.protocol import Finding, Report, TrainRequest

#: Pictures of each label that the window shows.
_THUMBNAILS = 8


def examine(request: TrainRequest) -> Generator[Report, None, tuple[Dataset, list[Finding], dict[str, int]]]:
    """Read and audit the pictures; the generator's value is the set, the findings, and clusters of near duplicates.

    Pictures that cannot be read are left out, and named in a finding.
    """
    dataset = hashed(read_dataset(Path(request.data)))
    thumbs = []
    for number, thumb in thumbnails(dataset.samples):
        thumbs.append(thumb)
        yield Progress(stage="looking at the pictures", done=number + 1, total=len(dataset.samples))
    usable = [index for index, thumb in enumerate(thumbs) if thumb.readable]
    groups = near_duplicate_groups([thumbs[i] for i in usable], [dataset.samples[i].sha256 for i in usable])
    findings = audit(dataset.samples, thumbs, claim=request.claim, groups=groups)
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
