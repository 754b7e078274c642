"""What takes the time of a line that is too slow, and what helps: for each stage, and for each kind of trouble."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.engine.board import Board
from inspector.engine.pace import PaceWatch
from inspector.engine.slowness import Slowness, Trouble, what_takes_the_time
from inspector.engine.stages import Stage

UNKNOWN = "Slow the line or use a faster device."
OTHERS = "Slow the line. Other programs take most of the processor: end them."


def row(**times_ms: float) -> tuple[float | None, ...]:
    """A part's times; what is not named took 1 ms."""
    assert set(times_ms) <= {stage.name for stage in Stage}
    return tuple(times_ms.get(stage.name, 1.0) for stage in Stage)


@pytest.mark.parametrize(
    ("slow", "words"),
    [
        (
            "TRIGGER",
            "Preparing the picture takes most of it (0.50 s a part): choose a smaller region or smaller pictures.",
        ),
        ("PREPROCESS", "Preparing the picture takes most of it (0.50 s a part): choose a smaller region or smaller "),
        ("INFERENCE", "The model takes most of it (0.50 s a part): use a faster device or precision."),
        ("ARCHIVE", "Writing to the disk takes most of it (0.50 s a part): keep fewer pictures, or use a faster disk."),
        ("COMMIT", "Writing to the disk takes most of it (0.50 s a part): keep fewer pictures, or use a faster disk."),
        (
            "DECISION",
            "Waiting for the processor takes most of it (0.50 s a part): end other programs, or use a faster ",
        ),
    ],
)
def test_the_slowest_stage_is_named_with_what_helps(slow: str, words: str) -> None:
    said = what_takes_the_time([row(**{slow: 499.0})] * 3)
    assert said.startswith(f"Slow the line. {words}")


def test_who_waits_for_the_parts_before_it_waits_for_what_they_take() -> None:
    said = what_takes_the_time([row(INFERENCE=400.0, WAIT=3000.0)])
    assert said.startswith("Slow the line. The model takes most of it (0.40 s a part)")


def test_who_waits_longer_than_the_parts_before_it_take_waits_for_the_processor() -> None:
    said = what_takes_the_time([row(INFERENCE=20.0, WAIT=3000.0)])
    assert said.startswith("Slow the line. Waiting for the processor takes most of it (3.00 s a part)")


def test_parts_that_nobody_looked_at_say_nothing() -> None:
    nothing: tuple[float | None, ...] = (None,) * len(Stage)
    assert what_takes_the_time([]) == what_takes_the_time([nothing]) == UNKNOWN
    assert "The model" in what_takes_the_time([nothing, row(INFERENCE=100.0)])
    assert what_takes_the_time([row(INFERENCE=20.0, VERDICT=2000.0)]) == UNKNOWN  # it went between the stages


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, float, float]]:
    """What is read in turn: the time, the work for all and for this program, in seconds; of two processors."""
    read: list[tuple[float, float, float]] = []
    monkeypatch.setattr(Slowness, "_read", lambda _: read.pop(0))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    return read


@pytest.mark.parametrize(
    ("work_s", "own_s", "said"), [(3.9, 1.0, OTHERS), (3.9, 2.0, UNKNOWN), (2.0, 0.0, OTHERS), (1.9, 0.0, UNKNOWN)]
)
def test_other_programs_are_named_where_they_take_half_of_the_processor(
    readings: list[tuple[float, float, float]], work_s: float, own_s: float, said: str
) -> None:
    readings += [(10.0, 100.0, 50.0), (12.0, 100.0 + work_s, 50.0 + own_s)]
    slowness = Slowness(Board())
    assert slowness.advice(Trouble.LATE) == UNKNOWN
    slowness.look()
    assert slowness.advice(Trouble.LATE) == said


def test_less_than_a_second_says_nothing_of_others(readings: list[tuple[float, float, float]]) -> None:
    readings += [(10.0, 0.0, 0.0), (10.9, 1.8, 0.0), (11.0, 2.0, 0.0)]
    slowness = Slowness(Board())
    slowness.look()
    assert slowness.advice(Trouble.LATE) == UNKNOWN
    slowness.look()
    assert slowness.advice(Trouble.LATE) == OTHERS
    assert slowness.advice(Trouble.MEMORY) == "Close other programs, or use a smaller model."


def test_this_program_is_no_other_one() -> None:
    slowness = Slowness(Board())
    now, work_s, own_s = slowness._read()
    assert now > 0
    assert work_s >= own_s > 0


def test_few_pictures_are_the_source_s_or_the_lines_own() -> None:
    asked: list[Trouble] = []
    helps: Callable[[Trouble], str] = lambda trouble: asked.append(trouble) or "Help."  # type: ignore[func-returns-value]  # noqa: E731
    pace = PaceWatch(TriggerConfig(mode=TriggerMode.PART_CROSSING), helps)
    pace.live = True
    for now_s, dropped in ((10.0, 0), (20.0, 3)):
        pace.frame(now_s, dropped)
        pace.missed(now_s, "0.9 s without a picture", Trouble.SPARSE)
        assert pace.state(now_s)[1] == "0.9 s without a picture. Help."
    assert asked == [Trouble.SPARSE, Trouble.SKIPPED]
    board = Slowness(Board())
    assert "check the camera's rate, its cable and the network" in board.advice(Trouble.SPARSE)
    assert "faster than they are looked at" in board.advice(Trouble.SKIPPED)
