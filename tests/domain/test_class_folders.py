"""What the names of folders say of the pictures in them."""

from __future__ import annotations

import pytest

from inspector.domain.class_folders import ClassFolders, Understood, in_words, understood
from inspector.domain.class_words import ClassWords, Meaning

GOOD, DEFECTIVE, NOT_SAID, NO_PART, UNKNOWN = Meaning


def said(*folders: str, words: ClassWords | None = None) -> dict[str, tuple[Meaning, str]]:
    """What each of some folders says, and the defect type."""
    known = ClassFolders(words=words)
    for folder in folders:
        known.see(folder)
    return {folder: (known.of(folder).meaning, known.of(folder).defect) for folder in folders}


def test_folders_beside_good_are_types_unless_one_is_called_defective() -> None:
    assert said("good", "crack", "type 0") == {
        "good": (GOOD, ""),
        "crack": (DEFECTIVE, "crack"),
        "type 0": (DEFECTIVE, "type 0"),
    }
    beside = said("good", "bad", "crack", "review", "Masks", "good-results/overlays")
    assert beside["bad"] == (DEFECTIVE, "bad")
    assert beside["crack"] == (UNKNOWN, "")
    assert [beside[name][0] for name in ("review", "Masks", "good-results/overlays")] == [NOT_SAID, NO_PART, NO_PART]


def test_what_the_user_says_of_one_name_leaves_the_next_one_to_be_said() -> None:
    words = ClassWords(defective=("crack",))
    assert said("good", "bad", "crack", "dent", words=words)["crack/".rstrip("/")] == (DEFECTIVE, "crack")
    assert said("good", "bad", "crack", "dent", words=words)["dent"] == (UNKNOWN, "")
    assert said("good", "crack", "dent", words=words)["dent"] == (DEFECTIVE, "dent")
    assert said("pristine", "dent", words=ClassWords(good=("pristine",)))["dent"] == (DEFECTIVE, "dent")


def test_types_lie_inside_a_folder_of_defective_parts() -> None:
    assert said("Gut", "Schlecht/Kratzer", "Schlecht")["Schlecht/Kratzer"] == (DEFECTIVE, "Kratzer")
    assert said("Gut", "Schlecht/Kratzer", "Schlecht")["Schlecht"] == (DEFECTIVE, "Schlecht")


def test_what_lies_in_train_val_and_test_lies_side_by_side() -> None:
    mvtec = said("train/good", "test/dent", "extra")
    assert mvtec == {"train/good": (GOOD, ""), "test/dent": (DEFECTIVE, "dent"), "extra": (NOT_SAID, "")}
    known = ClassFolders()
    for folder in ("lid/train/good", "lid/Validation/bad", "lid/test/bad"):
        known.see(folder)
    assert [known.of(f).part for f in ("lid/train/good", "lid/Validation/bad", "lid/test/bad")] == [
        "train",
        "val",
        "test",
    ]
    assert known.of("lid/Validation/bad").category == "lid"


@pytest.mark.parametrize(
    ("folders", "folder", "expected"),
    [
        (("0", "1"), "0", (GOOD, "")),
        (("train/0", "train/1", "masks"), "train/1", (DEFECTIVE, "defective")),
        (("0", "1", "2"), "1", (NOT_SAID, "")),
        (("good/0", "good/1", "bad/0", "bad/1"), "good/1", (GOOD, "")),  # two cameras
        (("good/0", "good/1", "bad/0", "bad/1"), "bad/0", (DEFECTIVE, "0")),
    ],
)
def test_numbers_are_classes_only_where_there_is_nothing_else(
    folders: tuple[str, ...], folder: str, expected: tuple[Meaning, str]
) -> None:
    assert said(*folders)[folder] == expected


def test_a_chosen_folder_that_is_called_good_or_bad_is() -> None:
    assert ClassFolders("OK").of("monday").meaning is GOOD
    assert ClassFolders("NG").of("monday").meaning is DEFECTIVE
    assert ClassFolders("review").of("").meaning is NOT_SAID


def test_those_who_saw_the_telling_folders_know_all() -> None:
    every = ("a/good", "a/bad", "a/odd", "b/0", "b/1", "c")
    known = ClassFolders()
    changed = [known.see(folder) for folder in every]
    assert changed == [True, True, False, False, True, False]
    assert known.telling == ("a/bad", "a/good", "b/0", "b/1")
    again = ClassFolders()
    for folder in known.telling:
        again.see(folder)
    assert [again.of(folder) for folder in every] == [known.of(folder) for folder in every]


def test_what_was_understood_is_told_by_meaning() -> None:
    words = ClassWords()
    known = ClassFolders(words=words)
    counts = {"good": 7, "OK": 1, "crack": 2, "review": 3, "good/monday": 1}
    for folder in counts:
        known.see(folder)
    listed = understood(known, counts, words)
    assert listed[0] == Understood(word="OK", meaning=GOOD, pictures=1)
    assert in_words(listed) == [
        "Good: OK (1), good (8)",
        "Defect types: crack (2)",
        "Neither good nor defective by their names: review (3)",
    ]
