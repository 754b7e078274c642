"""What parts that did not pass set off, as a table and in any order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.domain.fail_watch import FailWatch
from inspector.domain.failing import AlarmKind, FailAction, FailConfig, Failing, Latch
from inspector.domain.records import Decision, Inspection, Latencies, Thresholds, Verdict

LETTERS = {"P": Verdict.PASS, "F": Verdict.FAIL, "R": Verdict.REVIEW, "E": Verdict.ERROR}
BEGUN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
TIMES = Latencies(
    trigger_ms=0,
    wait_ms=0,
    preprocess_ms=None,
    inference_ms=None,
    quality_ms=None,
    decision_ms=None,
    archive_ms=None,
    total_ms=0,
)


def part(number: int, letter: str, **changes: Any) -> Inspection:
    decision = Decision(verdict=LETTERS[letter], reason="", p_defective=None, thresholds=Thresholds(fail_at=0.5))
    whole = Inspection(
        id=f"{number}",
        time_utc=BEGUN + timedelta(seconds=number),
        station="S",
        recipe="R",
        recipe_version=1,
        lot="",
        part_number=number,
        source="fake",
        source_path=None,
        file_key="",
        trigger="interval",
        decision=decision,
        classes=None,
        probabilities=(),
        model=None,
        software_version="0",
        latencies=TIMES,
        picture=None,
        image_not_saved="",
    )
    return replace(whole, **changes)


class Line:
    """A watch, and the numbers of the parts after which the line was to stop."""

    def __init__(self, **config: Any) -> None:
        self.watch, self.number, self.stops = FailWatch(), 0, list[int]()
        self.watch.begin(FailConfig(**config))

    def run(self, letters: str, **changes: Any) -> Failing:
        for letter in letters:
            self.number += 1
            if self.watch.see(part(self.number, letter, **changes)):
                self.stops.append(self.number)
        return self.watch.state

    @property
    def figures(self) -> list[tuple[str, int, int]]:
        """Kind, count and times of each alarm."""
        return [(alarm.kind.value, alarm.count, alarm.times) for alarm in self.watch.state.alarms]


def test_nothing_is_set_off_unless_a_recipe_wants_it() -> None:
    assert Line().run("FREFRE" * 50) == Failing()


@pytest.mark.parametrize(
    ("latch", "letters", "held", "more"),
    [
        (Latch.OFF, "PFRE", 0, 0),
        (Latch.FAIL, "PREP", 0, 0),
        (Latch.FAIL, "PREFPFR", 4, 1),
        (Latch.NOT_PASSED, "PRPPEF", 2, 2),
        (Latch.NOT_PASSED, "E", 1, 0),
    ],
)
def test_the_first_part_is_held_and_those_after_it_are_counted(
    latch: Latch, letters: str, held: int, more: int
) -> None:
    state = Line(latch=latch).run(letters)
    assert ((state.held.part_number, state.held.more) if state.held else (0, 0)) == (held, more)
    assert bool(state.no_trigger) is bool(held)


@pytest.mark.parametrize(
    ("letters", "alarms", "stops"),
    [
        ("FFPFF", [], []),
        ("FRE", [("in a row", 3, 1)], [3]),
        ("FREFF", [("in a row", 5, 1)], [3, 4, 5]),
        ("FREPPF", [("in a row", 3, 1)], [3]),
        ("FREPFFFF", [("in a row", 4, 2)], [3, 7, 8]),
    ],
)
def test_failures_in_a_row(letters: str, alarms: list[tuple[str, int, int]], stops: list[int]) -> None:
    line = Line(in_a_row=3, in_a_row_does=FailAction.STOP)
    line.run(letters)
    assert (line.figures, line.stops) == (alarms, stops)
    quiet = Line(in_a_row=3)
    quiet.run(letters)
    assert (quiet.figures, quiet.stops) == (alarms, [])


@pytest.mark.parametrize(
    ("letters", "alarms"),
    [
        ("FFFF", []),  # not before so many have come
        ("PPPPF", []),  # 80 % is not below 80 %
        ("PPPFF", [("yield", 3, 1)]),
        ("PPPRE", [("yield", 3, 1)]),
        ("PPPPPPFPF", [("yield", 3, 1)]),
        ("PPPFFFFFF", [("yield", 3, 1)]),  # counted anew
        ("PPPFFFFFFF", [("yield", 0, 2)]),
    ],
)
def test_the_yield_over_the_last_parts(letters: str, alarms: list[tuple[str, int, int]]) -> None:
    line = Line(yield_below=80, yield_over=5, yield_does=FailAction.STOP)
    line.run(letters)
    assert line.figures == alarms
    assert bool(line.stops) is bool(alarms)


def test_an_alarm_says_what_how_many_and_since_when() -> None:
    state = Line(in_a_row=3, yield_below=90, yield_over=4, yield_does=FailAction.STOP, latch=Latch.FAIL).run("PFFF")
    at = [f"{(BEGUN + timedelta(seconds=second)).astimezone():%H:%M:%S}" for second in range(5)]
    assert state.words == (
        f"the line was stopped: yield 25.0 %, below 90 %: 1 of the last 4 parts passed, at {at[4]}",
        f"3 parts in a row did not pass, since {at[2]}",
        f"part 2 is held: FAIL at {at[2]}; 2 further parts did not pass since",
    )
    assert state.stopped == state.words[0]


def test_only_what_was_seen_is_acknowledged() -> None:
    line = Line(in_a_row=2, latch=Latch.FAIL)
    seen = line.run("F").newest
    line.run("F")
    assert [words.split(" is ")[0] for words in line.watch.acknowledge(seen)] == ["part 1"]
    assert (line.watch.state.held, line.figures) == (None, [("in a row", 2, 1)])
    line.watch.acknowledge(line.watch.state.newest)
    assert line.run("F").held is not None
    assert line.figures == []  # counted anew
    line.run("F")
    assert line.figures == [("in a row", 2, 1)]


def test_one_that_came_again_after_it_was_seen_is_not_acknowledged() -> None:
    line = Line(in_a_row=2)
    seen = line.run("FF").newest
    line.run("PFF")
    assert line.watch.acknowledge(seen) == ()
    assert line.figures == [("in a row", 2, 2)]


@pytest.mark.parametrize("changes", [{"lot": "B"}, {"recipe": "Q"}])
def test_another_lot_or_recipe_is_counted_anew_and_what_waits_goes_on_waiting(changes: dict[str, str]) -> None:
    line = Line(in_a_row=3, yield_below=50, yield_over=4)
    line.run("FF")
    assert line.run("FF", **changes) == Failing()
    line.run("F", **changes)
    assert line.figures == [("in a row", 3, 1)]
    line.run("P")
    assert line.figures == [("in a row", 3, 1)]


def test_a_start_counts_anew_and_what_waits_goes_on_waiting() -> None:
    line = Line(in_a_row=3, latch=Latch.FAIL)
    line.run("FF")
    line.watch.begin(FailConfig(in_a_row=3))
    state = line.run("FF")
    assert (state.alarms, state.held is not None) == ((), True)


@pytest.mark.parametrize("value", [{"in_a_row": -1}, {"yield_below": 100.1}, {"yield_over": 0}])
def test_values_out_of_range_are_refused(value: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be between"):
        FailConfig(**value)


@given(
    letters=st.text("PFRE", max_size=60),
    in_a_row=st.integers(0, 6),
    below=st.floats(0, 100),
    over=st.integers(1, 8),
    latch=st.sampled_from(Latch),
    acknowledged=st.sets(st.integers(1, 60)),
)
def test_in_any_order(
    letters: str, in_a_row: int, below: float, over: int, latch: Latch, acknowledged: set[int]
) -> None:
    """What must be so after each part, counted here in the plainest way."""
    line = Line(in_a_row=in_a_row, yield_below=below, yield_over=over, latch=latch, in_a_row_does=FailAction.STOP)
    row, last, held = 0, list[bool](), 0
    rows = yields = 0
    for number, letter in enumerate(letters, start=1):
        before = line.watch.state
        state = line.run(letter)
        row = 0 if letter == "P" else row + 1
        last = [*last, letter == "P"][-over:]
        low = below > 0 and len(last) == over and 100 * sum(last) < below * over
        rows += bool(in_a_row and row == in_a_row)
        yields += low
        last = [] if low else last
        held = held or (number if latch.holds(LETTERS[letter]) else 0)
        times = {alarm.kind: alarm.times for alarm in state.alarms}
        assert times.get(AlarmKind.IN_A_ROW, 0) == rows
        assert times.get(AlarmKind.YIELD, 0) == yields
        assert (state.held.part_number if state.held else 0) == held
        assert (number in line.stops) is bool(in_a_row and row >= in_a_row)
        assert state.newest >= before.newest
        assert len(state.words) == bool(rows) + bool(yields) + bool(held)
        if number in acknowledged:
            line.watch.acknowledge(state.newest)
            assert not line.watch.state.waits
            row, rows = (0 if rows else row), 0
            last, yields, held = ([] if yields else last), 0, 0


def test_an_alarm_of_causes_says_the_first_and_the_newest_until_it_is_acknowledged() -> None:
    watch = FailWatch()
    for number, what in enumerate(("lamp", "lens", "fixture", "process"), 1):
        watch.warn(BEGUN, f"the {what} has changed", number)
    (words,) = watch.state.words
    assert [words.count(f"the {what} has changed") for what in ("lamp", "lens", "fixture", "process")] == [1, 0, 0, 1]
    watch.acknowledge(watch.state.newest)
    watch.warn(BEGUN, "the lens has changed", 5)
    watch.warn(BEGUN, "the lamp has changed", 6)
    (words,) = watch.state.words
    assert words.startswith("the lens has changed")
    assert "process" not in words
