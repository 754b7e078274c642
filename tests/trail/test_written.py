"""Settings and recipes: every change is an event, and so is what a hand changes outside the program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from inspector.assembly import demo_recipe, stored_recipe
from inspector.domain.config import ArchiveConfig, QualityLimits, TriggerConfig, TriggerMode
from inspector.domain.geometry import Box
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.records import Thresholds
from inspector.files import Disk
from inspector.operating_point.choice import chosen
from inspector.paths import Home
from inspector.recipes.follower import RecipeFollower
from inspector.recipes.promotions import Promotions
from inspector.recipes.recipe import load_recipe, save_next_version, save_recipe
from inspector.recipes.told import decides_otherwise
from inspector.settings import Settings
from inspector.settings_file import load_settings, save_settings
from inspector.trail.event import TrailEvent, TrailKind
from inspector.trail.waiting import TrailError, waiting
from inspector.trail.written import look_at_all

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(root=tmp_path / "home")


def told(home: Home) -> list[TrailEvent]:
    """Return what waits, without where the trail begins."""
    events = [event for each in waiting(home.root) for event in each.events]
    return [event for event in events if event.kind is not TrailKind.TRAIL]


def kinds(home: Home) -> list[TrailKind]:
    return [event.kind for event in told(home)]


def test_settings_tell_what_changed_by_what_they_are_for(home: Home) -> None:
    save_settings(Settings(), home.settings)
    save_settings(Settings(station="North", recipe="Bottle", line_unit=7), home.settings)
    save_settings(Settings(station="North", recipe="Bottle", line_unit=7), home.settings)  # nothing

    changeover, network, settings = told(home)
    assert (changeover.kind, changeover.on) == (TrailKind.CHANGEOVER, "Bottle")
    assert (network.kind, network.before, network.after) == (TrailKind.NETWORK, {"line_unit": 1}, {"line_unit": 7})
    assert (settings.kind, settings.before, settings.after) == (
        TrailKind.SETTINGS,
        {"station": "Station 1"},
        {"station": "North"},
    )


def test_a_password_is_told_as_typed_and_never_shown(home: Home) -> None:
    for secret in ("first-secret-1", "second-secret-2"):
        address = f"mqtts://u:{secret}@broker/plant"
        save_settings(Settings(publish_to=address, serve_password=f"{secret}-page"), home.settings)

    assert kinds(home) == [TrailKind.NETWORK] * 2
    assert told(home)[1].after == {
        "publish_to": "mqtts://u:***@broker/plant (password typed anew)",
        "serve_password": "*** (changed)",
    }
    for path in (home.root / "trail").rglob("*"):
        assert path.is_dir() or b"secret-" not in path.read_bytes()


def test_a_recipe_tells_what_decides_apart_with_its_version(home: Home) -> None:
    recipe = demo_recipe()
    save_recipe(recipe, home.recipes)
    changed = recipe.model_copy(
        update={"guard_rate": 0.02, "archive": ArchiveConfig(max_age_days=30), "needs_scan": True}
    )
    save_next_version(changed, home.recipes)

    new, point, kept, rest = told(home)
    assert new.before == {}
    assert new.after["model"] == "demo"
    assert (point.kind, point.on) == (TrailKind.OPERATING_POINT, "Demo line")
    assert (point.before, point.after) == ({"guard_rate": 0.005, "version": 1}, {"guard_rate": 0.02, "version": 2})
    assert kept.kind is TrailKind.RETENTION
    assert kept.after["archive.max_age_days"] == 30
    assert (rest.kind, rest.after) == (TrailKind.RECIPE, {"needs_scan": True, "version": 2})


def test_thresholds_of_ones_own_are_told_with_those_of_the_model_before_and_after(home: Home) -> None:
    recipe = demo_recipe()
    save_recipe(recipe, home.recipes)
    of_model, of_recipe = Thresholds(fail_at=0.29, review_from=0.1), Thresholds(fail_at=0.4, review_from=0.1)
    own = chosen(recipe, of_recipe, of_model, author="Bo", reason="scratches passed")
    save_next_version(own, home.recipes)
    back = chosen(own, of_model, of_recipe, author="Bo", reason="none since")
    save_next_version(back.model_copy(update={"thresholds": None}), home.recipes)

    _, there, again = told(home)
    assert (there.before, there.after) == (
        {"thresholds.fail_at": 0.29, "version": 1},
        {"thresholds.fail_at": 0.4, "version": 2},
    )
    assert (there.reason, again.reason) == ("scratches passed", "none since")
    assert (again.before["thresholds.fail_at"], again.after["thresholds.fail_at"]) == (0.4, 0.29)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model": "other"}, "model"),
        ({"thresholds": Thresholds(fail_at=0.9)}, "thresholds"),
        ({"guard_rate": 0.02}, "guard rate"),
        ({"spares_outside": False}, "heat outside the part"),
        ({"region": Box(x=0, y=0, width=8, height=8)}, "region"),
        ({"trigger": TriggerConfig(mode=TriggerMode.MANUAL)}, "trigger"),
        ({"quality": QualityLimits(darkest_mean=1.0), "needs_scan": True}, "picture quality, need of a scanned code"),
        ({"archive": ArchiveConfig(max_age_days=30), "heatmap": HeatmapKind.GRAD_CAM}, ""),
        ({"name": "Another product", "model": "other"}, ""),
    ],
)
def test_what_decides_in_a_recipe_needs_a_reason(change: dict[str, Any], words: str) -> None:
    before = demo_recipe()
    assert decides_otherwise(before, before.model_copy(update=change)) == words


def test_a_promotion_is_told_with_its_reason(home: Home) -> None:
    Promotions(home).record(demo_recipe(), "bottle-2", "fewer escapes", who="Ada")

    (event,) = told(home)
    assert (event.kind, event.before, event.after) == (TrailKind.PROMOTION, {"model": "demo"}, {"model": "bottle-2"})
    assert (event.who, event.reason) == ("Ada", "fewer escapes")


def test_a_recipe_edited_by_hand_is_told_at_the_next_read_once(home: Home) -> None:
    path = save_recipe(demo_recipe(), home.recipes)
    by_hand = json.loads(path.read_text())
    path.write_text(json.dumps(by_hand | {"guard_rate": 0.05}))
    for _ in range(2):
        assert stored_recipe(path, home).guard_rate == 0.05

    event = told(home)[-1]
    assert kinds(home) == [TrailKind.RECIPE, TrailKind.OUTSIDE]
    assert (event.who, event.on) == ("unknown", "recipes/Demo line.json")
    assert {name: (event.before[name], event.after[name]) for name in event.after if name != "file"} == {
        "guard_rate": (0.005, 0.05)
    }


def test_a_running_line_tells_a_hand_that_gives_its_recipe_another_version(home: Home) -> None:
    path = save_recipe(recipe := demo_recipe(), home.recipes)
    follower = RecipeFollower(recipe, home.recipes)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"version": 2, "guard_rate": 0.05}))

    newer = follower.newer()

    assert newer is not None
    assert told(home)[-1].after["guard_rate"] == 0.05


def test_settings_edited_by_hand_are_told_also_where_they_are_no_json(home: Home) -> None:
    save_settings(Settings(station="North"), home.settings)
    home.settings.write_text("{")
    load_settings(home.settings)
    save_settings(Settings(station="South"), home.settings)

    outside, saved = told(home)[1:]
    assert outside.kind is TrailKind.OUTSIDE
    assert outside.after["content"] == "no JSON object"
    assert outside.before["station"] == "North"
    assert saved.kind is TrailKind.SETTINGS


def test_a_recipe_that_was_put_there_or_taken_away_by_hand_is_told(home: Home) -> None:
    path = save_recipe(demo_recipe(), home.recipes)
    path.rename(path.with_name("Other.json"))
    look_at_all(home.root)
    look_at_all(home.root)

    gone, put = told(home)[1:]
    assert (gone.on, gone.after) == ("recipes/Demo line.json", {"file": "not there"})
    assert (put.on, put.before) == ("recipes/Other.json", {"file": "not there"})


def test_in_a_data_folder_of_before_the_trail_begins_with_what_is_there(home: Home) -> None:
    home.recipes.mkdir(parents=True)
    recipe = home.recipes / "Demo line.json"
    recipe.write_text(demo_recipe().model_dump_json())
    home.settings.write_text(Settings(station="North").model_dump_json())

    load_settings(home.settings)
    stored_recipe(recipe, home)

    (event,) = (event for each in waiting(home.root) for event in each.events)
    assert event.kind is TrailKind.TRAIL
    assert event.after == {"files": ["settings.json", "recipes/Demo line.json"]}


def test_where_the_trail_cannot_be_written_settings_and_recipe_stay_and_can_be_read(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_settings(Settings(station="North"), home.settings)
    path = save_recipe(demo_recipe(), home.recipes)
    before = home.settings.read_bytes(), path.read_bytes()

    def flush(_: Disk, __: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Disk, "flush", flush)
    with pytest.raises(TrailError, match="audit trail cannot be written"):
        save_settings(Settings(station="South"), home.settings)
    home.settings.write_text(home.settings.read_text().replace("North", "East"))

    assert load_settings(home.settings)[0].station == "East"
    assert load_recipe(path) == demo_recipe()
    assert path.read_bytes() == before[1]


def test_a_program_that_was_killed_between_file_and_copy_is_not_taken_for_a_hand(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save_recipe(demo_recipe(), home.recipes)
    kept = home.root / "trail" / "written" / "recipes" / path.name
    old = kept.read_bytes()
    save_next_version(demo_recipe().model_copy(update={"guard_rate": 0.03}), home.recipes)
    kept.replace(kept.with_name(f"{kept.name}.new"))
    kept.write_bytes(old)

    stored_recipe(path, home)

    assert TrailKind.OUTSIDE not in kinds(home)
    assert kept.read_bytes() == path.read_bytes()
