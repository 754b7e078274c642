"""What is recorded arrives in the database: once, whole, in spite of what cannot be taken."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import Self

import pytest

from inspector.domain.records import Verdict
from inspector.domain.review import Judgement
from inspector.fleet import database
from inspector.fleet.columns import columns_of
from inspector.fleet.faults import FleetError
from inspector.fleet.pusher import Forwarder
from inspector.fleet.status import faults_of
from inspector.outputs.outbox import RowKind
from inspector.outputs.reviews import ReviewLog
from inspector.outputs.rows import to_row
from tests.fleet.server import PASSWORD, SENDER
from tests.fleet.stations import FleetBench
from tests.outputs.by_hand import by_hand
from tests.outputs.samples import START, inspection
from tests.review.parts import said
from tests.waits import WAIT_S, until


def test_parts_and_reviews_arrive_with_all_their_columns(bench: FleetBench) -> None:
    part, failed = bench.add(1)[0], bench.add(1, Verdict.FAIL)[0]
    odd = replace(inspection(3), lot="Ünal 😀", source_path="/a\\b'\";--", probabilities=(0.1 + 0.2, 1e-300))
    bench.log.append(odd)
    review = said(failed.id, Judgement.DEFECTIVE, defect_type="dirt")
    ReviewLog(bench.log.path).add(review)
    assert bench.send() == 4
    names = [name for name in columns_of(RowKind.PART) if name != "time"]
    rows = bench.rows(f"SELECT time, {', '.join(names)} FROM inspector.results ORDER BY part_number")
    for row, sent in zip(rows, (part, failed, odd), strict=True):
        wanted = to_row(sent)
        assert row[0] == sent.time_utc
        got = dict(zip(names, row[1:], strict=True))
        assert got["class_names"] == list(sent.classes.names if sent.classes else ())
        assert got["probabilities"] == list(sent.probabilities)
        for name in set(names) - {"class_names", "probabilities"}:
            assert got[name] == wanted[name], name
    (stored,) = bench.rows("SELECT id, inspection_id, judgement, reviewer, defect_type, blind FROM inspector.reviews")
    assert stored == (review.id, failed.id, "defective", "Ada", "dirt", False)
    assert bench.send() == 0
    assert bench.status().waiting == 0


def test_the_database_has_a_column_for_each_of_the_log_and_no_more(bench: FleetBench) -> None:
    own = {"station_key", "received"}
    for kind, table in ((RowKind.PART, "results"), (RowKind.REVIEW, "reviews")):
        there = bench.rows(
            "SELECT column_name FROM information_schema.columns "
            f"WHERE table_schema = 'inspector' AND table_name = '{table}'"
        )
        assert {name for (name,) in there} == set(columns_of(kind)) | own


def test_a_row_that_is_sent_again_is_there_once(bench: FleetBench) -> None:
    parts = bench.add(3)
    bench.send()
    assert bench.outbox.add_all() == 3
    bench.add(2)
    assert bench.send() == 5
    ids = bench.ids()
    assert len(ids) == len(set(ids)) == 5
    assert ids[:3] == [part.id for part in parts]


def test_what_was_recorded_before_arrives_where_it_is_asked_for(bench: FleetBench) -> None:
    bench.outbox.unsubscribe()
    early = bench.add(2)
    bench.outbox.subscribe()
    late = bench.add(1)
    bench.send()
    assert bench.ids() == [late[0].id]
    bench.outbox.add_all()
    bench.send()
    assert bench.ids() == [part.id for part in (*early, *late)]


def test_what_can_never_be_taken_is_set_aside_and_the_rest_arrives(bench: FleetBench) -> None:
    parts = bench.add(30)
    with by_hand(bench.log.path) as spoilt:
        for number, change in {
            4: "reason = 'a' || char(0) || 'b'",
            9: "lot = CAST(x'4cff' AS TEXT)",
            15: "time_utc = 'yesterday'",
            20: "verdict = 'MAYBE'",
            21: "part_number = 1.5",
            26: "probabilities = '[1,'",
        }.items():
            spoilt.execute(f"UPDATE inspections SET {change} WHERE id = ?", (parts[number].id,))
        spoilt.commit()
    assert bench.send() == 24
    bad = [4, 9, 15, 20, 21, 26]
    assert bench.ids() == [part.id for number, part in enumerate(parts) if number not in bad]
    aside = {row.row_id: row.why for row in bench.outbox.set_aside()}
    assert set(aside) == {parts[number].id for number in bad}
    assert "a_verdict" in aside[parts[20].id]
    assert all(aside.values())
    status = bench.status()
    assert (status.set_aside, status.waiting) == (6, 0)
    assert any("refuses 6 rows for good" in fault for fault in faults_of(status))


def test_what_was_set_aside_is_tried_again_and_arrives_once_the_database_lets_it(bench: FleetBench) -> None:
    bench.rows("ALTER TABLE inspector.results ADD CONSTRAINT small CHECK (part_number < 3)")
    parts = bench.add(4)
    assert bench.send() == 2
    assert len(bench.outbox.set_aside()) == 2
    assert bench.send() == 0
    assert len(bench.outbox.set_aside()) == 2
    bench.rows("ALTER TABLE inspector.results DROP CONSTRAINT small")
    assert bench.send() == 2
    assert bench.outbox.set_aside() == []
    assert bench.ids() == [part.id for part in parts]


def test_a_row_that_is_gone_from_the_log_is_set_aside(bench: FleetBench) -> None:
    parts = bench.add(2)
    with by_hand(bench.log.path) as spoilt:
        spoilt.execute("DELETE FROM inspections WHERE id = ?", (parts[0].id,))
        spoilt.commit()
    assert bench.send() == 1
    assert [row.why for row in bench.outbox.set_aside()] == ["it is no longer in the log"]


def test_it_goes_on_when_the_server_comes_back(bench: FleetBench) -> None:
    stop = threading.Event()
    forwarder = Forwarder(bench.home.root, bench.home.log, bench.settings)
    thread = threading.Thread(target=forwarder.run, args=(stop,))
    first = bench.add(2)
    thread.start()
    try:
        until(lambda: bench.ids() == [part.id for part in first])
        bench.server.kill()
        second = bench.add(3)
        until(lambda: bench.status().error and bench.status().waiting == 3)
        status = bench.status()
        assert status.waiting_since_utc == second[0].time_utc
        assert status.error_since_utc is not None
        assert any("3 rows wait since" in fault for fault in faults_of(status))
        bench.server.start()
        until(lambda: len(bench.ids()) == 5)
        until(lambda: not bench.status().error)
        assert bench.ids() == [part.id for part in (*first, *second)]
    finally:
        bench.server.start()
        stop.set()
        thread.join(WAIT_S)
    assert not thread.is_alive()
    assert not bench.status().running


def test_it_ends_when_no_database_is_set_any_more(bench: FleetBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.fleet.pusher._REPORT_EVERY_S", 0.0)
    forwarder = Forwarder(bench.home.root, bench.home.log, bench.settings)
    thread = threading.Thread(target=forwarder.run, args=(threading.Event(),))
    thread.start()
    until(lambda: bench.rows("SELECT heard FROM inspector.stations"))
    bench.set(forward_to="")
    thread.join(WAIT_S)
    assert not thread.is_alive()


def test_an_account_that_may_only_send_is_enough(bench: FleetBench) -> None:
    bench.set(forward_to=bench.server.address(bench.database, user=SENDER, password=PASSWORD, tcp=True))
    bench.add(1)
    assert bench.send() == 1


def test_the_station_says_how_it_is_doing_and_how_wrong_its_clock_is(
    bench: FleetBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.add(1)
    bench.send()
    (row,) = bench.rows(
        "SELECT name, waiting, set_aside, abs(clock_ahead_s) < 5, now() - heard < '1 min' FROM inspector.stations"
    )
    assert row == ("Press 1", 0, 0, True, True)
    assert faults_of(bench.status()) == []
    status = bench.status().model_copy(update={"clock_ahead_s": -90000.0})
    assert [fault for fault in faults_of(status) if "1.0 days behind the database's" in fault]


@pytest.mark.parametrize(("days", "words"), [(1.5, "1.5 days ahead of"), (-1.5, "1.5 days behind")])
def test_with_a_clock_that_is_wrong_by_a_day_rows_arrive_and_it_is_said(
    bench: FleetBench, monkeypatch: pytest.MonkeyPatch, days: float, words: str
) -> None:
    class WrongClock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) + timedelta(days=days)

    monkeypatch.setattr(database, "datetime", WrongClock)
    bench.add(2)
    assert bench.send() == 2
    assert bench.rows("SELECT now() - received < '1 min' FROM inspector.results") == [(True,), (True,)]
    (fault,) = faults_of(bench.status())
    assert f"clock is {words} the database's" in fault
    assert fault.endswith("Set the clock, or have it set by the network (NTP).")


def test_yields_are_counted_by_station_and_day(bench: FleetBench) -> None:
    bench.add(3)
    bench.add(1, Verdict.FAIL)
    bench.send()
    rows = bench.rows("SELECT lot, day_utc, inspected, passed, failed, first_pass_yield FROM inspector.yields_by_day")
    assert rows == [("L1", START.date(), 4, 3, 1, 0.75)]


def test_a_name_that_another_station_has_is_said_and_nothing_is_mixed(bench: FleetBench) -> None:
    bench.send()
    (bench.home.root / "fleet.json").unlink()  # as another station
    bench.add(1)
    with pytest.raises(FleetError, match="another station of the database is called “Press 1” too"):
        bench.send()
    assert bench.ids() == []
    bench.set(station="Press 2")
    assert bench.send() == 1
    assert bench.rows("SELECT name FROM inspector.stations ORDER BY name") == [("Press 1",), ("Press 2",)]


def test_a_computer_whose_disk_was_copied_is_noticed(bench: FleetBench) -> None:
    bench.send()
    bench.rows("UPDATE inspector.stations SET host = 'twin' RETURNING 1")
    bench.send()
    assert any(
        "The computer twin sends to the database as this station too" in said for said in faults_of(bench.status())
    )
