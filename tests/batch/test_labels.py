"""Labels: what folders' names say, what a table says, and what is said of neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.batch import FolderLabels, Label, LabelsError, list_pictures, read_labels, survey
from inspector.domain.class_words import ClassWords
from inspector.domain.confusion import DEFECTIVE, GOOD, UNLABELLED

NOTHING = Label()


def seen(*folders: str, name: str = "") -> FolderLabels:
    labels = FolderLabels(name)
    for folder in folders:
        labels.see(folder)
    return labels


@pytest.mark.parametrize(
    ("folders", "path", "expected"),
    [
        # MVTec AD: the parts of its split are no categories
        (("train/good", "test/good", "test/scratch"), "train/good/1.png", Label(GOOD)),
        (("train/good", "test/good", "test/scratch"), "test/scratch/1.png", Label(DEFECTIVE, "scratch")),
        (("bottle/train/good", "bottle/test/dent"), "bottle/train/good/1.png", Label(GOOD, "", "bottle")),
        (("bottle/test/good", "bottle/test/dent"), "bottle/test/dent/1.png", Label(DEFECTIVE, "dent", "bottle")),
        # types inside one folder of defective parts
        (("good", "defective/crack"), "defective/crack/1.png", Label(DEFECTIVE, "crack")),
        (("good", "defective"), "defective/1.png", Label(DEFECTIVE, "defective")),
        (("good", "scratch/old"), "scratch/old/1.png", Label(DEFECTIVE, "scratch")),
        # any case, any of the names; the nearest counts
        (("Gut", "Kratzer"), "Gut/1.png", Label(GOOD)),
        (("OK", "Kratzer"), "Kratzer/1.png", Label(DEFECTIVE, "Kratzer")),
        (("PASSED/monday",), "PASSED/monday/1.png", Label(GOOD)),
        (("a/good", "a/dent/good"), "a/dent/good/1.png", Label(GOOD, "", "dent")),
        # half-labelled and unlabelled
        (("old/good", "old/dent", "new"), "new/1.png", NOTHING),
        (("old/good", "old/dent", "new"), "1.png", NOTHING),
        (("monday", "tuesday"), "monday/1.png", NOTHING),
        (("good", "unlabelled"), "unlabelled/1.png", NOTHING),
        # sorted copies: what the machine could not say is no defect type
        (("pass", "fail", "review", "error"), "fail/1.png", Label(DEFECTIVE, "fail")),
        (("pass", "fail", "review", "error"), "review/1.png", NOTHING),
        (("pass", "fail", "review", "error"), "error/1.png", NOTHING),
    ],
)
def test_the_nearest_folder_that_says_something_counts(folders: tuple[str, ...], path: str, expected: Label) -> None:
    assert seen(*folders).label(path) == expected


def test_a_chosen_folder_that_is_called_good_is() -> None:
    assert seen("monday", name="Good").label("monday/1.png") == Label(GOOD)
    assert seen("monday", name="bottle").label("monday/1.png") == NOTHING


def test_a_folder_that_is_seen_later_says_more_of_what_came_before() -> None:
    labels = FolderLabels()
    assert labels.see("dent") is False
    assert labels.label("dent/1.png") == NOTHING
    assert labels.see("good") is True
    assert labels.label("dent/1.png") == Label(DEFECTIVE, "dent")
    assert labels.see("good") is False
    assert FolderLabels("", labels.telling).label("dent/1.png") == Label(DEFECTIVE, "dent")


def picture_files(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


def test_masks_are_left_out_and_counted_and_the_rest_is_counted_by_label(tmp_path: Path) -> None:
    folder = picture_files(
        tmp_path / "bottle",
        *("train/good/1.png", "test/good/2.png", "test/dent/3.png", "test/dent/4.png", "extra/5.png"),
        *("ground_truth/dent/3_mask.png", "ground_truth/dent/4_mask.png"),
    )
    listing = list_pictures(folder, recursive=True)
    contents = survey(listing, FolderLabels("bottle"))
    assert (contents.pictures, contents.good, contents.defective, contents.unlabelled) == (5, 2, 2, 1)
    assert (contents.types, contents.masks_left_out) == ({"dent": 2}, 2)
    assert contents.telling == ("test/good", "train/good")
    # whoever chooses the masks' own folder wants them
    assert len(list_pictures(folder / "ground_truth" / "dent")) == 2


def test_an_empty_folder_has_nothing(tmp_path: Path) -> None:
    contents = survey(list_pictures(tmp_path, recursive=True), FolderLabels())
    assert (contents.pictures, contents.good, contents.defective, contents.unlabelled) == (0, 0, 0, 0)


def table(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8-sig")
    return path


def test_a_table_says_what_is_good_and_which_defect(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    lines = f"""path;Label;defect_type;category
1.png;OK;;lid
sub/2.png;defective;dent;lid
{folder / "3.png"};NG;;
./sub/../4.png;1;;
5.png;;;
;good;;
"""
    labels = read_labels(table(tmp_path / "labels.csv", lines), folder)
    assert labels.label("1.png") == Label(GOOD, "", "lid")
    assert labels.label("sub/2.png") == Label(DEFECTIVE, "dent", "lid")
    assert labels.label("3.png") == Label(DEFECTIVE, "defective")
    assert labels.label("4.png") == Label(DEFECTIVE, "defective")
    assert labels.label("5.png").value == UNLABELLED
    assert labels.label("else.png") == NOTHING


def test_paths_of_a_table_beside_its_pictures_may_start_at_the_table(tmp_path: Path) -> None:
    folder = picture_files(tmp_path / "in", "1.png", "2.png", "3.png")
    labels = read_labels(table(tmp_path / "labels.csv", "path,label\nin/1.png,good\n2.png,good\n9.png,bad\n"), folder)
    assert [labels.label(name).value for name in ("1.png", "2.png")] == [GOOD, GOOD]
    contents = survey(list_pictures(folder), labels)
    assert (contents.good, contents.unlabelled, contents.not_in_folder) == (2, 1, 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column path and no column label; its columns are: none"),
        ("file,label\n1.png,good\n", "no column path; its columns are: file, label"),
        ("path,label\n", "no line with a path"),
        ("path,label\n../1.png,good\n", "line 2: '../1.png' is not in"),
        ("path,label\n1.png,good\n2.png,bad\n1.png,dent\n", "line 4: '1.png' has two different labels"),
    ],
)
def test_a_table_that_cannot_be_used_is_explained(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(LabelsError) as caught:
        read_labels(table(tmp_path / "labels.csv", text), tmp_path / "in")
    assert says in caught.value.what
    assert caught.value.next_step


def test_a_table_that_is_no_text_or_not_there_is_explained(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_bytes(b"PK\x03\x04an Excel file")
    for name in ("labels.csv", "none.csv"):
        with pytest.raises(LabelsError, match=f"{name} cannot be read"):
            read_labels(tmp_path / name, tmp_path)


def test_a_table_from_windows_labels_the_pictures_that_it_means(tmp_path: Path) -> None:
    folder = picture_files(tmp_path / "in", "good/1.png", "Pru\u0308f/2.png")
    text = "path;label\r\ngood\\1.PNG;Gut\r\nprüf\\2.png;Schlecht\r\n"
    (tmp_path / "labels.csv").write_bytes(text.encode("cp1252"))
    contents = survey(list_pictures(folder, recursive=True), read_labels(tmp_path / "labels.csv", folder))
    assert (contents.good, contents.defective, contents.not_in_folder) == (1, 1, 0)


def test_words_that_nobody_knows_are_noted_until_they_are_explained(tmp_path: Path) -> None:
    folder = picture_files(tmp_path / "in", "good/1.png", "bad/2.png", "monday/3.png")
    contents = survey(list_pictures(folder, recursive=True), FolderLabels("in"))
    assert (contents.good, contents.defective, contents.unlabelled, contents.unknown) == (1, 1, 1, ("monday",))
    words = ClassWords(defective=("monday",))
    contents = survey(list_pictures(folder, recursive=True), FolderLabels("in", words=words))
    assert (contents.defective, contents.unknown, contents.types) == (2, (), {"bad": 1, "monday": 1})
    labels = read_labels(table(tmp_path / "labels.csv", "path,label\ngood/1.png,true\nbad/2.png,false\n"), folder)
    assert survey(list_pictures(folder, recursive=True), labels).unknown == ("false", "true")
