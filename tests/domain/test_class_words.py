"""The vocabulary: what people call good and defective parts, and files and folders that are no parts."""

from __future__ import annotations

import pytest

from inspector.domain.class_words import (
    ClassWords,
    Meaning,
    WordsError,
    mask_of,
    masks_among,
    part_of_split,
    refuse_unknown,
)

GOOD, DEFECTIVE, NOT_SAID, NO_PART, UNKNOWN = Meaning


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        (
            "good|Good|GOOD | ok|O.K.|Pass|passed|gut|Gut|normal|io|i.O.|良品|ＯＫ|OK parts|good_images|bon|bueno|godka\u0308nd|no defect",
            GOOD,
        ),
        (
            "bad|Bad|NG|n.g.|nok|Not OK|fail|FAILED|defective|defects|schlecht|n.i.O.|不良品|Ausschuß|KO|re-ject|NG-Teile",
            DEFECTIVE,
        ),
        ("review|Unsorted|un-labelled|unknown|ToDo|misc|error||-|n/a", NOT_SAID),
        ("parts|images|crack|Kratzer größer|type 0|broken_large|maybe", UNKNOWN),
    ],
)
def test_a_word_means_the_same_however_it_is_written(words: str, meaning: Meaning) -> None:
    for word in words.split("|"):
        assert ClassWords().of_folder(word) is meaning, word
        assert ClassWords().of_cell(word) is meaning, word


@pytest.mark.parametrize("name", ["Masks", "mask", "ground_truth", "Ground Truth", "annotations", "overlays", "gt"])
def test_folders_of_masks_and_drawings_hold_no_parts(name: str) -> None:
    assert ClassWords().of_folder(name) is NO_PART


@pytest.mark.parametrize("name", ["good-results", "Test_Results", "results"])
def test_folders_of_results_hold_no_parts(name: str) -> None:
    assert ClassWords().of_folder(name) is NO_PART


@pytest.mark.parametrize(
    ("cell", "column", "meaning"),
    [
        ("0", "label", GOOD),
        ("1", "label", DEFECTIVE),
        ("1.0", "label", DEFECTIVE),
        ("2", "label", UNKNOWN),
        ("True", "label", UNKNOWN),  # a good part? a defect?
        ("false", "label", UNKNOWN),
        ("True", "defective", DEFECTIVE),
        ("0", "is_defective", GOOD),
        ("yes", "good", GOOD),
        ("0", "OK", DEFECTIVE),
        ("1", "ok", GOOD),
        ("none", "defect", GOOD),
        ("scratch", "defect", UNKNOWN),
        ("NG", "good", DEFECTIVE),
        ("", "good", NOT_SAID),
    ],
)
def test_numbers_and_switches_mean_what_their_column_is_called(cell: str, column: str, meaning: Meaning) -> None:
    assert ClassWords().of_cell(cell, column) is meaning


def test_what_the_user_says_goes_before_the_vocabulary() -> None:
    words = ClassWords(good=("Charge 1", "masks"), defective=("pass",), no_label=("NG",))
    assert [words.of_folder(name) for name in ("charge 1", "masks", "Pass", "ng")] == [GOOD, GOOD, DEFECTIVE, NOT_SAID]
    assert words.options() == ["--good=Charge 1", "--good=masks", "--defective=pass", "--no-label=NG"]
    with pytest.raises(WordsError, match="“pass” is said to be two things"):
        ClassWords(good=("PASS",), no_label=("pass",))


def test_masks_beside_their_picture_are_known_and_a_picture_of_a_label_is_none() -> None:
    names = [
        "00.jpg",
        "00_mask.png",
        "mask_00.png",
        "00_overlay.png",
        "01.PNG",
        "01_GT.png",
        "2.png",
        "2-label.png",
        "front_label.png",
    ]
    assert masks_among(names) == {"mask_00.png", "00_overlay.png", "00_mask.png", "01_GT.png", "2-label.png"}
    assert [mask_of(name) for name in ("00_mask.png", "A_ground_truth.bmp", "front.png")] == ["00", "a", ""]


def test_parts_of_a_split_have_several_names() -> None:
    names = ("train", "Training", "val", "valid", "validation", "TEST", "good")
    assert [part_of_split(name) for name in names] == ["train", "train", "val", "val", "val", "test", ""]


def test_words_that_nobody_knows_are_all_named_with_the_way_to_explain_them() -> None:
    refuse_unknown([], "labels.csv")
    with pytest.raises(WordsError) as caught:
        refuse_unknown(["maybe so", "crack", "crack"], "labels.csv")
    assert caught.value.words == ("maybe so", "crack")
    assert "“maybe so”, “crack” in labels.csv are good or defective" in caught.value.what
    assert '--good "maybe so", --defective "maybe so", or --no-label "maybe so"' in caught.value.next_step
