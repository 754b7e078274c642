"""Signed recipes and models: where only signed ones may run, what was changed by hand is refused by name."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from inspector import assembly
from inspector.cli import main
from inspector.domain.errors import BundleError
from inspector.outputs.trail_log import TrailLog, TrailQuery
from inspector.paths import Home
from inspector.people.actor import system_actor
from inspector.recipes.recipe import Recipe, load_recipe, save_next_version, save_recipe
from inspector.settings import Settings
from inspector.settings_file import save_settings
from inspector.signed import UnsignedError, check_signed, only_signed, sign_model, sign_recipe
from inspector.signing import station_key, trust
from inspector.trail.event import TrailKind
from inspector.trail.waiting import waiting
from inspector.trial import TrialJudge
from tests.bundles import make_bundle

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.vision.store import ModelStore


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(root=tmp_path / "home")
    make_bundle(made.models / "tiny")
    save_recipe(Recipe(name="Bottle", source="demo:", model="tiny"), made.recipes)
    return made


@pytest.fixture
def models(home: Home) -> ModelStore:
    return assembly.model_store(home)


def recipe_of(home: Home) -> Recipe:
    return load_recipe(home.recipes / "Bottle.json")


def edit(home: Home, **fields: object) -> None:
    path = home.recipes / "Bottle.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def refusal(home: Home, models: ModelStore) -> UnsignedError:
    with pytest.raises(UnsignedError) as caught:
        check_signed(recipe_of(home), home, models)
    return caught.value


def test_a_recipe_runs_as_it_was_signed_with_its_model(home: Home, models: ModelStore) -> None:
    statement = sign_recipe("Bottle", home, models)

    check_signed(recipe_of(home), home, models)
    other_place = recipe_of(home).model_copy(update={"source": "folder:/elsewhere"})
    check_signed(other_place, home, models)
    assert statement.models == {"tiny": models.load("tiny").sha256}


def test_an_unsigned_recipe_is_refused_with_the_command_that_signs_it(home: Home, models: ModelStore) -> None:
    error = refusal(home, models)
    assert "Bottle is not signed" in error.what
    assert "inspector recipe sign “Bottle”" in error.next_step


@pytest.mark.parametrize("fields", [{"guard_rate": 0.05}, {"version": 7}, {"thresholds": {"fail_at": 0.99}}])
def test_a_recipe_edited_by_hand_is_refused_and_signed_again_it_runs(
    home: Home, models: ModelStore, fields: dict[str, object]
) -> None:
    sign_recipe("Bottle", home, models)
    edit(home, **fields)

    error = refusal(home, models)
    assert "Bottle is not as" in error.what
    assert "signed it as version 1" in error.what
    sign_recipe("Bottle", home, models)
    check_signed(recipe_of(home), home, models)


def test_an_older_version_put_back_by_hand_is_refused(home: Home, models: ModelStore) -> None:
    sign_recipe("Bottle", home, models)
    old = (home.recipes / "Bottle.json").read_bytes()
    save_next_version(recipe_of(home).model_copy(update={"guard_rate": 0.1}), home.recipes)
    sign_recipe("Bottle", home, models)
    (home.recipes / "Bottle.json").write_bytes(old)

    assert "as version 2" in refusal(home, models).what


def test_what_runs_must_be_what_is_in_the_file(home: Home, models: ModelStore) -> None:
    sign_recipe("Bottle", home, models)
    with pytest.raises(UnsignedError, match="Bottle is not as"):
        check_signed(recipe_of(home).model_copy(update={"guard_rate": 0.2}), home, models)


def test_another_model_of_the_same_name_is_refused_also_a_signed_one(home: Home, models: ModelStore) -> None:
    sign_recipe("Bottle", home, models)
    shutil.rmtree(home.models / "tiny")
    make_bundle(home.models / "tiny", classes=("good", "other"))
    sign_model(home.models / "tiny", home, models)

    assert "the model tiny is not the one with which the recipe Bottle was signed" in refusal(home, models).what


def test_a_damaged_model_is_not_signed(home: Home, models: ModelStore) -> None:
    (home.models / "tiny" / "graph.bin").write_bytes(b"altered")
    with pytest.raises(BundleError, match="altered"):
        sign_recipe("Bottle", home, models)


def test_a_model_that_the_plant_has_signed_keeps_that_signature(home: Home, models: ModelStore, tmp_path: Path) -> None:
    plant = Home(root=tmp_path / "plant")
    sign_model(home.models / "tiny", plant, models)
    (signature,) = (plant.root / "signatures" / "models").iterdir()
    shutil.copy(signature, home.models / "tiny" / "signature.json")
    key = tmp_path / "works.pem"
    key.write_bytes(station_key(plant.root).public_pem)
    trust(home.root, key)

    sign_recipe("Bottle", home, models)

    check_signed(recipe_of(home), home, models)
    assert not (home.root / "signatures" / "models").exists()
    (home.root / "trusted_keys" / "works.pem").unlink()
    assert "the model tiny is not signed" in refusal(home, models).what


def test_a_signature_of_a_key_that_is_not_trusted_is_none(home: Home, models: ModelStore) -> None:
    sign_recipe("Bottle", home, models)
    (home.root / "station_key.pem").unlink()
    station_key(home.root)

    error = refusal(home, models)
    assert "of no key that is trusted here" in error.what
    assert "trusted_keys" in error.next_step


@pytest.mark.parametrize("content", ["", "{}", '{"statement": "{}", "signature": "!!", "key": ""}'])
def test_a_damaged_signature_is_refused_by_name(home: Home, models: ModelStore, content: str) -> None:
    sign_recipe("Bottle", home, models)
    (home.root / "signatures" / "recipes" / "Bottle.json").write_text(content)

    error = refusal(home, models)
    assert "of the recipe Bottle" in error.what
    assert "inspector recipe sign “Bottle”" in error.next_step


def test_a_statement_that_was_changed_has_no_signature(home: Home, models: ModelStore) -> None:
    sign_recipe("Bottle", home, models)
    path = home.root / "signatures" / "recipes" / "Bottle.json"
    path.write_text(path.read_text().replace("Bottle", "Flange"))

    assert "of no key that is trusted" in refusal(home, models).what


def test_a_line_starts_with_unsigned_recipes_until_that_is_switched_on(home: Home) -> None:
    with closing(assembly.open_log(home.log)) as log:
        where = assembly.places(home, Settings())
        assembly.build_job(recipe_of(home), Settings(), where, log)
        with pytest.raises(UnsignedError, match="Bottle is not signed"):
            assembly.build_job(recipe_of(home), Settings(only_signed=True), where, log)
        assembly.build_job(assembly.demo_recipe(), Settings(only_signed=True), where, log)  # it comes with the program


def test_where_people_sign_in_only_signed_recipes_run_and_those_that_are_there_are_signed(home: Home) -> None:
    assert not only_signed(Settings(), home)
    assembly.people(home).begin("Ada", bytearray(b"correct horse"), by=system_actor())

    assert only_signed(Settings(), home)
    check_signed(recipe_of(home), home, assembly.model_store(home))
    events = [event for each in waiting(home.root) for event in each.events]
    assert [event.kind for event in events][-2:] == [TrailKind.PEOPLE, TrailKind.SIGNATURE]
    assert events[-1].after == {"signed": ["Bottle"]}


def test_commands_sign_and_list_keys_and_the_trail_says_so(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assembly.open_log(home.log).close()
    place = ["--home", str(home.root)]
    assert main(["recipe", "sign", "Bottle", *place]) == 0
    assert "recipe Bottle, version 1, is signed with the model tiny" in capsys.readouterr().out
    assert main(["model", "sign", "tiny", *place]) == 0
    assert main(["keys", "--json", *place]) == 0
    assert '"name": "this station"' in capsys.readouterr().out
    assert main(["keys", "--public", *place]) == 0
    assert "BEGIN PUBLIC KEY" in capsys.readouterr().out

    check_signed(recipe_of(home), home, assembly.model_store(home))
    kinds = [row.event.kind for row in TrailLog(home.log).rows(TrailQuery())]
    assert kinds.count(TrailKind.SIGNATURE) == 2


def test_what_the_program_saves_is_signed(home: Home) -> None:
    place = ["--home", str(home.root)]
    assert main(["recipe", "thresholds", "Bottle", "--fail-at", "0.7", "--why", "fewer escapes", *place]) == 0
    check_signed(recipe_of(home), home, assembly.model_store(home))


# --- without a line -----------------------------------------------------------------------------------------------------


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    cv2.imwrite(str(folder / "part.png"), np.full((64, 64, 3), 128, np.uint8))
    return folder / "part.png"


def test_single_pictures_and_batches_ask_for_a_models_signature_in_the_lines_words(
    home: Home, models: ModelStore, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--home", str(home.root)]
    inspect = ["inspect", str(picture), "--model", "tiny", "--no-overlay", *place]
    batch = ["batch", str(picture.parent), "--model", "tiny", "--out", str(home.root / "out"), *place]
    assert main(inspect) == 0
    save_settings(Settings(only_signed=True), home.settings)
    with closing(TrialJudge(home, lambda: Settings(only_signed=True))) as judge:
        for command in (inspect, batch):
            assert main(command) == 1
            said = capsys.readouterr().err
            assert "the model tiny is not signed" in said
            assert "inspector model sign tiny" in said
        with pytest.raises(UnsignedError, match="the model tiny is not signed"):
            judge.judge_file(picture, recipe_of(home))

        sign_model(home.models / "tiny", home, models)
        assert (main(inspect), main(batch)) == (0, 0)
        assert judge.judge_file(picture, recipe_of(home)).prediction is not None


def test_the_model_that_ships_judges_single_pictures_and_a_recorded_one_by_its_hash(home: Home, picture: Path) -> None:
    save_settings(Settings(only_signed=True), home.settings)
    assert main(["inspect", str(picture), "--model", "demo", "--no-overlay", "--home", str(home.root)]) == 0
    assembly.load_classifier("tiny", home, asks_signature=False).close()
    with pytest.raises(UnsignedError):
        assembly.load_classifier("tiny", home)
