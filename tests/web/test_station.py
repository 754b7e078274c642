"""The board, the results, one part; as pages and as JSON."""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from inspector import assembly
from inspector.domain.records import Verdict, ViewRecord
from inspector.fleet.status import PictureStatus, status_path
from inspector.mqtt.status import PublishStatus, publish_path
from inspector.outputs.pulse import LinePulse, pulse_path, write_pulse
from inspector.outputs.result_log import SqliteResultLog
from inspector.paths import Home
from inspector.pictures import decode_picture
from inspector.sending.status import write_status
from inspector.settings import Settings
from inspector.web.access import Access
from inspector.web.station import StationView
from tests.fleet.sender import said
from tests.outputs.pulses import pulse
from tests.outputs.samples import START, inspection
from tests.web.conftest import Site, fill, make_site

NOW = START + timedelta(seconds=30)


def board_of(home: Home, now: datetime, said: LinePulse | None) -> tuple[str, bool, str]:
    if said is not None:
        write_pulse(pulse_path(home.log), said)
    view = StationView(assembly.places(home, Settings()), Settings, lambda: now)
    try:
        board = view.board()
    finally:
        view.close()
    return board.face, board.faulty, board.words


def add(home: Home, verdict: Verdict) -> None:
    log = SqliteResultLog(home.log)
    log.append(inspection(20, verdict))
    log.close()


def test_the_last_verdict_is_shown_while_the_line_is_well_and_it_is_fresh(home: Home) -> None:
    fill(home)
    add(home, Verdict.FAIL)
    assert board_of(home, NOW, pulse()) == ("FAIL", False, "")
    later = NOW + timedelta(minutes=2)
    assert board_of(home, later, pulse(time_utc=later))[0] == "READY"
    begun = pulse(begun_utc=NOW)  # of another run of the line: its part is none of this run
    assert board_of(home, NOW, begun)[0] == "READY"


def test_a_board_that_does_not_hear_the_station_never_shows_a_verdict(home: Home) -> None:
    fill(home)
    add(home, Verdict.PASS)
    assert board_of(home, NOW, None)[:2] == ("NOT HEARD", True)
    face, faulty, words = board_of(home, NOW + timedelta(seconds=6), pulse())
    assert (face, faulty) == ("STALE", True)
    assert "nobody knows" in words
    assert board_of(home, NOW - timedelta(days=1), pulse())[0] == "STALE"  # a clock that is wrong by a day


def test_a_fault_of_the_line_is_shown_instead_of_the_last_verdict(home: Home) -> None:
    fill(home)
    add(home, Verdict.PASS)
    said = pulse(face="NOT RECORDED", faulty=True, faults=("the disk is full",))
    assert board_of(home, NOW, said) == ("NOT RECORDED", True, "the disk is full")
    assert board_of(home, NOW, pulse(face="STOPPED", running=False))[:2] == ("STOPPED", False)


def test_without_a_log_the_board_says_so(home: Home) -> None:
    face, faulty, words = board_of(home, NOW, None)
    assert (face, faulty) == ("NOT HEARD", True)
    assert "no result log" in words


def test_health_is_503_unless_the_line_can_be_trusted(site: Site) -> None:
    answer = site.client.get("/api/health")
    assert (answer.status_code, answer.json()["ok"]) == (503, False)
    write_pulse(pulse_path(site.home.log), pulse(time_utc=datetime.now(UTC)))
    answer = site.client.get("/api/health")
    assert (answer.status_code, answer.json()["ok"]) == (200, True)


def test_results_are_filtered_counted_and_paged(site: Site) -> None:
    get = site.client.get
    whole = get("/api/results").json()
    assert [part["part_number"] for part in whole["parts"]] == [5, 4, 3, 2, 1]
    assert (whole["counts"]["inspected"], whole["counts"]["pass"], whole["counts"]["yield"]) == (5, 2, 0.4)
    assert whole["older"] is None
    bad = get("/api/results", params={"verdict": ["FAIL", "REVIEW"]}).json()
    assert [part["verdict"] for part in bad["parts"]] == ["REVIEW", "FAIL"]
    assert bad["counts"]["inspected"] == 2
    numbers: list[int] = []
    before: str | None = ""
    for _ in range(3):
        page = get("/api/results", params={"limit": 2, "before": before}).json()
        numbers += [part["part_number"] for part in page["parts"]]
        assert page["counts"]["inspected"] == 5
        before = page["older"]
    assert (numbers, before) == ([5, 4, 3, 2, 1], None)
    since = (START + timedelta(seconds=4)).isoformat()
    assert len(get("/api/results", params={"since": since}).json()["parts"]) == 2
    assert get("/api/results", params={"lot": "another"}).json()["parts"] == []
    assert get("/api/results", params={"part": "F-0047"}).json()["parts"] == []
    asked = {"since": "2026-01-31", "until": "2026-02-01T10:30:00+00:00"}  # neither is as the browser's field has it
    fields = get("/results", params=asked, headers={"accept": "text/html"}).text
    assert 'name="since" value="2026-01-31T00:00"' in fields
    assert 'name="until" value="2026-02-01T10:30"' in fields


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"since": "yesterday"}, 400),
        ({"verdict": "GOOD"}, 400),
        ({"limit": "0"}, 400),
        ({"limit": "501"}, 400),
        ({"limit": "²"}, 400),
        ({"colour": "red"}, 400),
        ({"before": "no such part"}, 404),
    ],
)
def test_what_cannot_be_asked_is_answered_in_words(site: Site, said: dict[str, str], status: int) -> None:
    answer = site.client.get("/api/results", params=said)
    assert answer.status_code == status
    assert answer.json()["what"]
    assert answer.json()["next_step"]
    page = site.client.get("/results", params=said, headers={"accept": "text/html"})
    assert page.status_code == status
    assert "<h1>" in page.text


def test_a_part_has_its_record_its_picture_and_its_heatmap(site: Site) -> None:
    part = site.parts[1]
    record = site.client.get(f"/api/parts/{part.id}").json()
    assert record["part"]["verdict"] == "FAIL"
    assert record["part"]["probabilities"] == {"good": 0.75, "defective": 0.25}
    assert (record["heatmap_shows"], record["reviews"]) == ("grad-cam", [])
    plain, hot, small = (
        site.client.get(f"/api/parts/{part.id}/picture", params=said)
        for said in ({}, {"heatmap": "1"}, {"width": "60"})
    )
    assert plain.headers["content-type"] == "image/jpeg"
    shown, heated, reduced = (decode_picture(answer.content, "part.jpg") for answer in (plain, hot, small))
    assert shown.shape == (80, 120, 3)
    assert reduced.shape == (40, 60, 3)
    assert np.abs(shown.astype(int) - heated).max() > 40  # the map's hot corner
    page = site.client.get(f"/parts/{part.id}", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert f"/api/parts/{part.id}/picture?heatmap=1" in page.text
    assert "<figcaption>Heatmap: Grad-CAM</figcaption>" in page.text


def test_a_part_with_several_views_shows_all_their_pictures(site: Site) -> None:
    part = inspection(9, Verdict.FAIL)
    assert site.parts[1].picture is not None
    views = tuple(
        ViewRecord(name=name, source="demo:", decision=part.decision, model=part.model, picture=picture)
        for name, picture in (("Main", site.parts[1].picture), ("Left <b>", site.parts[1].picture), ("Right", None))
    )
    with closing(SqliteResultLog(site.home.log)) as log:
        log.append(replace(part, picture=site.parts[1].picture, views=views))
    page = site.client.get(f"/parts/{part.id}", headers={"accept": "text/html"}).text
    assert "Left &lt;b&gt;" in page
    assert f"/api/parts/{part.id}/picture?view=1&amp;heatmap=1" in page
    assert "No picture of this view was kept" in page
    record = site.client.get(f"/api/parts/{part.id}").json()["part"]
    assert [view["name"] for view in record["views"]] == ["Main", "Left <b>", "Right"]
    plain, hot = (
        site.client.get(f"/api/parts/{part.id}/picture", params={"view": "1", **said})
        for said in ({}, {"heatmap": "1"})
    )
    shown, heated = (decode_picture(answer.content, "part.jpg") for answer in (plain, hot))
    assert np.abs(shown.astype(int) - heated).max() > 40
    for place, status in (("2", 404), ("3", 404), ("9", 400), ("x", 400)):
        answer = site.client.get(f"/api/parts/{part.id}/picture", params={"view": place})
        assert answer.status_code == status, place


def test_what_is_not_there_is_said(site: Site) -> None:
    assert site.client.get("/api/parts/none").status_code == 404
    assert site.client.get(f"/api/parts/{site.parts[0].id}/picture").status_code == 404
    (site.home.root / "pictures" / "p.png").unlink()
    answer = site.client.get(f"/api/parts/{site.parts[1].id}/picture")
    assert (answer.status_code, "not there any more" in answer.json()["what"]) == (404, True)
    assert site.client.get("/nowhere", headers={"accept": "text/html"}).status_code == 404


def test_a_part_is_looked_up_by_what_the_line_calls_it(site: Site) -> None:
    log = SqliteResultLog(site.home.log)
    named = replace(inspection(9, Verdict.FAIL), trigger="external", trigger_id="T-1", part_serial="<b>F-0047</b>")
    log.append(named)
    log.close()
    for asked in ("T-1", "<b>F-0047</b>"):
        (part,) = site.client.get("/api/results", params={"part": asked}).json()["parts"]
        assert (part["id"], part["trigger_id"], part["part_serial"]) == (named.id, "T-1", "<b>F-0047</b>")
    page = site.client.get("/results", params={"part": "T-1"}, headers={"accept": "text/html"}).text
    assert 'name="part" value="T-1"' in page
    assert '<td class="name">&lt;b&gt;F-0047&lt;/b&gt;</td><td class="name">T-1</td>' in page
    words = "Serial number &lt;b&gt;F-0047&lt;/b&gt;, trigger T-1"
    assert words in site.client.get(f"/parts/{named.id}", headers={"accept": "text/html"}).text
    assert site.client.get(f"/api/parts/{named.id}").json()["part"]["part_serial"] == "<b>F-0047</b>"
    board = site.client.get("/api/board").json()
    assert board["last"] is None or board["last"]["part_serial"] == "<b>F-0047</b>"
    without = site.client.get("/results", headers={"accept": "text/html"}).text
    assert '<th scope="col">Serial</th>' in without  # one of the page has one


def test_texts_of_the_record_are_no_markup(site: Site) -> None:
    log = SqliteResultLog(site.home.log)
    odd = replace(inspection(9, Verdict.FAIL), lot="<script>alert(1)</script>", recipe="<i>R</i>")
    log.append(odd)
    log.close()
    for path in ("/results", f"/parts/{odd.id}", "/board"):
        text = site.client.get(path, headers={"accept": "text/html"}).text
        assert "<script>alert" not in text, path
        assert "<i>R" not in text


def test_a_log_that_was_replaced_is_read_anew(site: Site) -> None:
    assert site.client.get("/api/results").json()["counts"]["inspected"] == 5
    for path in site.home.root.glob("results.sqlite3*"):
        path.rename(path.with_name(f"old-{path.name}"))
    assert site.client.get("/api/results").status_code == 503
    log = SqliteResultLog(site.home.log)
    log.append(inspection(1))
    log.close()
    assert site.client.get("/api/results").json()["counts"]["inspected"] == 1


def test_prometheus_reads_the_counts_and_the_line(site: Site) -> None:
    write_pulse(pulse_path(site.home.log), pulse(time_utc=datetime.now(UTC)))
    text = site.client.get("/metrics").text
    assert 'inspector_parts_total{verdict="pass"} 2.0' in text
    assert "inspector_line_running 1.0" in text
    assert 'inspector_latency_seconds{quantile="0.99"} 0.04' in text
    write_pulse(pulse_path(site.home.log), pulse())
    assert "inspector_line_stale 1.0" in site.client.get("/metrics").text


def test_prometheus_reads_how_far_sending_to_the_database_is(site: Site) -> None:
    assert "inspector_fleet" not in site.client.get("/metrics").text
    since = datetime.now(UTC) - timedelta(hours=1)
    write_status(status_path(site.home.log), said(waiting=3, waiting_since_utc=since, error="it is not reached"))
    text = site.client.get("/metrics").text
    assert "inspector_fleet_failing 1.0" in text
    assert "inspector_fleet_waiting 3.0" in text
    assert "inspector_fleet_behind_seconds 36" in text
    assert "inspector_fleet_pictures" not in text
    pictures = PictureStatus(
        place="/mnt/kept", waiting=7, sent=0, last_sent_utc=None, lost=2, lost_lately=0, error="it is full", next_step="",
        error_since_utc=None, next_try_utc=None,
    )  # fmt: skip
    write_status(status_path(site.home.log), said(time_utc=datetime.now(UTC), pictures=pictures))
    text = site.client.get("/metrics").text
    assert "inspector_fleet_failing 0.0" in text
    for figure in ("failing 1.0", "waiting 7.0", "lost 2.0"):
        assert f"inspector_fleet_pictures_{figure}" in text


def test_prometheus_reads_how_far_publishing_is(site: Site) -> None:
    assert "inspector_mqtt" not in site.client.get("/metrics").text
    values = said(waiting=3, error="it is not reached").model_dump()
    write_status(publish_path(site.home.log), PublishStatus(**values, broker="mqtt://h", topic="plant/Press 1"))
    text = site.client.get("/metrics").text
    for figure in ("failing 1.0", "waiting 3.0", "set_aside 0.0", "behind_seconds 0.0"):
        assert f"inspector_mqtt_{figure}" in text
    assert "inspector_fleet" not in text


def test_the_description_names_every_address_and_its_records(site: Site) -> None:
    said = site.client.get("/openapi.json").json()
    assert said["openapi"].startswith("3.1")
    for path in said["paths"]:
        asked = path.replace("{id}", site.parts[1].id)
        if not asked.endswith("events"):
            assert site.client.request("OPTIONS", asked).status_code in {200, 405}, path
    for reference in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(said)):
        assert reference in said["components"]["schemas"]


def test_the_colours_are_the_window_s_in_both_palettes(site: Site) -> None:
    from inspector.domain.palette import DARK, LIGHT

    sheet = site.client.get("/style.css").text
    light, _, dark = sheet.partition("prefers-color-scheme: dark")
    assert f"--fail: {LIGHT.fail};" in light
    assert f"--fail: {DARK.fail};" in dark
    assert site.client.get("/fonts/Inter-Bold.otf").status_code == 200


def test_pages_load_nothing_from_elsewhere(site: Site) -> None:
    for path in ("/board", "/inspect", "/results", "/api", f"/parts/{site.parts[1].id}"):
        text = site.client.get(path, headers={"accept": "text/html"}).text
        assert not re.search(r"""(?:src|href|action)=["'](?!/|data:|\?|#)""", text), path
        assert "style=" not in text, path


def test_the_home_page_is_the_board(home: Home) -> None:
    fill(home)
    client, _ = make_site(home, Access())
    with client:
        assert client.get("/").headers["location"] == "/board"


def test_parts_of_a_nest_are_looked_up(site: Site) -> None:
    log = SqliteResultLog(site.home.log)
    of_nest = replace(inspection(9, Verdict.FAIL), nest="<7>")
    log.append(of_nest)
    log.close()
    answer = site.client.get("/api/results", params={"nest": "<7>"}).json()
    assert [(part["id"], part["nest"]) for part in answer["parts"]] == [(of_nest.id, "<7>")]
    assert (answer["counts"]["inspected"], answer["counts"]["fail"]) == (1, 1)
    page = site.client.get("/results", params={"nest": "<7>"}, headers={"accept": "text/html"}).text
    assert 'name="nest" value="&lt;7&gt;"' in page
    assert '<td class="name">&lt;7&gt;</td>' in page
    part_page = site.client.get(f"/parts/{of_nest.id}", headers={"accept": "text/html"}).text
    assert "Tool or nest &lt;7&gt;" in part_page
    other = site.client.get("/results", params={"lot": "none"}, headers={"accept": "text/html"}).text
    assert '<th scope="col">Tool or nest</th>' not in other
