"""What a set of pictures holds before anything is trained: recognised, unreadable, misleading."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.pictures import left_out_words
from trainer.audit import audit, worst_first
from trainer.corrections import corrected
from trainer.dataset import TEST, TRAIN, VAL, hashed, read_dataset
from trainer.few import LEARN_FROM_REVIEW
from trainer.good_only import LEARN_MORE, asked_for
from trainer.held_back import without_locked
from trainer.miniatures import thumbnails
from trainer.near_duplicates import near_duplicate_groups
from trainer.protocol import GOOD_ONLY, DataContents, Finding, LeftOutPictures, Progress, UnderstoodWord

if TYPE_CHECKING:
    from collections.abc import Generator

    from trainer.dataset import Dataset
    from trainer.protocol import Report, TrainRequest

#: Pictures of each label that the window shows.
_THUMBNAILS = 8
#: Files that a finding names.
_NAMES = 50


def examine(request: TrainRequest) -> Generator[Report, None, tuple[Dataset, list[Finding], dict[str, int]]]:
    """Read and audit the pictures; the generator's value is the set, the findings, and clusters of near duplicates.

    Pictures that cannot be read are left out, and named in a finding; so is whatever else is there.
    """
    read = read_dataset(
        Path(request.data),
        least=0,
        words=request.words,
        bit_depth=request.bit_depth,
        all_good=request.method == GOOD_ONLY,
    )
    held_back = without_locked(hashed(read), request.locked)
    dataset = held_back.dataset
    said = corrected(dataset, request.corrections) if request.corrections else None
    dataset = dataset if said is None else said.dataset
    thumbs = []
    for number, thumb in thumbnails(dataset.samples):
        thumbs.append(thumb)
        yield Progress(stage="looking at the pictures", done=number + 1, total=len(dataset.samples))
    usable = [index for index, thumb in enumerate(thumbs) if thumb.readable]
    groups = near_duplicate_groups([thumbs[i] for i in usable], [dataset.samples[i].sha256 for i in usable])
    findings = audit(dataset.samples, thumbs, claim=request.claim, groups=groups)
    findings = worst_first(
        [*findings, *_left_out(dataset), *held_back.findings(), *([] if said is None else said.findings())]
    )
    looked_at = (replace(dataset.samples[index], look=thumbs[index].look) for index in usable)
    dataset = replace(dataset, samples=tuple(looked_at))
    taken, why = asked_for(request, dataset)
    if why:
        action = LEARN_MORE if taken.method == GOOD_ONLY else LEARN_FROM_REVIEW
        findings = worst_first([Finding(severity="note", code=taken.method, what=why, action=action), *findings])
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
        understood=[
            UnderstoodWord(word=word.word, meaning=word.meaning, pictures=word.pictures, is_type=word.is_type)
            for word in dataset.understood
        ],
        left_out=[
            LeftOutPictures(why=group.why, count=len(group.names), files=list(group.names[:_NAMES]))
            for group in dataset.not_taken
        ],
    )


def sizes(dataset: Dataset) -> dict[str, int]:
    """Return how many pictures each part has."""
    return {part: len(dataset.of(part)) for part in (TRAIN, VAL, TEST)}


def _left_out(dataset: Dataset) -> list[Finding]:
    """Name what is there and the set has not."""
    findings = [
        Finding(
            severity="warning" if group.meant else "note",
            code="no-class" if group.meant else "no-part",
            what=f"{_pictures(len(group.names))} {'left out' if group.meant else 'taken for no part'}: {group.why}.",
            action="A picture that is meant belongs into the folder of its class, or needs a label."
            if group.meant
            else "Nothing has to be done. Masks are used to see whether heatmaps point at the defects.",
            files=list(group.names[:_NAMES]),
        )
        for group in dataset.not_taken
    ]
    if dataset.others:
        missed = any(kind.may_be_missed for kind in dataset.others)
        findings.append(
            Finding(
                severity="warning" if missed else "note",
                code="not-taken",
                what=f"Not taken: {left_out_words(dataset.others)}.",
                action="Save pictures among them as PNG or JPEG, and mend the links."
                if missed
                else "Nothing has to be done where none of it is a picture.",
            )
        )
    return findings


def _pictures(count: int) -> str:
    return f"{count} picture" + ("s are" if count != 1 else " is")
