"""``inspector challenge`` from the set to the release and its end, as a script or an engineer calls it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from inspector.cli import main
from inspector.paths import Home
from inspector.recipes.recipe import Recipe, load_recipe, save_recipe
from inspector.shelf.shelf import Shelf
from tests.bundles import make_bundle

NOT_RELEASED = 3


class Commands:
    """A station whose recipe “Lids” a script sets, asks and replays."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self._capsys = Home(root=root / "home"), capsys
        make_bundle(self.home.models / "tiny")
        Shelf(self.home).save(Recipe(name="Lids", source="demo:", model="tiny"))
        self.good, self.defective = root / "good", root / "defective"
        for folder, spot in ((self.good, False), (self.defective, True)):
            folder.mkdir()
            for number in range(6):
                image = np.random.default_rng(number).integers(90, 140, (128, 128, 3), np.uint8)
                if spot:
                    image[40:72, 40:72] = (0, 0, 255)
                cv2.imwrite(str(folder / f"{folder.name} {number}.png"), image)

    def __call__(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Run a command of ``challenge``; return its exit code and what it answers."""
        code = main(["challenge", *words, "--home", str(self.home.root), "--json"])
        out = self._capsys.readouterr().out.splitlines()
        return code, json.loads(out[-1]) if out else {}

    def set(self, *more: str, good: Path | None = None) -> tuple[int, dict[str, Any]]:
        """Set the parts of the challenge."""
        places = ("--good", str(good or self.good), "--defective", str(self.defective))
        return self("set", "Lids", *places, "--reason", "first set", *more)


@pytest.fixture
def challenge(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(tmp_path, capsys)


def test_twelve_parts_are_set_replayed_and_release_until_the_lamp_is_changed(challenge: Commands) -> None:
    code, said = challenge("status", "Lids")
    assert (code, said["required"], said["released"]) == (0, False, True)
    assert challenge.set("--require", "--pictures-count") == (
        0,
        {"recipe": "Lids", "version": 2, "good": 6, "defective": 6},
    )
    code, said = challenge("status", "Lids")
    assert (code, said["released"], said["why"]) == (NOT_RELEASED, False, "the challenge has not been passed yet")
    code, said = challenge("replay", "Lids")
    assert (code, said["outcome"], len(said["parts"]), said["released"]) == (0, "passed", 12, True)
    code, said = challenge("status", "Lids")
    assert (code, said["released"]) == (0, True)
    assert said["until"] is not None  # the next shift
    assert challenge("lens-or-lamp", "--reason", "lamp replaced") == (0, {"recorded": True})
    code, said = challenge("replay", "Lids")
    assert (code, said["outcome"], said["released"], said["camera_only"]) == (NOT_RELEASED, "passed", False, True)


def test_a_part_that_is_judged_wrongly_ends_it_and_is_named(challenge: Commands, tmp_path: Path) -> None:
    odd = tmp_path / "odd"
    odd.mkdir()
    (odd / "scratched.png").write_bytes((challenge.defective / "defective 0.png").read_bytes())
    assert challenge.set("--require", "--pictures-count", good=odd)[0] == 0
    code, said = challenge("replay", "Lids")
    assert (code, said["outcome"], said["released"]) == (NOT_RELEASED, "failed", False)
    assert "“scratched”, is known to be good and was judged FAIL" in said["parts"][-1]["words"]


def test_a_picture_of_the_set_that_is_lost_is_said_and_releases_nothing(
    challenge: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    challenge.set("--require", "--pictures-count")
    next((challenge.home.root / "challenges" / "set").iterdir()).unlink()
    assert main(["challenge", "replay", "Lids", "--home", str(challenge.home.root)]) == 1
    assert "An engineer must take it into the set once more" in capsys.readouterr().err
    assert challenge("status", "Lids")[0] == NOT_RELEASED


def test_a_copy_without_the_challenge_stays_held_until_an_engineer_withdraws_it(challenge: Commands) -> None:
    challenge.set("--require", "--pictures-count")
    challenge("replay", "Lids")
    lids = load_recipe(challenge.home.recipes / "Lids.json")
    bare = replace(lids.challenge, required=False)
    save_recipe(lids.model_copy(update={"name": "Other", "version": 1, "challenge": bare}), challenge.home.recipes)
    code, said = challenge("status", "Other")
    assert (code, said["required"], said["released"]) == (NOT_RELEASED, True, False)
    assert challenge("withdraw", "Other", "--reason", "no customer of this one asks for it")[0] == 0
    assert challenge("status", "Other")[0] == 0
    assert main(["challenge", "withdraw", "Lids", "--reason", "hurry", "--home", str(challenge.home.root)]) == 1
