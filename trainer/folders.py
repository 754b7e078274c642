"""Folders of labelled pictures: which picture is what, in which part of a split, and where its mask is."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from inspector.domain.class_folders import ClassFolders, FolderSays, understood
from inspector.domain.class_words import (
    Meaning,
    WordsError,
    is_no_part,
    listed,
    mask_of,
    masks_among,
    part_of_split,
    refuse_unknown,
    ways_to_say,
)
from inspector.pictures import LeftOutTally, walk_pictures
from trainer.labelled import FLAT, GOOD, TEST, TRAIN, VAL, Dataset, DatasetError, NotTaken, Sample
from trainer.protocol import GOOD_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from inspector.domain.class_words import ClassWords
    from inspector.domain.errors import InspectorError

_BOTH = {False, True}


def from_folder(folder: Path, words: ClassWords, *, all_good: bool = False) -> Dataset:
    """Read the labels of all pictures from the names of the folders that they lie in.

    - The split of the user is kept where ``train`` holds good and defective pictures: what lies in ``test`` is tested,
      what lies in ``val`` validates. A part that is not there is cut from ``train``. Where train holds good pictures
      only (MVTec AD), all are pooled, and split anew.
    - Masks, overlays and results are left out and named, and so is what lies in no folder of a class.
    - Where all pictures lie in the chosen folder itself, its own name says what they are.

    Args:
        all_good: Such pictures are of good parts, whatever their folder is called.

    Raises:
        DatasetError: If no folder is called good.
        WordsError: If the name of a folder is to be explained.
        PictureError: If the folder cannot be read.
    """
    places = _Places(folder, words, all_good=all_good)
    refuse_unknown(places.unknown, str(folder))
    samples = _with_parts([_sample(folder, name, says, places) for name, says in places.parts])
    if not any(sample.defect == GOOD for sample in samples):
        raise (
            _nothing_said(folder, places.counts[""])
            if places.flat and places.counts and not samples
            else _no_good(folder, places.unsaid)
        )
    return Dataset(
        _layout(samples, places),
        tuple(samples),
        understood=understood(places.folders, places.counts, words),
        not_taken=tuple(
            NotTaken(why=why, meant=meant, names=tuple(sorted(names)))
            for (why, meant), names in places.left_out.items()
        ),
        others=places.others,
    )


class _Places:
    """What lies where: pictures of parts, masks, and what is left out."""

    def __init__(self, folder: Path, words: ClassWords, *, all_good: bool) -> None:
        self.folders = ClassFolders(words=words)
        self.counts: dict[str, int] = {}
        self.parts: list[tuple[str, FolderSays]] = []
        self.left_out: dict[tuple[str, bool], list[str]] = {}
        self._masks: dict[tuple[str, str, str], str] = {}
        self._beside: dict[tuple[str, str], str] = {}
        content: dict[str, list[str]] = {}
        tally = LeftOutTally()
        for root, names in walk_pictures(folder, recursive=True, left_out=tally):
            inside = Path(root).relative_to(folder).as_posix()
            content["" if inside == "." else inside] = names
        self.others = tally.listed()
        parts = {inside for inside in content if not any(map(is_no_part, inside.split("/")))}
        self.flat = parts == {""}  #: all lie in the chosen folder itself
        if self.flat:
            own = _own_name(folder)
            more = (own,) if all_good and words.said(own) is not Meaning.GOOD else ()
            self.folders = ClassFolders(own, replace(words, good=(*words.good, *more)))
        for inside in content:
            self.folders.see(inside)
        for inside, names in content.items():
            self._take(inside, names)

    @property
    def unknown(self) -> list[str]:
        """Names of folders that are to be explained."""
        says = (self.folders.of(inside) for inside in self.counts)
        return sorted({said.word for said in says if said.meaning is Meaning.UNKNOWN})

    @property
    def unsaid(self) -> tuple[str, ...]:
        """Names of the folders with pictures that say nothing."""
        unsaid = (inside for inside in self.counts if not self.folders.of(inside).word)
        names = (next((n for n in reversed(inside.split("/")) if not part_of_split(n)), "") for inside in unsaid)
        return tuple(sorted({name for name in names if name}))

    def mask(self, name: str, says: FolderSays) -> str:
        """Return the mask of a defective picture within the folder; empty where there is none."""
        path = PurePosixPath(name)
        above, stem = path.parent.as_posix(), path.stem.casefold()
        place = says.place.rpartition("/")[0]
        return self._beside.get((above, stem)) or self._masks.get((_without_parts(place), says.defect, stem), "")

    def _take(self, inside: str, names: Sequence[str]) -> None:
        says = self.folders.of(inside)
        here = [f"{inside}/{name}" if inside else name for name in names]
        if says.meaning is Meaning.NO_PART:
            self._leave_out(f"in a folder “{says.word}”, which holds masks, drawings or results", here, meant=False)
            self._note_masks(here, says)
            return
        no_parts = masks_among(names)
        for name, path in zip(names, here, strict=True):
            if name in no_parts:
                self._leave_out("masks beside the picture that they belong to", [path], meant=False)
                if stem := mask_of(name):
                    self._beside[inside, stem] = path
            elif says.meaning in {Meaning.GOOD, Meaning.DEFECTIVE}:
                self.parts.append((path, says))
            elif says.word:
                self._leave_out(f"in a folder “{says.word}”, which says neither good nor defective", [path])
            else:
                self._leave_out("in no folder that says good or defective", [path])
        if taken := len(names) - len(no_parts):
            self.counts[inside] = taken

    def _leave_out(self, why: str, names: Sequence[str], *, meant: bool = True) -> None:
        if names:
            self.left_out.setdefault((why, meant), []).extend(names)

    def _note_masks(self, names: Iterable[str], says: FolderSays) -> None:
        """Keep masks by the folder beside which theirs lies, the defect type and the picture's name."""
        base = _without_parts(says.place.rpartition("/")[0])
        for name in names:
            kind = PurePosixPath(name).parent.name
            path = PurePosixPath(name)
            stem = mask_of(path.name) or path.stem.casefold()
            self._masks[base, kind, stem] = name


def _sample(folder: Path, name: str, says: FolderSays, places: _Places) -> Sample:
    defective = says.meaning is Meaning.DEFECTIVE
    mask = places.mask(name, says) if defective else ""
    return Sample(
        folder / name,
        name,
        says.defect if defective else GOOD,
        part=says.part,
        category=says.category,
        mask=folder / mask if mask else None,
    )


def _with_parts(samples: Sequence[Sample]) -> list[Sample]:
    """Keep the user's split, for each category by itself, where one can be trained on."""
    classes: dict[tuple[str, str], set[bool]] = {}
    for sample in samples:
        classes.setdefault((sample.category, sample.part), set()).add(sample.defective)
    kept = []
    for sample in samples:
        there = {part: classes.get((sample.category, part), set()) for part in (TRAIN, VAL, TEST)}
        part = sample.part
        if there[TRAIN] != _BOTH:
            part = ""
        elif part == TRAIN and not all(own == _BOTH for own in there.values()):
            part = ""  # the parts that are missing are cut from it
        kept.append(replace(sample, part=part))
    return kept


def _layout(samples: Sequence[Sample], places: _Places) -> str:
    if places.flat:
        return FLAT
    names: Counter[str] = Counter()
    categories = {sample.category for sample in samples}
    for category in categories:
        said = {says.part for _, says in places.parts if says.category == category} - {""}
        kept = {sample.part for sample in samples if sample.category == category} - {""}
        if kept:
            names["folders of a split (" + ", ".join(part for part in (TRAIN, VAL, TEST) if part in said) + ")"] += 1
        else:
            names["MVTec AD" if said else "folders by label"] += 1
    if categories == {""}:
        return next(iter(names))
    return f"{len(categories)} categories ({', '.join(sorted(names))})"


def _own_name(folder: Path) -> str:
    """Return what a folder is called, however its path is written; the root of a drive by its path."""
    whole = Path(os.path.abspath(folder))  # noqa: PTH100 - what a link points at may be called otherwise
    return whole.name or str(whole)


def _nothing_said(folder: Path, pictures: int) -> WordsError:
    own = _own_name(folder)
    many = "picture lies" if pictures == 1 else "pictures lie"
    return WordsError(
        f"{pictures:,} {many} in {folder} itself, in no folder that says whether they are good or defective",
        f"If all of them are good parts, take the method {GOOD_ONLY}, or say what they are: {ways_to_say(own)}. Else "
        "put them into folders good and defective.",
        words=(own,),
    )


def _no_good(folder: Path, unsaid: tuple[str, ...]) -> InspectorError:
    if unsaid:
        return WordsError(
            f"no folder with pictures in {folder} is called good, ok or the like; there are {listed(unsaid)}",
            f"Say which are good: {ways_to_say(unsaid[0])}. Or call the folders good and defective.",
            words=unsaid,
        )
    held = ", ".join(sorted(path.name for path in folder.iterdir())[:8]) or "nothing"
    return DatasetError(
        f"{folder} is no data set: no folder with pictures is called good, ok or the like (found: {held})",
        "Put good parts into a folder good/; five are a start, without any defect. Put defective ones, where there are "
        "some, into defective/, or one folder per defect type. Or name a manifest (.csv, .parquet) with the columns "
        "path and label.",
    )


def _without_parts(folder: str) -> str:
    return "/".join(name for name in folder.split("/") if not part_of_split(name))
