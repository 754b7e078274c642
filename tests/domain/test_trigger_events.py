"""Which picture belongs to which event of the line: each has one of its own, or none and a reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.records import BadPicture, Frame, Origin
from inspector.domain.text import TextError
from inspector.domain.trigger import make_trigger
from inspector.domain.trigger.events import BY_HAND_S, MOST_WAITING, NO_PLACE, Lapsed, Pair, Pairing
from inspector.domain.trigger_event import TriggerEvent

NOW = datetime(2026, 1, 31, tzinfo=UTC)
UNSURE = "a picture was lost while it waited: which one shows the part is not known"
NONE = "no picture of its own within 0.5 s"


def event(name: str, at_s: float = 0.0, **more: Any) -> TriggerEvent:
    return TriggerEvent(id=name, at_s=at_s, time_utc=NOW, **more)


def origin(captured_s: float, frame_id: int | None = None) -> Origin:
    return Origin(captured_at=NOW, captured_s=captured_s, source="fake", frame_id=frame_id)


def frame(number: int, captured_s: float, frame_id: int | None = None) -> Frame:
    pixels = np.zeros((4, 4), np.uint8)
    return Frame(image=pixels, sequence=number, time_s=captured_s, origin=origin(captured_s, frame_id))


@dataclass(frozen=True)
class Shown:
    """What came of a play: number of the picture by event, reason by event."""

    pictures: dict[str, int]
    reasons: dict[str, str]


def play(pairing: Pairing, *steps: TriggerEvent | Frame | BadPicture | float, live: bool = True) -> Shown:
    """Play events, pictures and moments in their order."""
    pairs: list[Pair] = []
    lapsed: list[Lapsed] = []
    for step in steps:
        if isinstance(step, TriggerEvent):
            why = pairing.add(step)
            lapsed += [Lapsed(event=step, reason=why)] if why else []
        elif isinstance(step, float):
            more, late = pairing.due(step, live=live)
            pairs += more
            lapsed += late
        else:
            pair = pairing.show(step)
            pairs += [pair] if pair is not None else []
    more, late = pairing.due(0.0, live=live)
    pairs += more
    lapsed += late
    reasons = [(item.event.id, item.reason) for item in lapsed] + [(p.event.id, p.fault) for p in pairs if p.fault]
    shown = Shown({p.event.id: p.picture.sequence for p in pairs}, dict(reasons))
    assert len(shown.pictures) == len(pairs)
    return shown


PLAYS: dict[str, tuple[float, list[Any], dict[str, int], dict[str, str]]] = {
    "the first picture at or after it": (
        0.0,
        [frame(0, 0.9), event("A", 1.0), frame(1, 1.0), frame(2, 1.1)],
        {"A": 1},
        {},
    ),
    "two before a picture have one each": (
        0.0,
        [event("A", 1.0), event("B", 1.01), frame(0, 1.1), frame(1, 1.2)],
        {"A": 0, "B": 1},
        {},
    ),
    "the second has none in its time": (
        0.0,
        [event("A", 1.0), event("B", 1.01), frame(0, 1.1), 1.6],
        {"A": 0},
        {"B": NONE},
    ),
    "a picture that comes too late is none": (0.0, [event("A", 1.0), frame(0, 1.6)], {}, {"A": NONE}),
    "told a moment later than it came": (0.0, [frame(0, 1.01), event("A", 1.0)], {"A": 0}, {}),
    "an older picture where the recipe allows it": (0.25, [frame(0, 0.8), event("A", 1.0)], {"A": 0}, {}),
    "the oldest first where several are older": (
        0.25,
        [frame(0, 0.8), frame(1, 0.9), event("A", 1.0), event("B", 1.01)],
        {"A": 0, "B": 1},
        {},
    ),
    "the picture that it names": (
        0.0,
        [event("A", 1.0, frame_id=8), event("B", 1.0, frame_id=7), frame(0, 1.1, 7), frame(1, 1.2, 8)],
        {"A": 1, "B": 0},
        {},
    ),
    "the picture that it names was there before": (
        0.0,
        [frame(0, 0.7, 7), frame(1, 0.9, 8), event("A", 1.0, frame_id=7)],
        {"A": 0},
        {},
    ),
    "no other than the one that it names": (
        0.0,
        [event("A", 1.0, frame_id=9), frame(0, 1.1, 8), frame(1, 1.6, 10)],
        {},
        {"A": NONE},
    ),
    "a lost picture may have been its own": (
        0.0,
        [frame(0, 0.9), event("A", 1.0), frame(2, 1.1), event("B", 1.2), frame(3, 1.3)],
        {"B": 3},
        {"A": UNSURE},
    ),
    "a lost picture does not matter to one that names its own": (
        0.0,
        [frame(0, 0.9, 1), event("A", 1.0, frame_id=3), frame(2, 1.1, 3)],
        {"A": 2},
        {},
    ),
    "told after a picture was lost": (
        0.0,
        [frame(0, 0.99), frame(2, 1.05), event("A", 1.0)],
        {"A": 2},
        {"A": UNSURE},
    ),
    "a picture that cannot be read is its own all the same": (
        0.0,
        [event("A", 1.0), BadPicture(reason="cut short", sequence=0, origin=origin(1.1)), frame(1, 1.2)],
        {"A": 0},
        {},
    ),
}


@pytest.mark.parametrize(("age_s", "steps", "pictures", "reasons"), PLAYS.values(), ids=PLAYS.keys())
def test_which_picture_an_event_has(
    age_s: float, steps: list[Any], pictures: dict[str, int], reasons: dict[str, str]
) -> None:
    pairing = Pairing(0.5, age_s)
    pairing.by_signal = True
    assert play(pairing, *steps) == Shown(pictures, reasons)


def test_an_id_that_is_given_twice_is_not_judged_and_takes_its_picture() -> None:
    pairing = Pairing(0.5, 0.0)
    assert play(pairing, event("A", 1.0), frame(0, 1.1)) == Shown({"A": 0}, {})
    again = play(pairing, event("A", 1.2), event("B", 1.21), frame(1, 1.3), frame(2, 1.4))
    assert again == Shown({"A": 1, "B": 2}, {"A": "the trigger A was given twice"})


def test_a_camera_that_runs_freely_may_lose_pictures() -> None:
    assert play(Pairing(0.5, 0.0), frame(0, 0.9), event("A", 1.0), frame(3, 1.1)) == Shown({"A": 3}, {})


def test_a_ninth_finds_no_place_and_the_end_of_the_line_answers_all() -> None:
    pairing = Pairing(0.5, 0.0)
    for number in range(MOST_WAITING):
        assert pairing.add(event(f"{number}", 1.0)) == ""
    assert pairing.add(event("ninth", 1.0)) == NO_PLACE
    assert len(pairing) == MOST_WAITING
    pairing.give_up("the line stopped", for_good=True)
    _, lapsed = pairing.due(0.0, live=True)
    assert [(item.event.id, item.reason) for item in lapsed] == [(f"{n}", "the line stopped") for n in range(8)]
    assert pairing.add(event("later", 2.0)) == "the line stopped"


@pytest.mark.parametrize(("live", "by_signal", "taken"), [(True, False, [2]), (True, True, [1]), (False, False, [1])])
def test_a_press_takes_no_picture_that_a_free_camera_had_captured_before_it(
    live: bool, by_signal: bool, taken: list[int]
) -> None:
    pairing = Pairing(0.5, 0.1, by_line=False)
    pairing.live, pairing.by_signal = live, by_signal
    pairing.add(event("hand", 1.0), by_hand=True)
    shown = [(1, 0.99), (2, 1.0)]
    assert [number for number, captured_s in shown if pairing.show(frame(number, captured_s))] == taken


def test_a_lost_camera_answers_the_line_and_somebody_at_the_station_waits_on() -> None:
    pairing = Pairing(0.5, 0.25)
    play(pairing, frame(0, 0.9))
    pairing.add(event("hand", 1.0), by_hand=True)
    pairing.add(event("A", 1.2))
    pairing.give_up("camera:0 is gone")
    assert play(pairing, frame(7, 2.0)) == Shown({"hand": 7}, {"A": "camera:0 is gone"})
    assert play(pairing, event("B", 2.1), frame(8, 2.2)) == Shown({"B": 8}, {})


@pytest.mark.parametrize("live", [True, False])
def test_what_is_asked_for_by_hand_waits_longer_and_for_files_without_end(live: bool) -> None:
    pairing = Pairing(0.5, 0.0)
    pairing.add(event("hand", 1.0), by_hand=True)
    assert play(pairing, 1.0 + BY_HAND_S, live=live) == Shown({}, {})
    reasons = {"hand": "no picture of its own within 5 s"} if live else {}
    assert play(pairing, 1.001 + BY_HAND_S, live=live) == Shown({}, reasons)
    assert pairing.patience_s(1e6, 0.2) == (0.2 if live else 0.0)


def test_pictures_are_waited_for_until_the_first_event_has_waited_too_long() -> None:
    pairing = Pairing(0.5, 0.0)
    assert pairing.patience_s(1.0, 0.2) == 0.2
    pairing.add(event("A", 1.0))
    assert pairing.patience_s(1.4375, 0.2) == pytest.approx(0.0625)
    play(pairing, frame(0, 1.1))
    pairing.show(frame(1, 1.2))
    pairing.add(event("B", 1.15))
    assert pairing.patience_s(1.2, 0.2) == 0.0  # its picture is there


def test_no_picture_is_kept_where_no_event_of_the_line_is_expected() -> None:
    pairing = Pairing.of(TriggerConfig(mode=TriggerMode.MANUAL))
    pairing.show(frame(0, 1.0))
    assert not pairing._early
    external = Pairing.of(TriggerConfig(mode=TriggerMode.EXTERNAL, frame_age_s=0.25))
    for number in range(20):
        external.show(frame(number, number / 20))
    assert [item.sequence for item in external._early] == [14, 15, 16, 17, 18, 19]


def test_a_part_of_the_line_carries_what_the_line_said_and_its_time_runs_from_there() -> None:
    trigger = make_trigger(TriggerConfig(mode=TriggerMode.EXTERNAL), None)
    assert trigger.update(frame(0, 0.5)) == ()
    assert trigger.add(event("A", 1.0, part_serial="S-1"), fault="") == ""
    (part,) = trigger.update(frame(1, 1.1))
    assert (part.trigger, part.trigger_id, part.part_serial, part.fault) == ("external", "A", "S-1", "")
    assert part.since_s == 1.0
    trigger.add(event("B", 1.2), fault="another recipe")
    (part,) = trigger.update(frame(2, 1.3))
    assert (part.trigger_id, part.fault) == ("B", "another recipe")


def test_two_captures_by_hand_before_a_picture_are_two_parts() -> None:
    trigger = make_trigger(TriggerConfig(mode=TriggerMode.MANUAL), None)
    assert (trigger.fire(), trigger.fire()) == ("", "")
    parts = [part for number in range(4) for part in trigger.update(frame(number, 0.1 * number))]
    assert [(part.frame.sequence, part.trigger) for part in parts] == [(0, "manual"), (1, "manual")]
    assert len({part.trigger_id for part in parts}) == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"id": ""}, "a trigger's id has 1 to 64 characters, got 0"),
        ({"id": "x" * 65}, "a trigger's id has 1 to 64 characters, got 65"),
        ({"id": "a\nb"}, "a trigger's id holds no control character, got U+000A"),
        ({"part_serial": "x" * 201}, "a part's serial number has at most 200 characters, got 201"),
        ({"recipe": "\0"}, "a wanted recipe holds no control character, got U+0000"),
    ],
)
def test_what_cannot_be_recorded_is_no_event(fields: dict[str, str], words: str) -> None:
    with pytest.raises(TextError, match=re.escape(words)):
        TriggerEvent(**{"id": "A", "at_s": 0.0, "time_utc": NOW, **fields})  # type: ignore[arg-type]


STEPS = st.lists(
    st.tuples(st.sampled_from(["event", "named", "frame", "bad", "skip", "due", "lost"]), st.integers(0, 12)),
    max_size=60,
)


@settings(max_examples=300, deadline=None)
@given(STEPS, st.sampled_from([0.0, 0.05, 0.3]))
def test_whatever_happens_each_event_has_one_answer_and_each_picture_one_event(
    steps: list[tuple[str, int]], age_s: float
) -> None:
    pairing, now_s, number = Pairing(0.2, age_s), 0.0, 0
    given_ids: list[str] = []
    refused: list[str] = []
    pairs: list[Pair] = []
    lapsed: list[Lapsed] = []
    for what, amount in steps:
        now_s += amount / 100
        if what in ("event", "named"):
            given_ids.append(f"{len(given_ids)}")
            named = number + amount if what == "named" else None
            why = pairing.add(event(given_ids[-1], now_s, frame_id=named))
            refused += [given_ids[-1]] if why else []
        elif what in ("frame", "bad"):
            known = origin(now_s, number)
            bad = BadPicture(reason="cut", sequence=number, origin=known)
            pair = pairing.show(frame(number, now_s, number) if what == "frame" else bad)
            pairs += [pair] if pair is not None else []
            number += 1
        elif what == "skip":
            number += 1
        elif what == "lost":
            pairing.give_up("lost")
        else:
            more, late = pairing.due(now_s, live=True)
            pairs += more
            lapsed += late
    pairing.give_up("end", for_good=True)
    more, late = pairing.due(now_s, live=True)
    pairs += more
    lapsed += late
    answered = [p.event.id for p in pairs] + [item.event.id for item in lapsed] + refused
    assert sorted(answered, key=int) == given_ids
    assert len({p.picture.sequence for p in pairs}) == len(pairs)
    for p in pairs:
        assert p.event.frame_id in (None, p.picture.origin.frame_id)
        if p.event.frame_id is None:
            assert -age_s - 1e-9 <= p.picture.origin.captured_s - p.event.at_s <= 0.2 + 1e-9
