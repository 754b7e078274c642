"""Recipes with several views: which can be matched to one another, and what becomes of their passwords."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.errors import RecipeError
from inspector.domain.part_code import CodeConfig, CodeKinds
from inspector.domain.records import Box, Thresholds
from inspector.passwords import Passwords
from inspector.recipes.recipe import Recipe, load_recipe, parse_recipe, save_recipe
from inspector.recipes.views import MOST_VIEWS, RecipeView


def view(name: str, source: str = "", **more: Any) -> dict[str, Any]:
    return {"name": name, "source": source or f"aravis:{name}", "model": "m"} | more


def recipe(*views: dict[str, Any], source: str = "aravis:main", mode: str = "external") -> Recipe:
    return Recipe.model_validate(
        {"name": "R", "source": source, "model": "m", "trigger": {"mode": mode}, "views": list(views)}
    )


@pytest.mark.parametrize("mode", TriggerMode)
def test_only_a_trigger_that_tells_every_camera_may_have_views(mode: TriggerMode) -> None:
    if mode in (TriggerMode.EXTERNAL, TriggerMode.MANUAL):
        assert recipe(view("A"), mode=mode.value).views[0].name == "A"
        return
    with pytest.raises(ValueError, match=f"external or manual: {mode.value} finds parts in the pictures of one camera"):
        recipe(view("A"), mode=mode.value)
    assert recipe(mode=mode.value).views == ()


@pytest.mark.parametrize(
    ("views", "source", "why"),
    [
        ((view("A"), view("a", "aravis:2")), "aravis:main", "two views are called “A”"),
        ((view("main"),), "aravis:x", "two views are called “main”"),
        ((view("A", "aravis:main"),), "aravis:main", "the source aravis:main is named twice"),
        ((view("A", "folder:/data"),), "aravis:main", "folder:/data is none"),
        ((view("A"),), "folder:/data", "folder:/data is none"),
        ((view("A", "nowhere"),), "aravis:main", "nowhere"),
        (tuple(view(f"V{number}") for number in range(MOST_VIEWS + 1)), "aravis:main", "at most 4"),
        ((view(""),), "aravis:main", "a view's name"),
    ],
)
def test_views_that_cannot_be_matched_are_refused(views: tuple[dict[str, Any], ...], source: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        recipe(*views, source=source)


def test_several_demo_lines_may_be_views_of_one_part() -> None:
    assert len(recipe(view("A", "demo:"), view("B", "demo:"), source="demo:").sources) == 3


def test_a_file_that_cannot_be_matched_is_refused_with_a_sentence() -> None:
    text = recipe(view("A")).model_dump_json().replace('"external"', '"interval"')
    with pytest.raises(RecipeError, match="several views need a trigger that tells all cameras of a part"):
        parse_recipe(text, where="R.json")


def test_a_view_alone_has_its_own_model_and_what_all_views_share() -> None:
    whole = recipe(view("A", region={"x": 1, "y": 2, "width": 30, "height": 40}, thresholds={"fail_at": 0.7}))
    whole = whole.model_copy(
        update={"code": CodeConfig(kinds=CodeKinds.QR), "code_region": Box(x=0, y=0, width=9, height=9)}
    )
    alone = whole.of_view(whole.views[0])
    assert (alone.source, alone.model, alone.region) == ("aravis:A", "m", Box(x=1, y=2, width=30, height=40))
    assert alone.thresholds == Thresholds(fail_at=0.7)
    assert (alone.trigger, alone.quality, alone.name) == (whole.trigger, whole.quality, "R")
    assert (alone.views, alone.code.kinds, alone.code_region) == ((), CodeKinds.OFF, None)


def test_a_password_in_the_source_of_a_view_is_kept_apart(tmp_path: Path) -> None:
    address = "rtsp://ada:secret@192.168.1.20/1"
    saved = save_recipe(
        Recipe(
            name="R",
            source="camera:0",
            model="m",
            trigger=TriggerConfig(mode=TriggerMode.EXTERNAL),
            views=(RecipeView(name="A", source=address, model="m"),),
        ),
        tmp_path / "recipes",
    )
    assert "secret" not in saved.read_text("utf-8")
    source = load_recipe(saved).views[0].source
    assert Passwords(tmp_path).complete(source) == address
