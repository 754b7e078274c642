"""One event: only what changed, no secret, who acts."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from inspector.trail.actor import STATION, Doer, acting, ask_who_acts
from inspector.trail.event import TrailEvent, TrailKind, changes, happened
from inspector.user import user_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import JsonValue


@pytest.fixture
def signed_in() -> Iterator[Doer]:
    person = Doer(name="Ada", role="engineer")
    ask_who_acts(lambda: person)
    yield person
    ask_who_acts(None)


def test_only_what_changed_is_told_by_dotted_names() -> None:
    before: dict[str, JsonValue] = {"model": "a", "thresholds": {"fail_at": 0.5, "review_from": 0.4}, "views": [1]}
    after: dict[str, JsonValue] = {
        "model": "a",
        "thresholds": {"fail_at": 0.6, "review_from": 0.4},
        "views": [1, 2],
        "code": None,
    }

    assert changes(before, after) == (
        {"thresholds.fail_at": 0.5, "views": [1]},
        {"thresholds.fail_at": 0.6, "views": [1, 2], "code": None},
    )


def test_secrets_are_told_as_changed_only() -> None:
    before: dict[str, JsonValue] = {
        "serve_password": "correct horse",
        "camera": "rtsp://u:first12345@10.0.0.1/1",
        "list": ["rtsp://a:b@c/d"],
    }
    after: dict[str, JsonValue] = {
        "serve_password": "battery staple",
        "camera": "rtsp://u:second1234@10.0.0.1/1",
        "list": [],
    }

    old, new = changes(before, after)

    assert old == {"serve_password": "***", "camera": "rtsp://u:***@10.0.0.1/1", "list": ["rtsp://a:***@c/d"]}
    assert new == {"serve_password": "*** (changed)", "camera": "rtsp://u:***@10.0.0.1/1 (changed)", "list": []}


def test_an_event_says_who_acts_and_the_time_of_the_world(signed_in: Doer) -> None:
    event = happened(TrailKind.ALARM, "the line")

    assert (event.who, event.role) == ("Ada", "engineer")
    assert event.time.tzinfo is UTC
    assert (happened(TrailKind.CLOCK, "x", by=STATION).who, acting()) == ("station", signed_in)


def test_without_people_it_is_who_is_logged_in_at_the_computer() -> None:
    assert acting() == Doer(name=user_name())


def test_an_event_is_read_back_as_it_was_also_with_another_zone() -> None:
    event = happened(TrailKind.SETTINGS, "settings \udcff ☃", after={"a": [1, None, "ü"]}, reason="x" * 5000)
    there = event.model_copy(update={"time": event.time.astimezone(timezone(timedelta(hours=-9)))})

    assert TrailEvent.model_validate_json(there.model_dump_json()) == event
    assert event.reason.endswith("… (cut)")
    assert event.on == "settings \\udcff ☃"


def test_every_kind_has_a_title_of_its_own() -> None:
    titles = [kind.title for kind in TrailKind]
    assert len(set(titles)) == len(titles)


def test_what_was_nothing_and_has_values_now_is_told_by_these_values_alone() -> None:
    nothing: dict[str, JsonValue] = {"thresholds": None, "version": 1}
    chosen: dict[str, JsonValue] = {"thresholds": {"fail_at": 0.6}, "version": 2}
    assert changes(nothing, chosen) == ({"version": 1}, {"thresholds.fail_at": 0.6, "version": 2})
    assert changes(chosen, nothing) == ({"thresholds.fail_at": 0.6, "version": 2}, {"version": 1})
    assert changes({"thresholds": None}, {"thresholds": None}) == ({}, {})
