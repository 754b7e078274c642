"""Which picture trains, which one decides, which one is tested: stratified, by group, seeded, written and reusable."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from trainer.dataset import GOOD, TEST, TRAIN, VAL, Dataset, DatasetError, Sample
from trainer.few import LEAST_DEFECTIVE_TO_TEST, LEAST_GOOD_TO_TEST
from trainer.good_only import LEAST_FOR_TEST, LEAST_GOOD
from trainer.held_back import without_held_back
from trainer.protocol import FEW, GOOD_ONLY
from trainer.split_file import not_said, parts_of_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trainer.protocol import TrainRequest

#: Folds of the pictures that are not tested, for methods that are cheap enough to cross-validate.
FOLDS = 5


def split(dataset: Dataset, request: TrainRequest, clusters: Mapping[str, int] | None = None) -> Dataset:
    """Split as asked: as a split file says, as the manifest says, or at random by the seed.

    Identical files, pictures of one group, and (where given) of one cluster stay together. A manifest that gives a part
    for every picture is followed to the letter; for one that gives it for some, see `_around`. For pictures that were
    added since a split file was written see `_with_new`.

    Args:
        dataset: Its samples have hashes.
        request: Its fractions, seed and split file are used.
        clusters: Number by the picture's name; equal numbers are near duplicates.

    Raises:
        DatasetError: If a split file or manifest does not fit, or a part lacks a class.
    """
    if request.method == GOOD_ONLY:
        return _finished(dataset, _good_only(dataset, request, clusters or {}), request.seed, clusters or {}, needed=())
    needed: tuple[str, ...] = (TRAIN, VAL, TEST)
    if request.method == FEW:
        needed, parts = (), _few(dataset, request, clusters or {})
    elif request.split:
        parts = _with_new(dataset, request, clusters or {})
    elif all(sample.part for sample in dataset.samples):
        parts = {index: sample.part for index, sample in enumerate(dataset.samples)}
    elif any(sample.part for sample in dataset.samples):
        parts = _around(dataset, request, clusters or {})
    else:
        parts = _at_random(dataset, request, clusters or {})
    return _finished(dataset, parts, request.seed, clusters or {}, needed=needed)


def split_as_written(dataset: Dataset, file: str) -> Dataset:
    """Split as a file says, to judge the parts again: whatever a part lacks, nothing is learnt from it.

    Args:
        dataset: Its samples have hashes.
        file: A bundle's ``report/split.csv``.

    Raises:
        DatasetError: If the file cannot be read, or does not say where a picture belongs.
    """
    dataset = without_held_back(dataset, file)
    parts = parts_of_file(dataset, file)
    missing = [sample.name for index, sample in enumerate(dataset.samples) if index not in parts]
    if missing:
        raise not_said(file, missing)
    return _finished(dataset, parts, seed=0, clusters={}, needed=())


def cross_test(
    dataset: Dataset, folds: int, request: TrainRequest, clusters: Mapping[str, int] | None = None
) -> list[Dataset]:
    """Return one split per fold; every picture is in the test part of exactly one.

    Args:
        dataset: Its samples have hashes.
        folds: Number of folds, 2 or more.
        request: Its seed and validation fraction are used.
        clusters: As for `split`.

    Raises:
        DatasetError: If there are fewer defective or good parts than folds.
    """
    units = _units(dataset, clusters or {})
    number: dict[int, int] = {}
    rng = np.random.default_rng([request.seed, 77])
    turn = {False: 0, True: 0}
    for stratum in _strata(dataset, units):
        for unit in rng.permutation(np.array(stratum, dtype=np.int64)).tolist():
            defective = dataset.samples[units[unit][0]].defective
            number[unit] = turn[defective] % folds
            turn[defective] += 1
    if min(turn.values()) < folds:
        raise DatasetError(
            f"{folds} folds need {folds} good and {folds} defective parts; there are {turn[False]} and {turn[True]}",
            "Ask for fewer folds, or add pictures.",
        )
    splits = []
    for fold in range(folds):
        test = {index for unit, members in enumerate(units) if number[unit] == fold for index in members}
        rest = [unit for unit in range(len(units)) if number[unit] != fold]
        parts = dict.fromkeys(test, TEST)
        share = request.validation_fraction / (1 - 1 / folds)
        parts |= _deal(dataset, units, rest, {VAL: min(0.5, share)}, [request.seed, 78, fold])
        splits.append(_finished(dataset, parts, request.seed, clusters or {}))
    return splits


# --- inside -----------------------------------------------------------------------------------------------------------


def _units(dataset: Dataset, clusters: Mapping[str, int]) -> list[list[int]]:
    """Group the pictures that may not be parted, by union of what ties them."""
    parent = list(range(len(dataset.samples)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    first: dict[tuple[str, object], int] = {}
    for index, sample in enumerate(dataset.samples):
        ties: list[tuple[str, object]] = [("sha256", sample.sha256)]
        if sample.group:
            ties.append(("group", (sample.category, sample.group)))
        if sample.name in clusters:
            ties.append(("cluster", clusters[sample.name]))
        for tie in ties:
            parent[root(index)] = root(first.setdefault(tie, index))
    units: dict[int, list[int]] = {}
    for index in range(len(dataset.samples)):
        units.setdefault(root(index), []).append(index)
    return sorted(units.values())


def _kind(dataset: Dataset, unit: Sequence[int]) -> tuple[str, str]:
    """Return category and type of a unit: the defect's, where it holds both good and defective pictures."""
    members = [dataset.samples[index] for index in unit]
    worst = next((member for member in members if member.defective), members[0])
    return worst.category, worst.defect


def _strata(dataset: Dataset, units: Sequence[Sequence[int]], chosen: Sequence[int] | None = None) -> list[list[int]]:
    strata: dict[tuple[str, str], list[int]] = {}
    for number in range(len(units)) if chosen is None else chosen:
        strata.setdefault(_kind(dataset, units[number]), []).append(number)
    return [strata[key] for key in sorted(strata)]


def _at_random(dataset: Dataset, request: TrainRequest, clusters: Mapping[str, int]) -> dict[int, str]:
    units = _units(dataset, clusters)
    shares = {TEST: request.test_fraction, VAL: request.validation_fraction}
    return _deal(dataset, units, range(len(units)), shares, [request.seed])


def _deal(
    dataset: Dataset,
    units: Sequence[Sequence[int]],
    chosen: Sequence[int],
    shares: Mapping[str, float],
    seed: Sequence[int],
) -> dict[int, str]:
    """Deal units out to parts; what a stratum is short of by rounding is made up for by the next one of its class.

    Where a class has several types of one unit each, these are dealt as one stratum: no part needs each type.
    """
    rng = np.random.default_rng(list(seed))
    parts: dict[int, str] = {}
    owed = {(part, defective): 0.0 for part in shares for defective in (False, True)}
    for stratum in _with_single_ones_joined(dataset, units, _strata(dataset, units, chosen)):
        order = [stratum[place] for place in rng.permutation(len(stratum))]
        defective = _kind(dataset, units[order[0]])[1] != GOOD
        for part, share in shares.items():
            owed[part, defective] += share * len(stratum)
            take = min(max(0, round(owed[part, defective])), len(order) - 1 if len(stratum) > 1 else len(order))
            if len(stratum) == 1:
                take = 0  # the only one of its kind is learnt from
            for _ in range(take):
                for index in units[order.pop()]:
                    parts[index] = part
            owed[part, defective] -= take
        for unit in order:
            for index in units[unit]:
                parts[index] = TRAIN
    return parts


def _with_single_ones_joined(
    dataset: Dataset, units: Sequence[Sequence[int]], strata: Sequence[list[int]]
) -> list[list[int]]:
    """Put the types of a class that have one unit each into one stratum; it comes after the others."""
    single: dict[bool, list[int]] = {False: [], True: []}
    rest = []
    for stratum in strata:
        if len(stratum) == 1:
            single[_kind(dataset, units[stratum[0]])[1] != GOOD] += stratum
        else:
            rest.append(stratum)
    return rest + [joined for joined in single.values() if joined]


def _good_only(dataset: Dataset, request: TrainRequest, clusters: Mapping[str, int]) -> dict[int, str]:
    """Test every defective picture, and good ones where there are enough; what a file or a manifest says holds."""
    given = {index: sample.part for index, sample in enumerate(dataset.samples) if sample.part}
    if request.split:
        given |= parts_of_file(dataset, request.split)
    good = [index for index, sample in enumerate(dataset.samples) if not sample.defective]
    shares = {VAL: request.validation_fraction}
    if len(good) >= LEAST_FOR_TEST and TEST not in {given.get(index) for index in good}:
        shares[TEST] = request.test_fraction
    units = _units(dataset, clusters)
    free = [number for number, unit in enumerate(units) if all(index in good and index not in given for index in unit)]
    parts = dict.fromkeys(range(len(dataset.samples)), TEST)
    for unit in units:  # a good picture follows the good ones that it may not be parted from, as in `_around`
        members = {index: given.get(index, "") for index in unit if index in good}
        said = set(members.values())
        for index, part in members.items():
            parts[index] = _part_of(replace(dataset.samples[index], part=part), said) or TRAIN
    parts |= _deal(dataset, units, free, shares, [request.seed, 81])
    if VAL not in parts.values():  # the gate judges some pictures
        learnt = [index for index in good if parts[index] == TRAIN]
        parts |= dict.fromkeys(learnt[-max(1, len(learnt) // 6) :], VAL)
    return parts


def _few(dataset: Dataset, request: TrainRequest, clusters: Mapping[str, int]) -> dict[int, str]:
    """Test only where there are enough pictures; what a file or a manifest says holds. All others are learnt from.

    Raises:
        DatasetError: If too few pictures are left to learn from.
    """
    good = sum(not sample.defective for sample in dataset.samples)
    enough = good >= LEAST_GOOD_TO_TEST and len(dataset.samples) - good >= LEAST_DEFECTIVE_TO_TEST
    if request.split:
        parts = _with_new(dataset, request, clusters, test_more=enough)
    elif all(sample.part for sample in dataset.samples):
        parts = {index: sample.part for index, sample in enumerate(dataset.samples)}
    else:
        parts = _around(dataset, request, clusters, test_more=enough)
    learnt = [sample.defective for index, sample in enumerate(dataset.samples) if parts[index] != TEST]
    if learnt.count(False) < LEAST_GOOD or True not in learnt:
        raise DatasetError(
            f"of what is not tested {learnt.count(False)} pictures are good and {learnt.count(True)} defective; "
            f"{LEAST_GOOD} good and 1 defective are the least for the method {FEW}",
            "Add pictures, or test fewer.",
        )
    if VAL not in parts.values():  # the gate judges some pictures
        trained = [index for index, part in parts.items() if part == TRAIN]
        parts |= dict.fromkeys(trained[-max(1, len(trained) // 6) :], VAL)
    return parts


def _around(
    dataset: Dataset, request: TrainRequest, clusters: Mapping[str, int], *, test_more: bool = True
) -> dict[int, str]:
    """Split the pictures without a part around those that have one.

    - What may not be parted follows its member with a part. A tested one wins over the others, also over those that are
      given as train or val: what is as good as the same as a tested picture never trains.
    - The rest is dealt out so that each class comes as near to the fractions asked for as it can; to test only of a
      class of which no tested picture is given, and only where ``test_more``.
    """
    units = _units(dataset, clusters)
    parts: dict[int, str] = {}
    free: dict[bool, list[int]] = {False: [], True: []}
    for number, unit in enumerate(units):
        given = {dataset.samples[index].part for index in unit}
        parts |= {index: _part_of(dataset.samples[index], given) for index in unit}
        if given == {""}:
            free[_kind(dataset, unit)[1] != GOOD].append(number)
    for defective, chosen in free.items():
        own = [index for index, sample in enumerate(dataset.samples) if sample.defective == defective]
        taken = Counter(parts[index] for index in own)
        wanted = {VAL: request.validation_fraction}
        if taken[TEST]:  # of what is not tested, as much as a split at random validates with; no matter what is tested
            wanted[VAL] /= 1 - request.test_fraction
        elif test_more:
            wanted[TEST] = request.test_fraction
        size = len(own) - taken[TEST]
        shares = {part: max(0.0, share * size - taken[part]) / max(1, taken[""]) for part, share in wanted.items()}
        total = max(1.0, sum(shares.values()))
        shares = {part: share / total for part, share in shares.items()}
        parts |= _deal(dataset, units, chosen, shares, [request.seed, 79, int(defective)])
    return parts


def _with_new(
    dataset: Dataset, request: TrainRequest, clusters: Mapping[str, int], *, test_more: bool = True
) -> dict[int, str]:
    """Split as the request's file says, and deal out the pictures that were added since.

    Those of the file keep their parts to the letter. A new one that may not be parted from others follows them, a
    tested one first. The rest is dealt out at random by the fractions asked for; but where the data say themselves what
    some pictures are for, as they do of parts that the model was wrong about, see `_around`.
    """
    known = parts_of_file(dataset, request.split)
    samples = (replace(sample, part=known.get(index, sample.part)) for index, sample in enumerate(dataset.samples))
    filled = replace(dataset, samples=tuple(samples))
    if any(sample.part for sample in dataset.samples):
        return _around(filled, request, clusters, test_more=test_more) | known
    units = _units(filled, clusters)
    parts = dict(known)
    free = []
    for number, unit in enumerate(units):
        given = {filled.samples[index].part for index in unit}
        if given == {""}:
            free.append(number)
        else:
            parts = {index: _part_of(filled.samples[index], given) for index in unit} | parts
    shares = {VAL: request.validation_fraction}
    if test_more:
        shares = {TEST: request.test_fraction, **shares}
    return parts | _deal(dataset, units, free, shares, [request.seed, 82])


def _part_of(sample: Sample, given: set[str]) -> str:
    """Return the part of a picture by those that are given within its unit."""
    if TEST in given:
        return TEST
    return sample.part or next((part for part in (VAL, TRAIN) if part in given), "")


def _finished(
    dataset: Dataset,
    parts: Mapping[int, str],
    seed: int,
    clusters: Mapping[str, int],
    needed: Sequence[str] = (TRAIN, VAL, TEST),
) -> Dataset:
    """Put parts and validation folds into the samples; folds are dealt out in turn, so each holds both classes."""
    samples = [replace(sample, part=parts[index], fold=-1) for index, sample in enumerate(dataset.samples)]
    for part in needed:
        kinds = {sample.defective for sample in samples if sample.part == part}
        if kinds != {False, True}:
            have = "no picture" if not kinds else "no defective part" if kinds == {False} else "no good part"
            raise DatasetError(
                f"the part “{part}” of the split has {have}",
                "Add pictures, or give that part a larger fraction; for few pictures use folds.",
            )
    units = _units(dataset, clusters)
    rng = np.random.default_rng([seed, 5])
    turn = {False: 0, True: 0}
    for stratum in _strata(dataset, units):
        for unit in rng.permutation(np.array(stratum, dtype=np.int64)).tolist():
            members = [index for index in units[unit] if samples[index].part != TEST]
            if not members:
                continue
            defective = any(samples[index].defective for index in members)
            for index in members:
                samples[index] = replace(samples[index], fold=turn[defective] % FOLDS)
            turn[defective] += 1
    return replace(dataset, samples=tuple(samples))


def parts_of(dataset: Dataset) -> dict[str, list[Sample]]:
    """Return the samples by part."""
    return {part: dataset.of(part) for part in (TRAIN, VAL, TEST)}
