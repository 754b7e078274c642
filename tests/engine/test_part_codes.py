"""The code on a part is read beside its inspection: its serial number stands in the row, and nothing waits for longer."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from inspector.domain.config import TriggerConfig
from inspector.domain.part_code import CodeConfig, CodeKinds, WhenUnread
from inspector.domain.records import Box, Frame, Part, Thresholds
from inspector.engine.inspect import Judged, not_judged
from inspector.engine.part_codes import CodeReader
from inspector.engine.status import RunState
from inspector.recipes.recipe import Recipe
from tests.engine.conftest import Rig
from tests.engine.fakes import FakeSource, frame
from tests.pictures.drawn_codes import code, scene
from tests.waits import until

JUDGED = not_judged("none", Thresholds(fail_at=0.5))
READ = CodeConfig(kinds=CodeKinds.DATA_MATRIX, budget_ms=2000)


def recipe(code: CodeConfig = READ, region: Box | None = None) -> Recipe:
    return Recipe(
        name="R",
        source="folder:/f",
        model="fake",
        trigger=TriggerConfig(interval_s=0.01),
        code=code,
        code_region=region,
    )


def showing(number: int, *texts: str, **options: Any) -> Frame:
    """A frame with codes; its grey tells the fake classifier that the part is good."""
    picture = scene(*(code(text) for text in texts), **options)
    picture.setflags(write=False)
    return replace(frame(number), image=picture)


def part(of: Frame, serial: str = "") -> Part:
    return Part(frame=of, region=None, triggered_s=time.perf_counter(), trigger="manual", part_serial=serial)


def test_the_serial_number_stands_in_the_row(rig: Rig) -> None:
    source = FakeSource([showing(0, "SN-0001"), showing(1, "SN-0002", angle=33), showing(2, "SN-0003", blur=1)])
    rig.run(source, recipe=recipe())
    assert [row.part_serial for row in rig.log.committed] == ["SN-0001", "SN-0002", "SN-0003"]
    assert "ERROR" not in {row.decision.verdict.value for row in rig.log.committed}


def test_it_is_off_unless_a_recipe_wants_it(rig: Rig) -> None:
    rig.run(FakeSource([showing(0, "SN-0001")]))
    assert [row.part_serial for row in rig.log.committed] == [""]
    assert Recipe(name="R", source="folder:/f", model="m").code.kinds is CodeKinds.OFF


def test_a_part_without_a_code_is_what_the_recipe_says(rig: Rig) -> None:
    frames = [showing(0), showing(1, "SN-1", "SN-2"), showing(2, "SN-3")]
    rig.run(FakeSource(frames), recipe=recipe())
    rows = rig.log.committed
    assert [row.decision.verdict.value == "ERROR" for row in rows] == [True, True, False]
    assert rows[0].decision.reason.startswith("no code was read; it would have been ")
    assert rows[1].decision.reason.startswith("2 different codes were read: ")
    assert [row.part_serial for row in rows] == ["", "", "SN-3"]


def test_a_part_without_a_code_may_be_judged_all_the_same(rig: Rig) -> None:
    wanted = CodeConfig(kinds=CodeKinds.EITHER, unread=WhenUnread.NO_SERIAL, budget_ms=2000)
    rig.run(FakeSource([showing(0)]), recipe=recipe(wanted))
    (row,) = rig.log.committed
    assert (row.decision.verdict.value != "ERROR", row.part_serial) == (True, "")
    assert row.decision.reason.endswith("no code was read")


def test_only_its_place_is_searched(rig: Rig) -> None:
    left = Box(x=0, y=0, width=200, height=300)
    rig.run(FakeSource([showing(0, "SN-1", "SN-2")]), recipe=recipe(region=left))
    assert [row.part_serial for row in rig.log.committed] == ["SN-1"]


def test_a_place_outside_of_the_picture_is_said(rig: Rig) -> None:
    rig.run(FakeSource([showing(0, "SN-1")]), recipe=recipe(region=Box(x=350, y=0, width=200, height=300)))
    (row,) = rig.log.committed
    assert "reaches outside the 400×300 picture" in row.decision.reason


class Slow:
    """Reads when it is let, and says what it was asked."""

    def __init__(self) -> None:
        self.go_on, self.asked = threading.Event(), 0

    def __call__(self, image: Any, _: CodeKinds) -> tuple[str, ...]:
        if image.shape == (8, 8):
            return ()  # when the line starts
        self.asked += 1
        self.go_on.wait()
        return (f"SN-{self.asked}",)


def finished(reader: CodeReader, of: Part, *, patient: bool = False) -> tuple[str, Judged]:
    reading = reader.begin(of)
    assert reading is not None
    return reader.finish(reading, JUDGED, patient=patient)


def test_a_code_that_takes_too_long_holds_up_nothing_but_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    slow, good = Slow(), replace(JUDGED.decision)
    wanted = CodeConfig(kinds=CodeKinds.QR, budget_ms=30, unread=WhenUnread.NO_SERIAL)
    reader = CodeReader(recipe(wanted), slow)
    first, second = part(frame(0)), part(frame(1))
    begun_s = time.perf_counter()
    reading = reader.begin(first)
    assert reading is not None
    until(lambda: slow.asked)
    busy = reader.begin(second)
    assert busy is not None
    judged = replace(JUDGED, decision=replace(good, verdict=good.verdict.PASS, reason=""))
    assert reader.finish(busy, judged, patient=False)[1].decision.reason == (
        "no code was read: that of an earlier part is still being looked for"
    )
    serial, said = reader.finish(reading, judged, patient=False)
    assert time.perf_counter() - begun_s > 0.03
    assert (serial, said.decision.reason) == ("", "no code was read within 30 ms")
    slow.go_on.set()
    until(lambda: finished(reader, part(frame(2)), patient=True)[0] == f"SN-{slow.asked}")
    reader.close()
    until(lambda: not any(thread.name == "code" for thread in threading.enumerate()))


def test_a_reader_that_breaks_is_said_and_reads_the_next_part() -> None:
    def broken(image: Any, _: CodeKinds) -> tuple[str, ...]:
        if image.shape != (8, 8):
            raise RuntimeError("of no use")
        return ()

    reader = CodeReader(recipe(replace(READ, unread=WhenUnread.ERROR)), broken)
    judged = replace(JUDGED, decision=replace(JUDGED.decision, verdict=JUDGED.decision.verdict.PASS, reason=""))
    for number in range(2):
        reading = reader.begin(part(frame(number)))
        assert reading is not None
        assert "no code was read: " in reader.finish(reading, judged, patient=True)[1].decision.reason
    reader.close()


def test_what_the_line_says_must_be_what_the_part_says() -> None:
    reader = CodeReader(recipe())
    for said, same in (("SN-1", True), ("SN-2", False)):
        reading = reader.begin(part(showing(0, "SN-1"), said))
        assert reading is not None
        judged = replace(JUDGED, decision=replace(JUDGED.decision, verdict=JUDGED.decision.verdict.PASS, reason=""))
        serial, judged = reader.finish(reading, judged, patient=True)
        assert (serial, judged.decision.verdict.value == "PASS") == (said, same)
    reader.close()


def test_without_the_library_the_line_does_not_start(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    rig.run(FakeSource([showing(0, "SN-1")]), recipe=recipe())
    assert rig.log.committed == []
    status = rig.engine.status()
    assert (status.state, "inspector-station[line]" in status.fault) == (RunState.FAULT, True)


def test_no_thread_reads_where_nothing_is_to_be_read() -> None:
    reader = CodeReader(recipe(CodeConfig()))
    assert reader.begin(part(frame(0))) is None
    until(lambda: not any(thread.name == "code" for thread in threading.enumerate()))  # of the tests before
    reader.close()
