"""What the trainer takes out of folders and tables: what is no part is left out and named, a split is kept."""

from __future__ import annotations

import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from inspector.domain.class_words import ClassWords, WordsError
from tests.trainer.test_dataset import asked, made
from trainer.dataset import TEST, TRAIN, VAL, Dataset, DatasetError, hashed, read_dataset
from trainer.split import split


def classes(data: Dataset) -> tuple[int, int]:
    """Good and defective pictures."""
    defective = sum(sample.defective for sample in data.samples)
    return len(data.samples) - defective, defective


def test_names_in_any_case_and_language_are_classes(tmp_path: Path) -> None:
    assert classes(read_dataset(made(tmp_path / "a", {"Good": 6, "Bad": 7}))) == (6, 7)
    assert classes(read_dataset(made(tmp_path / "b", {"i.O.": 6, "n.i.O./Kratzer": 7}))) == (6, 7)
    assert classes(read_dataset(made(tmp_path / "c", {"0": 6, "1": 7}))) == (6, 7)


def test_what_is_no_defect_is_left_out_and_named(tmp_path: Path) -> None:
    data = read_dataset(
        made(
            tmp_path,
            {"good": 7, "bad": 7, "review": 3, "unsorted": 2, "good-results/overlays": 3, "Annotations": 2, ".": 1},
        )
    )
    assert classes(data) == (7, 7)
    left = {group.why: len(group.names) for group in data.not_taken}
    assert left == {
        "in a folder “review”, which says neither good nor defective": 3,
        "in a folder “unsorted”, which says neither good nor defective": 2,
        "in a folder “good-results”, which holds masks, drawings or results": 3,
        "in a folder “Annotations”, which holds masks, drawings or results": 2,
        "in no folder that says good or defective": 1,
    }


def test_masks_beside_their_picture_are_its_masks_and_no_parts(tmp_path: Path) -> None:
    folder = made(tmp_path, {"good": 6, "bad": 6})
    for picture in sorted((folder / "bad").iterdir()):
        picture.with_name(f"{picture.stem}_mask.png").write_bytes(picture.read_bytes())
    data = read_dataset(folder)
    assert classes(data) == (6, 6)
    assert {s.mask.name for s in data.samples if s.mask} == {f"{number:03}_mask.png" for number in range(6)}
    assert [len(group.names) for group in data.not_taken] == [6]


def test_the_name_of_a_folder_that_nobody_knows_is_asked_for(tmp_path: Path) -> None:
    folder = made(tmp_path, {"good": 6, "bad": 6, "monday": 1})
    with pytest.raises(WordsError, match="“monday” in .* is good or defective") as caught:
        read_dataset(folder)
    assert "--no-label monday" in caught.value.next_step
    assert classes(read_dataset(folder, words=ClassWords(defective=("Monday",)))) == (6, 7)
    assert classes(read_dataset(folder, words=ClassWords(no_label=("monday",)))) == (6, 6)


def test_where_no_folder_is_called_good_the_names_are_asked_for(tmp_path: Path) -> None:
    folder = made(tmp_path, {"train/ok_front": 8, "train/def_front": 8, "test/ok_front": 4, "test/def_front": 4})
    with pytest.raises(WordsError, match="is called good, ok or the like; there are “def_front”, “ok_front”") as caught:
        read_dataset(folder)
    assert caught.value.words == ("def_front", "ok_front")
    assert classes(read_dataset(folder, words=ClassWords(good=("ok_front",)))) == (12, 12)
    with pytest.raises(WordsError, match="there are “perfect ones”"):
        read_dataset(made(tmp_path / "other", {"perfect ones": 6, "bad": 6}))
    with pytest.raises(DatasetError, match="is no data set: no folder") as nothing:
        read_dataset(made(tmp_path / "bad", {".": 6}))
    assert "Put good parts into a folder good/; five are a start" in nothing.value.next_step


def test_a_folder_of_pictures_alone_is_asked_about_and_says_how_to_answer(tmp_path: Path) -> None:
    folder = made(tmp_path / "new parts", {".": 6, "masks": 2})
    with pytest.raises(WordsError, match="6 pictures lie in .*new parts itself, in no folder that says") as flat:
        read_dataset(folder)
    assert flat.value.words == ("new parts",)
    assert 'take the method good-only, or say what they are: --good "new parts"' in flat.value.next_step
    for said in (
        read_dataset(folder, least=0, all_good=True),
        read_dataset(folder, least=0, words=ClassWords(good=("new parts",))),
        read_dataset(made(tmp_path / "good", {".": 6, "masks": 2}), least=0),
    ):
        assert (classes(said), said.layout) == ((6, 0), "one folder of pictures")
        assert [(group.why.split(",")[0], len(group.names)) for group in said.not_taken] == [("in a folder “masks”", 2)]


def test_what_is_said_to_be_good_alone_changes_no_folder_of_classes(tmp_path: Path) -> None:
    folder = made(tmp_path / "mixed", {".": 2, "good": 6, "bad": 1})
    data = read_dataset(folder, least=0, all_good=True)
    assert classes(data) == (6, 1)
    assert [group.why for group in data.not_taken] == ["in no folder that says good or defective"]


def test_folders_that_only_hold_others_are_no_categories(tmp_path: Path) -> None:
    names = [f"{product}/Data/Images/{kind}" for product in ("candle", "fryum") for kind in ("Normal", "Anomaly")]
    data = read_dataset(made(tmp_path, dict.fromkeys([*names, "candle/Data/Masks/Anomaly"], 4)))
    assert set(data.categories()) == {"candle", "fryum"}
    assert classes(data) == (8, 8)


def test_the_split_of_folders_is_kept(tmp_path: Path) -> None:
    folder = made(tmp_path, {f"{part}/{kind}": 4 for part in ("train", "val", "test") for kind in ("good", "bad")})
    data = read_dataset(folder)
    assert data.layout == "folders of a split (train, val, test)"
    assert classes(data) == (12, 12)
    for sample in split(hashed(data), asked()).samples:
        assert sample.part == sample.name.partition("/")[0]


def test_a_part_that_is_not_there_is_cut_from_train(tmp_path: Path) -> None:
    folder = made(tmp_path, {"train/OK": 20, "train/NG": 20, "test/OK": 5, "test/NG": 5})
    parts = Counter((s.name.partition("/")[0], s.part) for s in split(hashed(read_dataset(folder)), asked()).samples)
    assert parts["test", TEST] == 10
    assert set(parts) == {("test", TEST), ("train", TRAIN), ("train", VAL)}
    folder = made(tmp_path / "more", {"train/OK": 20, "train/NG": 20, "val/OK": 5, "val/NG": 5})
    parts = Counter((s.name.partition("/")[0], s.part) for s in split(hashed(read_dataset(folder)), asked()).samples)
    assert parts["val", VAL] == 10
    assert parts["train", TEST] > 0


def test_types_of_one_picture_each_are_dealt_out_by_class(tmp_path: Path) -> None:
    folder = made(tmp_path, {"good": 40} | {f"type {number}": 1 for number in range(8)})
    data = split(hashed(read_dataset(folder)), asked())
    assert classes(data) == (40, 8)
    counts = {part: sum(s.defective for s in data.of(part)) for part in (TRAIN, VAL, TEST)}
    assert counts == {TRAIN: 5, VAL: 1, TEST: 2}


def test_a_table_from_windows_finds_its_pictures(tmp_path: Path) -> None:
    made(tmp_path, {"Gut": 6, "pru\u0308f": 6})  # decomposed, as on a Mac
    rows = [f"gut\\{number:03}.PNG;Gut" for number in range(6)]
    rows += [f"{unicodedata.normalize('NFC', 'prüf')}\\{number:03}.png;größer" for number in range(6)]
    (tmp_path / "m.csv").write_bytes("\r\n".join(["path;label", *rows, "gut\\999.png;Gut"]).encode("cp1252"))
    data = read_dataset(tmp_path / "m.csv")
    assert classes(data) == (6, 6)
    assert {sample.defect for sample in data.samples} == {"good", "größer"}
    assert all(tmp_path / sample.name == sample.path for sample in data.samples)  # as whoever reads the split needs it
    assert [(group.why, group.names) for group in data.not_taken] == [
        ("named in the table, but not there", ("gut\\999.png (row 14)",))
    ]


@pytest.mark.parametrize(
    ("column", "good", "bad"),
    [("label", "pass", "NG"), ("label", "0", "1"), ("defective", "False", "True"), ("is_ok", "yes", "no")],
)
def test_words_of_a_table_are_classes(tmp_path: Path, column: str, good: str, bad: str) -> None:
    made(tmp_path, {"a": 12})
    rows = [f"a/{number:03}.png,{good if number < 6 else bad}" for number in range(12)]
    (tmp_path / "m.csv").write_text("\n".join([f"path,{column}", *rows]))
    data = read_dataset(tmp_path / "m.csv")
    assert classes(data) == (6, 6)
    assert {sample.defect for sample in data.samples} == {"good", "defective"}


def test_true_and_false_of_a_column_called_label_are_asked_for(tmp_path: Path) -> None:
    made(tmp_path, {"a": 12})
    rows = [f"a/{number:03}.png,{number < 6}" for number in range(12)]
    (tmp_path / "m.csv").write_text("\n".join(["path,label", *rows]))
    with pytest.raises(WordsError, match="“True”, “False” in the column “label”"):
        read_dataset(tmp_path / "m.csv")
    told = read_dataset(tmp_path / "m.csv", words=ClassWords(good=("true",), defective=("false",)))
    assert [sample.defective for sample in told.samples] == [False] * 6 + [True] * 6
