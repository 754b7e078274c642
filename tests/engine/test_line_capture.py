"""Capture and trigger of a line, step by step: how often a source is tried, what is said of it, what becomes of frames."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inspector.domain.config import TriggerMode
from inspector.domain.errors import SourceCutShortError, SourceError, SourceLostError
from inspector.domain.records import Part
from inspector.engine.queues import Unjudged
from inspector.engine.status import Pace, SourceState
from inspector.pictures import LeftOut, Reason
from tests.engine.fakes import (
    FakeSource,
    bad_picture,
    frame,
)
from tests.engine.lines import Bench, Stop


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def test_a_source_that_cannot_be_opened_is_tried_after_longer_and_longer_waits(bench: Bench) -> None:
    source = FakeSource([])
    source.open_errors.extend(SourceError(f"not there {number}", "Connect it.") for number in range(9))
    line = bench.line(source, waits=7)
    line._capture()
    assert isinstance(line._stop, Stop)
    assert line._stop.waits == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0]
    assert bench.sources == [(SourceState.LOST, f"not there {number}. Connect it.") for number in range(7)]
    assert (source.opened, source.closed) == (7, 7)
    assert line._mailbox.finished


@pytest.mark.parametrize(("seconds", "waits"), [(10.0, [0.5, 1.0, 2.0]), (10.5, [0.5, 0.5, 1.0])])
def test_a_source_that_ran_for_a_while_is_tried_again_soon(bench: Bench, seconds: float, waits: list[float]) -> None:
    def run_for() -> None:
        bench.now_s += seconds

    source = FakeSource([SourceLostError("cable"), run_for, SourceLostError("cable"), SourceLostError("cable")])
    line = bench.line(source, waits=3)
    line._capture()
    assert isinstance(line._stop, Stop)
    assert line._stop.waits == waits
    assert (SourceState.LOST, "cable") in bench.sources


def test_a_source_that_breaks_in_an_unknown_way_is_lost_with_its_error(bench: Bench) -> None:
    line = bench.line(FakeSource([ValueError("odd")]), waits=1)
    line._capture()
    assert bench.sources == [(SourceState.LIVE, ""), (SourceState.LOST, "unexpected ValueError: odd")]


def test_at_its_end_a_source_is_closed_and_said_to_have_ended(bench: Bench) -> None:
    source = FakeSource([frame(0), bad_picture(1)])
    line = bench.line(source)
    line._capture()
    assert bench.sources == [(SourceState.LIVE, ""), (SourceState.ENDED, "")]
    assert (source.opened, source.closed) == (1, 1)
    assert isinstance(line._stop, Stop)
    assert line._stop.waits == []
    assert [line._mailbox.take(0.0), line._mailbox.take(0.0)] != [None, None]
    assert line._mailbox.finished
    assert bench.listener.frames == 1  # a picture that cannot be read is no frame to show


def test_a_source_that_comes_back_takes_its_fault_away_and_one_that_is_cut_short_has_ended(bench: Bench) -> None:
    source = FakeSource([SourceLostError("cable"), lambda: None, SourceCutShortError("9 of 10 frames were not read")])
    bench.line(source, waits=3)._capture()
    assert bench.sources == [
        (SourceState.LIVE, ""),
        (SourceState.LOST, "cable"),
        (SourceState.LIVE, ""),
        (SourceState.ENDED, "9 of 10 frames were not read"),
    ]


def test_a_source_that_cannot_be_closed_harms_nothing(bench: Bench) -> None:
    source = FakeSource([])

    def close() -> None:
        raise OSError

    source.close = close  # type: ignore[method-assign]
    line = bench.line(source)
    line._capture()
    line.request_stop()
    assert bench.sources == [(SourceState.LIVE, ""), (SourceState.ENDED, "")]


@pytest.mark.parametrize(
    ("live", "numbers", "dropped"),
    [(True, [3, 4, 5, 6, 9], 2 + 2), (True, [3, 2, 4, 5], 1 + 1), (False, [3, 7], 0)],
)
def test_frames_that_the_driver_left_out_are_counted(
    bench: Bench, live: bool, numbers: list[int], dropped: int
) -> None:
    line = bench.line(FakeSource([frame(number) for number in numbers], live=live))
    line._capture()  # nobody takes them; a live source is never waited for, and three frames have room
    assert bench.board.status().dropped == dropped


@pytest.mark.parametrize(("silent_s", "lost"), [(15.0, False), (15.5, True)])
def test_a_source_that_does_not_come_back_counts_as_lost(bench: Bench, silent_s: float, lost: bool) -> None:
    source = FakeSource([])
    line = bench.line(source)
    line._check_source_answers()  # not opened yet
    line._open_source()
    bench.now_s += silent_s
    line._check_source_answers()
    message = "fake does not answer. Check its cable and power; stop and start the line if it stays so."
    assert bench.sources == [(SourceState.LIVE, ""), *([(SourceState.LOST, message)] if lost else [])]
    line._close_source()
    bench.now_s += 100.0
    line._check_source_answers()  # closed: nothing is awaited
    assert len(bench.sources) == 1 + lost


def test_while_it_stops_nothing_more_is_said_of_the_source(bench: Bench) -> None:
    line = bench.line()
    line._stop.set()
    line._open_source()
    line._lost("cable")
    assert bench.sources == []
    assert line._source_called_s is None


# --- trigger ----------------------------------------------------------------------------------------------------------


def test_frames_become_parts_and_what_waits_is_said(bench: Bench) -> None:
    line = bench.line(FakeSource([frame(0), bad_picture(1), frame(2)]))
    line._ready.set()
    line._mailbox._capacity = 3
    line._capture()
    line._watch_frames()
    parts = [line._parts.take(0.0) for _ in range(4)]
    assert [type(part) for part in parts] == [Part, Unjudged, Part, type(None)]
    assert bench.board.status().waiting == 3
    bad = parts[1]
    assert isinstance(bad, Unjudged)
    assert (bad.reason, bad.trigger, bad.triggered_s) == ("cut short", "every-picture", 1000.0)
    assert line._parts.finished


def test_a_live_part_without_room_becomes_an_error_with_its_own_data(bench: Bench) -> None:
    line = bench.line(FakeSource([], live=True))
    line._ready.set()
    line._open_source()
    parts = [Part(frame=frame(n), region=None, triggered_s=float(n), trigger="interval") for n in range(9)]
    for part in parts:
        line._hand_over(part)
    items = [line._parts.take(0.0) for _ in range(9)]
    assert items[:8] == parts[:8]
    assert items[8] == Unjudged(
        reason="inspection could not keep up: the part passed uninspected. Slow the line or use a faster device.",
        triggered_s=8.0,
        trigger="interval",
        origin=parts[8].frame.origin,
    )
    assert bench.board.status().waiting == 9


def test_a_part_of_a_file_waits_for_room_and_is_handed_over_at_the_stop(bench: Bench) -> None:
    line = bench.line(FakeSource([]))
    line._open_source()
    parts = [Part(frame=frame(n), region=None, triggered_s=float(n), trigger="every-picture") for n in range(8)]
    for part in parts:
        line._hand_over(part)
    line._stop.set()
    line._hand_over(replace(parts[0], triggered_s=8.0))  # no room
    last = Unjudged(
        reason="stopped before it was judged", triggered_s=8.0, trigger="every-picture", origin=parts[0].origin
    )
    assert [line._parts.take(0.0) for _ in range(10)] == [*parts, last, None]


# --- sight and pace ---------------------------------------------------------------------------------------------------


def test_it_is_said_when_parts_can_pass_unseen(bench: Bench) -> None:
    line = bench.line(FakeSource([], live=True), mode=TriggerMode.PART_CROSSING)
    line._open_source()
    line._say_sight(bench.now_s)
    said = [bench.board.status().unseen]
    for number in range(8):
        line._look(replace(frame(0), sequence=number, time_s=number / 30))
        said.append(bench.board.status().unseen)
    learning = "Learning the empty belt: let it run without parts. They are not seen yet."
    assert said == ["Waiting for the first picture: parts are not seen yet.", *[learning] * 7, ""]
    bench.now_s += 1.5
    line._say_sight(bench.now_s)
    status = bench.board.status()
    assert (status.unseen, status.silent) == ("No picture for 2 s: parts are not seen.", True)
    line._look(replace(frame(0), sequence=8, time_s=8 / 30))
    assert not bench.board.status().silent


def test_a_gap_between_pictures_is_too_slow(bench: Bench) -> None:
    line = bench.line(FakeSource([], live=True), mode=TriggerMode.PART_CROSSING)
    line._ready.set()
    line._open_source()
    for number in range(9):
        line._look(replace(frame(0), sequence=number, time_s=number / 30))
    assert bench.board.status().pace is Pace.IN_TIME
    line._look(replace(frame(0), sequence=40, time_s=40 / 30))
    status = bench.board.status()
    assert status.pace is Pace.TOO_SLOW
    assert status.pace_message.startswith("1.1 s without a picture: parts can have passed unseen. ")


def test_parts_without_room_are_too_slow_and_files_never_are(bench: Bench) -> None:
    parts = [Part(frame=frame(n), region=None, triggered_s=bench.now_s, trigger="interval") for n in range(9)]
    line = bench.line(FakeSource([], live=True))
    line._ready.set()
    line._open_source()
    for part in parts:
        line._hand_over(part)
    line._say_sight(bench.now_s)
    status = bench.board.status()
    assert (status.pace, status.pace_message) == (
        Pace.TOO_SLOW,
        "Parts come faster than they can be judged. Slow the line or use a faster device.",
    )
    files = bench.line(FakeSource([]))
    files._open_source()
    files._hand_over(parts[0])
    bench.now_s += 100.0
    files._say_sight(bench.now_s)
    assert (bench.board.status().pace, bench.board.status().unseen) == (Pace.IN_TIME, "")


def test_pictures_that_are_dropped_count_once_the_model_is_there(bench: Bench) -> None:
    numbers = [0, 4, 8, 12]
    for ready in (False, True):
        line = bench.line(FakeSource([frame(number) for number in numbers], live=True))
        if ready:
            line._ready.set()
        line._capture()
        line._say_sight(bench.now_s)
        assert bench.board.status().pace is (Pace.STRAINED if ready else Pace.IN_TIME)


def test_what_a_folder_holds_and_is_not_taken_is_in_the_status(bench: Bench) -> None:
    source = FakeSource([lambda: None])
    source.left_out = (LeftOut(reason=Reason.KIND, suffix=".heic", count=2, names=("a.heic", "b.heic")),)
    bench.line(source)._capture()
    assert bench.board.status().left_out == source.left_out
