"""What is recognised as a data set, and how it is split."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trainer.dataset import TEST, TRAIN, VAL, Dataset, DatasetError, Sample, hashed, read_dataset
from trainer.protocol import TrainRequest
from trainer.split import cross_test, split
from trainer.split_file import added_since, split_csv


def asked(**values: object) -> TrainRequest:
    return TrainRequest.model_validate({"data": "d", "out": "o"} | values)


def made(folder: Path, counts: dict[str, int], seed: int = 0) -> Path:
    rng = np.random.default_rng(seed)
    for name, count in counts.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            cv2.imwrite(str(folder / name / f"{number:03}.png"), rng.integers(0, 255, (24, 24, 3), dtype=np.uint8))
    return folder


def without_files(count: int, defective: int, **more: object) -> Dataset:
    samples = [
        Sample(Path(f"{i}.png"), f"{i:04}.png", "scratch" if i < defective else "good", sha256=f"{i:04}", **more)  # type: ignore[arg-type]
        for i in range(count)
    ]
    return Dataset("made", tuple(samples))


def test_real_layouts_are_recognised(test_data: Path) -> None:
    bottle = read_dataset(test_data / "bottle")
    assert bottle.layout == "MVTec AD"
    assert bottle.categories() == {"": {"broken_large": 12, "broken_small": 12, "contamination": 12, "good": 60}}
    assert sum(one.mask is not None for one in bottle.samples) == 36
    tiles = read_dataset(test_data / "magnetic_tile")
    assert tiles.layout == "folders by label"
    assert set(tiles.categories()[""]) == {"good", "blowhole", "break", "crack", "fray", "uneven"}
    assert sum(one.mask is not None for one in tiles.samples) == 150
    everything = read_dataset(test_data)
    assert set(everything.categories()) == {"bottle", "deeppcb", "magnetic_tile"}
    assert all("ground_truth" not in one.name for one in everything.samples)


def test_a_manifest_says_everything(tmp_path: Path) -> None:
    made(tmp_path, {"a": 12})
    rows = ["path;label;defect_type;category;group;split"]
    for number in range(12):
        label = "good;" if number < 6 else "bad;scratch"
        rows.append(f"a/{number:03}.png;{label};cap;g{number // 2};{('train', 'val', 'test')[number % 3]}")
    (tmp_path / "m.csv").write_text("\ufeff" + "\n".join(rows), encoding="utf-8")
    found = split(hashed(read_dataset(tmp_path / "m.csv")), asked())
    assert [one.part for one in found.samples] == ["train", "val", "test"] * 4
    assert found.samples[7].defect == "scratch"
    assert (found.samples[7].category, found.samples[7].group) == ("cap", "g3")
    table = pa.table({"path": [f"a/{n:03}.png" for n in range(12)], "label": ["good"] * 6 + ["dent"] * 6})
    pq.write_table(table, tmp_path / "m.parquet")
    assert read_dataset(tmp_path / "m.parquet").categories() == {"": {"dent": 6, "good": 6}}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("path,label\na/000.png,\n", "row 2: there is no path or no label"),
        ("path,label\na/nix.png,good\n", "there is no file of any row, as .*nix.png .row 2."),
        ("path,label\na/000.png,good\na/000.png,bad\n", "row 3: .* is named twice"),
        ("path,label,split\na/000.png,good,exam\n", "the split “exam” is not known"),
        ("path,label,defect_type\na/000.png,good,dent\n", "the label is good, and the defect type is “dent”"),
        ("path,label,mask\na/000.png,bad,none.png\n", "there is no mask"),
    ],
)
def test_a_wrong_row_of_a_manifest_is_named(tmp_path: Path, text: str, fault: str) -> None:
    made(tmp_path, {"a": 2})
    (tmp_path / "m.csv").write_text(text)
    with pytest.raises(DatasetError, match=fault):
        read_dataset(tmp_path / "m.csv")


def test_copies_groups_and_near_duplicates_are_never_parted(tmp_path: Path) -> None:
    data = made(tmp_path, {"good": 24, "bad": 24})
    for path in sorted((data / "good").iterdir())[:6]:
        shutil.copy(path, path.with_name(f"copy-{path.name}"))
    found = split(hashed(read_dataset(data)), asked(test_fraction=0.3), {"bad/000.png": 7, "bad/020.png": 7})
    parts: dict[str, set[tuple[str, int]]] = {}
    for one in found.samples:
        parts.setdefault(one.sha256, set()).add((one.part, one.fold))
    assert all(len(one) == 1 for one in parts.values())
    near = [one.part for one in found.samples if one.name in {"bad/000.png", "bad/020.png"}]
    assert near[0] == near[1]
    grouped = Dataset("made", tuple(Sample(Path("x"), f"{i:03}", "bad" if i % 2 else "good", sha256=str(i), group=str(i // 6), category=str(i // 48)) for i in range(96)))  # fmt: skip
    of_group: dict[tuple[str, str], set[str]] = {}
    for one in split(grouped, asked()).samples:
        of_group.setdefault((one.category, one.group), set()).add(one.part)
    assert all(len(one) == 1 for one in of_group.values())


def test_the_split_keeps_the_fractions_of_each_class_and_type() -> None:
    found = split(without_files(200, 50), asked(test_fraction=0.2, validation_fraction=0.16))
    counts = found.counts()
    assert {part: counts[part] for part in (TRAIN, VAL, TEST)} == {
        TRAIN: {"good": 96, "scratch": 32},
        VAL: {"good": 24, "scratch": 8},
        TEST: {"good": 30, "scratch": 10},
    }
    assert {one.fold for one in found.of(TRAIN, VAL) if one.defective} == {0, 1, 2, 3, 4}


def test_every_picture_is_tested_once_in_folds() -> None:
    data = without_files(60, 20)
    tested = [one.name for part in cross_test(data, 4, asked()) for one in part.of(TEST)]
    assert sorted(tested) == [one.name for one in data.samples]
    for part in cross_test(data, 4, asked()):
        assert {one.defective for one in part.of(VAL)} == {False, True}
    with pytest.raises(DatasetError, match="5 folds need 5 good and 5 defective parts; there are 16 and 4"):
        cross_test(without_files(20, 4), 5, asked())


def test_a_written_split_is_used_again(tmp_path: Path) -> None:
    data = without_files(60, 20)
    first = split(data, asked(seed=3))
    (tmp_path / "split.csv").write_text(split_csv(first))
    again = split(data, asked(seed=8, split=str(tmp_path / "split.csv")))
    assert [one.part for one in again.samples] == [one.part for one in first.samples]
    elsewhere = replace(data, samples=tuple(replace(s, name=f"x{s.name}", sha256=f"x{s.sha256}") for s in data.samples))
    with pytest.raises(DatasetError, match="does not say where 60 of the pictures belong"):
        split(elsewhere, asked(split=str(tmp_path / "split.csv")))


def grown(tmp_path: Path, **more: object) -> tuple[Dataset, Dataset, str]:
    """60 pictures that are split, the same and 40 more, and the file of the split."""
    file = tmp_path / "split.csv"
    first = split(without_files(60, 20), asked(seed=3))
    file.write_text(split_csv(first))
    more_of_them = without_files(100, 30, **more)
    known = {s.name for s in first.samples}
    names = [f"new{i:02}" for i in range(100)]
    old = {"good": [s for s in first.samples if not s.defective], "scratch": [s for s in first.samples if s.defective]}
    samples = []
    for index, s in enumerate(more_of_them.samples):
        there = old[s.defect].pop(0) if old[s.defect] else None
        samples.append(replace(s, name=names[index], sha256=names[index]) if there is None else replace(there, part=""))
    assert known < {s.name for s in samples}
    return first, Dataset("made", tuple(samples)), str(file)


def test_pictures_that_were_added_are_split_and_the_others_keep_their_parts(tmp_path: Path) -> None:
    first, data, file = grown(tmp_path)
    again = split(data, asked(seed=8, split=file, test_fraction=0.2, validation_fraction=0.2))
    part = {s.name: s.part for s in again.samples}
    assert {name: part[name] for name in (s.name for s in first.samples)} == {s.name: s.part for s in first.samples}
    new = Counter((s.part, s.defect) for s in again.samples if s.name.startswith("new"))
    assert new == {
        (TEST, "good"): 6, (VAL, "good"): 6, (TRAIN, "good"): 18,
        (TEST, "scratch"): 2, (VAL, "scratch"): 2, (TRAIN, "scratch"): 6,
    }  # fmt: skip
    (said,) = added_since(again, file)
    assert said.what == (
        "40 pictures came to the split that is used again: 24 to learn from, 8 to decide by, 8 to test."
    )
    assert len(said.files) == 40
    assert added_since(again, "") == added_since(first, file) == []


def test_an_added_picture_that_is_nearly_a_tested_one_is_tested_and_no_old_one_moves(tmp_path: Path) -> None:
    first, data, file = grown(tmp_path)
    tested = next(s.name for s in first.samples if s.part == TEST and not s.defective)
    trained = next(s.name for s in first.samples if s.part == TRAIN and not s.defective)
    new = next(s.name for s in data.samples if s.name.startswith("new") and not s.defective)
    again = split(data, asked(split=file), dict.fromkeys((tested, trained, new), 1))
    part = {s.name: s.part for s in again.samples}
    assert (part[tested], part[trained], part[new]) == (TEST, TRAIN, TEST)


@pytest.mark.parametrize("method", ["good-only", "few"])
def test_pictures_that_were_added_are_split_by_every_method(method: str, tmp_path: Path) -> None:
    first, data, file = grown(tmp_path)
    again = split(data, asked(split=file, method=method))
    part = {s.name: s.part for s in again.samples}
    tests_all_defects = method == "good-only"
    kept = {s.name: s.part for s in first.samples if not (s.defective and tests_all_defects)}
    assert {name: part[name] for name in kept} == kept
    assert {s.part for s in again.samples if s.name.startswith("new") and not s.defective} >= {TRAIN, VAL}


def test_parts_that_the_data_name_hold_for_added_pictures(tmp_path: Path) -> None:
    _, data, file = grown(tmp_path)
    new = [s.name for s in data.samples if s.name.startswith("new")]
    named = replace(data, samples=tuple(replace(s, part=TEST if s.name == new[0] else "") for s in data.samples))
    again = split(named, asked(split=file))
    assert [s.name for s in again.samples if s.name in new and s.part == TEST] == new[:1]  # lessons are no test


def partly(parts: dict[int, str], **more: object) -> Dataset:
    """60 pictures, 20 of them defective, of which some have a part already."""
    data = without_files(60, 20, **more)
    return Dataset(data.layout, tuple(replace(s, part=parts.get(i, "")) for i, s in enumerate(data.samples)))


def test_pictures_without_a_part_are_dealt_around_those_that_have_one() -> None:
    given = {0: TEST, 1: TEST, 2: VAL, 20: TEST, 21: TRAIN}
    found = split(partly(given), asked(test_fraction=0.2, validation_fraction=0.16))
    assert {index: found.samples[index].part for index in given} == given
    counts = found.counts()
    assert counts[TEST] == {"good": 1, "scratch": 2}  # what is given, and no more
    assert counts[VAL] == {"good": 8, "scratch": 4}  # a fifth of what is not tested
    assert counts[TRAIN] == {"good": 31, "scratch": 14}


def test_a_class_without_a_tested_picture_gets_some() -> None:
    found = split(partly({20: TEST, 21: TEST}), asked(test_fraction=0.2, validation_fraction=0.2))
    assert found.counts()[TEST] == {"good": 2, "scratch": 4}


def test_what_belongs_to_a_tested_picture_is_tested_whatever_was_given() -> None:
    data = partly({0: TEST, 3: TRAIN, 4: VAL, 20: TEST})
    near = {data.samples[index].name: 1 for index in (0, 2, 3)} | {data.samples[index].name: 2 for index in (4, 5)}
    found = split(data, asked(), near)
    assert [found.samples[index].part for index in (0, 2, 3)] == [TEST] * 3
    assert [found.samples[index].part for index in (4, 5)] == [VAL] * 2
    every = partly({index: (TRAIN, VAL, TEST)[index % 3] for index in range(60)})
    assert [one.part for one in split(every, asked(), near).samples] == [one.part for one in every.samples]


def test_a_part_without_a_class_is_refused() -> None:
    with pytest.raises(DatasetError, match="the part “val” of the split has no defective part"):
        split(without_files(40, 1), asked())
