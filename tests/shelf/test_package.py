"""A recipe as one file: taken to another station with its model; damaged, newer and foreign files are said."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from inspector import assembly
from inspector.cli import main
from inspector.domain.challenge import ChallengeConfig, ChallengePart, KnownAs
from inspector.model_hashes import WrongModelError
from inspector.paths import Home
from inspector.recipes.recipe import Recipe, load_recipe
from inspector.release.pictures import ChallengeError, ChallengePictures
from inspector.settings import Settings
from inspector.shelf.opened import read_package
from inspector.shelf.package import LIST, RECIPE, PackageError, write_package
from inspector.shelf.shelf import Shelf
from inspector.shelf.taken import take_package
from inspector.signing import station_key, trust
from tests.bundles import make_bundle

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(root=tmp_path / "home")
    make_bundle(made.models / "tiny")
    Shelf(made).save(Recipe(name="Lids", source="demo:", model="tiny", scanned_code="4711"))
    return made


@pytest.fixture
def other(tmp_path: Path) -> Home:
    return Home(root=tmp_path / "other")


@pytest.fixture
def file(tmp_path: Path, home: Home) -> Path:
    path = tmp_path / "Lids.recipe"
    write_package("Lids", path, home, Settings(station="Cell 4"))
    return path


def changed(path: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """Return a copy of a file in which one of its own files is changed."""
    target = path.with_name("changed.recipe")
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(target, "w") as made:
        for inner in archive.namelist():
            content = archive.read(inner)
            made.writestr(inner, change(content) if inner == name else content)
    return target


def test_a_recipe_goes_to_another_station_with_its_model_and_runs_there(file: Path, home: Home, other: Home) -> None:
    key = file.with_name("cell4.pem")
    key.write_bytes(station_key(home.root).public_pem)
    trust(other.root, key)
    taken = take_package(file, other)
    assert taken.recipe == load_recipe(home.recipes / "Lids.json")
    assert taken.notes[0].endswith("signed by cell4.")
    assembly.check_may_run(taken.recipe, Settings(), other)
    assert assembly.model_store(other).load("tiny").sha256 == assembly.model_store(home).load("tiny").sha256
    with pytest.raises(PackageError, match="there is a recipe “Lids” already"):
        take_package(file, other)
    again = take_package(file, other, name="Lids 2")
    assert again.recipe.scanned_code == ""
    assert again.notes[1:] == ("Its code “4711” is that of Lids, and was left out.",)
    assert take_package(file, other, replace=True).recipe.version == 2


@pytest.fixture
def challenged(tmp_path: Path, home: Home) -> Path:
    """A file whose recipe has a challenge with a picture of each part."""
    known = []
    for name, expected, grey in (("good 1", KnownAs.GOOD, 100), ("burr", KnownAs.DEFECTIVE, 30)):
        picture = tmp_path / f"{name}.png"
        cv2.imwrite(str(picture), np.full((40, 40, 3), grey, np.uint8))
        taken = ChallengePictures(home.root).take(picture)
        known.append(ChallengePart(name=name, expected=expected, picture=taken))
    challenge = ChallengeConfig(required=True, pictures_count=True, parts=tuple(known), reason="first set")
    Shelf(home).save(Recipe(name="Caps", source="demo:", model="tiny", challenge=challenge))
    path = tmp_path / "Caps.recipe"
    write_package("Caps", path, home, Settings())
    return path


def test_the_pictures_of_its_challenge_go_along_and_can_be_replayed_there(
    challenged: Path, home: Home, other: Home
) -> None:
    taken = take_package(challenged, other)
    here, there = ChallengePictures(home.root), ChallengePictures(other.root)
    for part in taken.recipe.challenge.parts:
        assert there.of_set(part.picture).read_bytes() == here.of_set(part.picture).read_bytes()
    assert len(taken.notes) == 1
    assert json.loads(zipfile.ZipFile(challenged).read(LIST))["format"] == 2  # an older program says that it is too old


def test_a_challenge_picture_that_is_lost_or_another_one_is_said(challenged: Path, home: Home, other: Home) -> None:
    name = next(name for name in zipfile.ZipFile(challenged).namelist() if name.startswith("challenge/"))

    def renamed(text: bytes) -> bytes:
        files = json.loads(text)
        files["files"]["challenge/../../evil.png"] = files["files"].pop(name)
        return json.dumps(files).encode()

    for inner, change, why in (
        (name, lambda _: b"another one", "its SHA-256 differs"),
        (LIST, renamed, "names other files"),
    ):
        with pytest.raises(PackageError, match=why):
            take_package(changed(challenged, inner, change), other)
    assert not other.root.exists()
    lost = ChallengePictures(home.root).of_set(name.removeprefix("challenge/"))
    lost.unlink()
    with pytest.raises(ChallengeError, match="cannot be read"):
        write_package("Caps", challenged, home, Settings())
    taken = take_package(challenged, home, replace=True)  # the file of before has it
    assert taken.recipe.version == 2
    assert lost.is_file()


def test_another_model_of_its_name_is_left_and_without_model_the_wrong_one_is_refused(
    file: Path, home: Home, other: Home
) -> None:
    make_bundle(other.models / "tiny", seed=3)
    taken = take_package(file, other)
    assert taken.recipe.model.startswith("tiny-")
    assembly.check_may_run(taken.recipe, Settings(), other)
    alone = file.with_name("alone.recipe")
    write_package("Lids", alone, home, Settings(), models=False)
    assert read_package(alone, other).models == ()
    named = take_package(alone, other, name="Alone").recipe
    with pytest.raises(WrongModelError, match="Alone wants the model tiny"):
        assembly.check_may_run(named, Settings(), other)


def test_what_is_damaged_newer_or_made_to_harm_is_refused_and_nothing_is_taken(file: Path, other: Home) -> None:
    def newer(text: bytes) -> bytes:
        return json.dumps(json.loads(text) | {"format": 99, "program": "9.1"}).encode()

    def out_of_it(text: bytes) -> bytes:
        files = json.loads(text)
        files["files"]["models/../../evil.bin"] = files["files"].pop(RECIPE)
        return json.dumps(files).encode()

    cut = file.with_name("cut.recipe")
    cut.write_bytes(file.read_bytes()[:2000])
    for path, why in (
        (changed(file, RECIPE, lambda text: text.replace(b"4711", b"4712")), "its SHA-256 differs"),
        (cut, "only a part of one"),
        (file.with_name("none.recipe"), "cannot be read"),
    ):
        with pytest.raises(PackageError, match=why):
            take_package(path, other)
    for change, why in ((newer, "was written by Inspector 9.1"), (out_of_it, "names other files")):
        with pytest.raises(PackageError, match=why):
            take_package(changed(file, LIST, change), other)
    assert not other.root.exists()


def test_what_was_changed_after_a_trusted_key_signed_it_is_refused(file: Path, home: Home) -> None:
    with pytest.raises(PackageError, match="changed after it was signed"):
        read_package(changed(file, LIST, lambda text: text.replace(b"Cell 4", b"Cell 5")), home)


def test_the_commands(file: Path, home: Home, other: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipe", "export", "Lids", str(file), "--home", str(home.root)]) == 0
    assert main(["recipe", "import", str(file), "--name", "Caps", "--json", "--home", str(other.root)]) == 0
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (answer["name"], answer["version"]) == ("Caps", 1)
    assert "not signed by a key that is trusted here" in answer["notes"][0]
