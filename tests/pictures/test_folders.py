"""What of a folder is a picture, and what else it holds: one definition, with everything counted and named once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from inspector.domain.errors import PictureError
from inspector.files import write_bytes
from inspector.pictures import (
    PICTURE_SUFFIXES,
    LeftOut,
    LeftOutTally,
    Reason,
    find_pictures,
    is_picture,
    left_out_words,
    walk_pictures,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


def put(folder: Path, names: Iterable[str]) -> Path:
    for name in names:
        write_bytes(folder / name, b"x")
    return folder


def names(folder: Path, *, recursive: bool = True) -> tuple[list[str], tuple[LeftOut, ...]]:
    """What is taken of a folder, and what is left out."""
    tally = LeftOutTally()
    paths = find_pictures(folder, recursive=recursive, left_out=tally)
    return [path.relative_to(folder).as_posix() for path in paths], tally.listed()


def test_pictures_come_in_natural_order(tmp_path: Path) -> None:
    put(tmp_path, ["part 10.png", "part 9.PNG", "part 9a.jpeg", "b/1.tif", "b/c/2.webp"])
    assert names(tmp_path)[0] == ["b/1.tif", "b/c/2.webp", "part 9.PNG", "part 9a.jpeg", "part 10.png"]
    assert names(tmp_path, recursive=False)[0] == ["part 9.PNG", "part 9a.jpeg", "part 10.png"]


def test_everything_else_is_counted_and_named_once(tmp_path: Path) -> None:
    kinds = ["b/3.heic", "1.heic", "2.HEIC", "note.txt", "README"]
    hidden = [".hidden.png", "~lock.png", "copy.png.part", ".thumbs/1.png", ".thumbs/2.png"]
    ours = ["results.csv", "overlays/a.png.overlay.jpg", "kept.heatmap.png"]
    put(tmp_path, ["a.png", *kinds, *hidden, *ours, ".DS_Store", "Thumbs.db"])
    taken, left_out = names(tmp_path)
    assert taken == ["a.png"]
    assert left_out == (
        LeftOut(reason=Reason.KIND, suffix=".heic", count=3, names=("1.heic", "2.HEIC", "b/3.heic")),
        LeftOut(reason=Reason.KIND, count=1, names=("README",)),
        LeftOut(reason=Reason.KIND, suffix=".txt", count=1, names=("note.txt",)),
        LeftOut(reason=Reason.OURS, count=3, names=("kept.heatmap.png", "overlays/a.png.overlay.jpg", "results.csv")),
        LeftOut(reason=Reason.HIDDEN, count=4, names=(".hidden.png", ".thumbs", "copy.png.part")),
    )
    assert left_out_words(left_out[:3]) == (
        "3 .heic files (1.heic, 2.HEIC, b/3.heic), 1 file without suffix (README), 1 .txt file (note.txt)"
    )
    assert left_out_words(left_out[:2], names=False) == "3 .heic files, 1 file without suffix"


def test_sub_folders_that_are_not_asked_for_are_named(tmp_path: Path) -> None:
    put(tmp_path, ["a.png", "b/1.png", "c/2.png"])
    taken, left_out = names(tmp_path, recursive=False)
    assert (taken, left_out) == (["a.png"], (LeftOut(reason=Reason.SUB_FOLDER, count=2, names=("b", "c")),))


def test_a_linked_folder_is_read_once_and_never_in_a_circle(tmp_path: Path) -> None:
    elsewhere = put(tmp_path / "elsewhere", ["1.png", "deep/2.png"])
    data = put(tmp_path / "data", ["own/3.png"])
    (data / "good").symlink_to(elsewhere)
    (data / "again").symlink_to(data / "own")
    (data / "up").symlink_to(tmp_path)
    (elsewhere / "back").symlink_to(data)
    taken, left_out = names(data)
    assert taken == ["good/1.png", "good/deep/2.png", "own/3.png"]
    assert left_out == (LeftOut(reason=Reason.READ_ALREADY, count=3, names=("again", "good/back", "up")),)


def test_a_link_that_leads_nowhere_and_what_is_no_file_are_named(tmp_path: Path) -> None:
    put(tmp_path, ["a.png"])
    (tmp_path / "b.png").symlink_to("gone.png")
    (tmp_path / "c.png").symlink_to("c.png")
    (tmp_path / "d").symlink_to("gone folder")
    (tmp_path / "e.png").symlink_to("a.png")  # a link to a picture is that picture
    os.mkfifo(tmp_path / "f.png")
    taken, left_out = names(tmp_path)
    assert taken == ["a.png", "e.png"]
    assert left_out == (
        LeftOut(reason=Reason.BROKEN_LINK, count=3, names=("b.png", "c.png", "d")),
        LeftOut(reason=Reason.NO_FILE, count=1, names=("f.png",)),
    )


def test_a_sub_folder_that_cannot_be_read_is_named_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, ["a.png", "lost+found/x.png", "gone/y.png"])
    real = os.scandir

    def scandir(path: str) -> Any:
        if path.endswith("lost+found"):
            raise PermissionError(13, "Permission denied", path)
        if path.endswith("gone"):
            raise FileNotFoundError(2, "No such file", path)  # removed meanwhile
        return real(path)

    monkeypatch.setattr("inspector.pictures.folders.os.scandir", scandir)
    taken, left_out = names(tmp_path)
    assert (taken, left_out) == (["a.png"], (LeftOut(reason=Reason.UNREADABLE, count=1, names=("lost+found",)),))


def test_what_is_no_folder_or_cannot_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, ["note.txt"])
    with pytest.raises(PictureError, match="there is no folder"):
        find_pictures(tmp_path / "absent")
    with pytest.raises(PictureError, match="is not a folder"):
        find_pictures(tmp_path / "note.txt")

    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("inspector.pictures.folders.os.scandir", refuse)
    with pytest.raises(PictureError, match="cannot be read: this user may not"):
        find_pictures(tmp_path)


def test_a_folder_of_a_thousand_kinds_stays_short(tmp_path: Path) -> None:
    tally = LeftOutTally()
    for number in range(1000):
        tally.note(Reason.KIND, f"{number}.x{number}", f".x{number}")
    tally.note(Reason.HIDDEN, ".a")
    left_out = tally.listed()
    assert left_out[0] == LeftOut(reason=Reason.KIND, suffix="*", count=980, names=("100.x100", "101.x101", "102.x102"))
    assert left_out[0].words() == "980 files of other kinds (100.x100, 101.x101, 102.x102, …)"
    assert left_out[-1].reason is Reason.HIDDEN
    assert sum(kind.count for kind in left_out) == 1001


def test_a_name_that_is_no_text_can_be_kept(tmp_path: Path) -> None:
    put(tmp_path, ["a\udcff.txt"])
    assert names(tmp_path)[1][0].names == ("a\\udcff.txt",)


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("a.JFIF", True),
        ("a.heic", False),
        ("a.png.part", False),
        ("a.png.overlay.png", False),
        ("overlay.png", True),
        ("~a.png", False),
        ("a", False),
    ],
)
def test_a_name_and_a_walk_say_the_same(tmp_path: Path, name: str, taken: bool) -> None:
    put(tmp_path, [name])
    walked = [found for _, found in walk_pictures(tmp_path)]
    assert is_picture(Path(name)) is taken
    assert walked == [[name] if taken else []]


def test_the_documents_name_the_suffixes_that_are_taken() -> None:
    said = Path("docs/commands.md").read_text(encoding="utf-8").partition("**Pictures** are files named ")[2]
    listed = said.partition("(")[0].replace("`", "").replace(",", "").split()
    assert listed == sorted(PICTURE_SUFFIXES)
