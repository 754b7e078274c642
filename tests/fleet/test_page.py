"""The page of the fleet: what it shows of the database, to people and to programs, and what it says where it cannot."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="starlette is not installed (the extra “serve”)")
from starlette.testclient import TestClient

from inspector.domain.records import Verdict
from inspector.engine.faces import Face, is_fault
from inspector.fleet.address import DatabaseAddress
from inspector.fleet.faults import FleetError
from inspector.fleet.pool import ReadPool
from inspector.fleet.search import FleetQuery, count
from inspector.web.listeners import MOST, CrowdedError, Listeners
from tests.fleet.entries import PAGE, FleetSite, at, client_of
from tests.fleet.server import PASSWORD, PostgresServer
from tests.waits import until


@pytest.fixture
def site(server: PostgresServer, database: str) -> FleetSite:
    return FleetSite.made(server, database)


@pytest.fixture
def client(site: FleetSite) -> Iterator[TestClient]:
    with client_of(site.typed) as client:
        yield client


def stations(client: TestClient, **asked: str) -> dict[str, dict[str, Any]]:
    answer = client.get("/api/fleet", params=asked)
    assert answer.status_code == 200, answer.text
    return {station["name"]: station for station in answer.json()["stations"]}


def test_how_each_station_is_in_words(site: FleetSite, client: TestClient) -> None:
    site.enter("Well")
    site.enter("Late", heard="now() - interval '3 min'")
    site.enter("Silent", heard="now() - interval '2 hours'", waiting="5", waiting_since="now() - interval '2 hours'")
    site.enter("Hung", line_heard="now() - interval '10 min'")
    site.enter("Faulty", face="'NOT RECORDED'", set_aside="2")
    site.enter("Ahead", clock_ahead_s="86400", line_heard="now() + interval '25 hours'")
    site.enter("New", line_heard="NULL", line_runs="NULL", face="NULL", recipe="NULL", recipe_version="NULL")
    site.enter("Well (until 2026-01-01 10:00:00, old)", key="'replaced'", heard="now() - interval '9 days'")
    told = stations(client)
    faces = {name: (station["face"], station["faulty"]) for name, station in told.items()}
    assert faces == {
        "Well": ("READY", False),
        "Late": ("LATE", True),
        "Silent": ("NOT HEARD", True),
        "Hung": ("STALE", True),
        "Faulty": ("NOT RECORDED", True),
        "Ahead": ("READY", False),
        "New": ("NO LINE", False),
        "Well (until 2026-01-01 10:00:00, old)": ("REPLACED", False),
    }
    said = {name: " ".join(station["problems"]) for name, station in told.items()}
    assert "last heard 2.0 hours ago" in said["Silent"]
    assert "5 rows wait there" in said["Silent"]
    assert "its line is not" in said["Hung"]
    assert "refuses 2 rows for good" in said["Faulty"]
    assert "1.0 days ahead of" in said["Ahead"]
    assert said["Well"] == said["New"] == said["Well (until 2026-01-01 10:00:00, old)"] == ""
    board = client.get("/api/fleet").json()
    assert (board["face"], board["faulty"]) == ("2 OF 7 NOT HEARD", True)
    assert set(stations(client, only="late")) == {"Late", "Silent"}
    assert list(stations(client, sort="name"))[:2] == ["Ahead", "Faulty"]
    assert set(stations(client, find="WELL")) == {"Well", "Well (until 2026-01-01 10:00:00, old)"}
    page = client.get("/fleet", headers=PAGE).text
    for words in ("NOT HEARD", "last heard 2.0 hours ago", "L1"):
        assert words in page


def test_the_faces_that_say_a_fault_are_the_line_s(site: FleetSite, client: TestClient) -> None:
    for face in Face:
        site.enter(f"At {face.name}", face=f"'{face.value}'")
    told = stations(client)
    assert {name: station["faulty"] for name, station in told.items()} == {
        f"At {face.name}": is_fault(face) for face in Face
    }


def test_what_differs_is_shown_at_those_that_are_not_like_most(site: FleetSite, client: TestClient) -> None:
    site.enter("A")
    site.enter("B")
    site.enter("C", software_version="'0.0.9'", recipe_version="1", fail_at="0.7")
    site.enter("D", recipe="'Other'", model="'other'", model_sha256="repeat('b', 64)")
    told = stations(client)
    assert {name: station["differs"] for name, station in told.items()} == {
        "A": [], "B": [], "C": ["software_version", "recipe_version", "fail_at"], "D": [],
    }  # fmt: skip
    differences = {one["what"]: one["values"] for one in client.get("/api/fleet").json()["differences"]}
    assert differences["Program"] == [
        {"value": "0.1.0", "stations": ["A", "B", "D"]},
        {"value": "0.0.9", "stations": ["C"]},
    ]
    assert set(differences) == {"Program", "Recipe “R”", "Thresholds of “R”"}
    page = client.get("/fleet", headers=PAGE).text
    assert "Not the same everywhere" in page
    assert page.count("not like most") == 3


def fill(site: FleetSite) -> list[tuple[str, str, str, datetime, Verdict]]:
    """Add parts of two stations; return station, recipe, lot, time, verdict of each, the newest first."""
    added = []
    for number, (station, verdict) in enumerate(
        product((site.enter("Press 1"), site.enter("Press 2")), [*Verdict] * 3)
    ):
        lot, recipe = f"L{number % 3}", f"R{number % 2}"
        # two at a time at the same moment
        site.add(
            station, number, verdict, lot=f"'{lot}'", recipe=f"'{recipe}'", time=f"timestamptz '{at(number // 2)}'"
        )
        added.append((station, recipe, lot, at(number // 2), verdict))
    return added[::-1]


def test_parts_of_all_stations_are_filtered_counted_and_paged(site: FleetSite, client: TestClient) -> None:
    added = fill(site)
    get = client.get
    whole = get("/api/results").json()
    assert (whole["counts"]["inspected"], whole["counts"]["pass"], whole["counts"]["yield"]) == (24, 6, 0.25)
    assert whole["older"] is None
    shown = [(part["station_key"], part["id"]) for part in whole["parts"]]
    assert [part["time"] for part in whole["parts"]] == sorted((p["time"] for p in whole["parts"]), reverse=True)
    paged: list[tuple[str, str]] = []
    before: str | None = ""
    while before is not None:
        page = get("/api/results", params={"limit": 5, "before": before}).json()
        paged += [(part["station_key"], part["id"]) for part in page["parts"]]
        assert page["counts"]["inspected"] == 24
        before = page["older"]
    assert paged == shown
    bad = get("/api/results", params={"verdict": ["FAIL", "REVIEW"], "station": "Press 2", "lot": "L1"}).json()
    wanted = [one for one in added if one[0] == "press-2-0001" and one[2] == "L1"]
    wanted = [one for one in wanted if one[4] in {Verdict.FAIL, Verdict.REVIEW}]
    assert len(bad["parts"]) == bad["counts"]["inspected"] == len(wanted) > 0
    assert {part["station"] for part in bad["parts"]} == {"Press 2"}
    named = site.add("press-2-0001", 90, Verdict.FAIL, part_serial="'F-0047'", trigger_id="'T-1'")
    other = site.add("press-2-0001", 91, part_serial="'F-0048'", trigger_id="'F-0047'")
    for asked, ids in (({"part": "F-0047"}, {named, other}), ({"part": "T-1"}, {named}), ({"part": "F-00"}, set())):
        answer = get("/api/results", params=asked).json()
        assert ({part["id"] for part in answer["parts"]}, answer["counts"]["inspected"]) == (ids, len(ids))
    (only,) = get("/api/results", params={"part": "F-0047", "verdict": "FAIL"}).json()["parts"]
    assert (only["part_serial"], only["trigger_id"]) == ("F-0047", "T-1")
    shown_page = get("/results", params={"part": "F-0047"}, headers=PAGE).text
    assert 'name="part" value="F-0047"' in shown_page
    assert '<td class="name">T-1</td>' in shown_page
    assert "Serial number F-0047, trigger T-1" in get(f"/parts/press-2-0001/{named}", headers=PAGE).text
    page = get("/results", params={"recipe": "R1", "since": "2026-01-31T12:00+00:00"}, headers=PAGE).text
    assert "<td>Press 1</td>" in page


@pytest.mark.parametrize(
    "minutes", [(0, 0), (0, 15), (7, 7), (7, 8), (3, 100), (15, 30), (16, 29), (None, 43), (43, None)]
)
def test_counts_of_any_time_are_those_of_the_parts(site: FleetSite, minutes: tuple[int | None, int | None]) -> None:
    added = fill(site)
    since, until_ = (None if minute is None else at(0) + timedelta(minutes=minute) for minute in minutes)
    pool = ReadPool(DatabaseAddress.of(site.typed, Path()))
    try:
        for station, lot in product(("", "press-2-0001"), ("", "L2")):
            tally = count(pool, FleetQuery(station=station, lot=lot, since=since, until=until_))
            verdicts = [
                verdict
                for key, _, of_lot, time, verdict in added
                if (since is None or time >= since) and (until_ is None or time < until_)
                and station in {"", key} and lot in {"", of_lot}
            ]  # fmt: skip
            assert {verdict: tally.count(verdict) for verdict in Verdict} == {
                verdict: verdicts.count(verdict) for verdict in Verdict
            }
    finally:
        pool.close()


def test_yields_by_station_recipe_lot_and_day(site: FleetSite, client: TestClient) -> None:
    added = fill(site)
    asked = {"from": "2026-01-30", "until": "2026-02-01"}
    for by, place in (("station", 0), ("recipe", 1), ("lot", 2)):
        told = client.get("/api/yields", params=asked | {"by": by}).json()
        assert told["counts"]["inspected"] == 24
        wanted: dict[str, int] = {}
        for one in added:
            wanted[str(one[place])] = wanted.get(str(one[place]), 0) + 1
        names = {"press-1-0001": "Press 1", "press-2-0001": "Press 2"}
        assert {group[by]: group["counts"]["inspected"] for group in told["groups"]} == {
            names.get(name, name): number for name, number in wanted.items()
        }
        low, high = told["groups"][0]["counts"]["yield_interval_95"]
        assert 0 < low < told["groups"][0]["counts"]["yield"] < high < 1
    days = client.get("/api/yields", params=asked | {"by": "day", "station": "Press 1"}).json()
    here = {time.astimezone().date().isoformat() for key, _, _, time, _ in added if key == "press-1-0001"}
    assert {group["day"] for group in days["groups"]} == here
    assert days["counts"]["inspected"] == 12
    assert client.get("/api/yields", params=asked | {"lot": "none"}).json()["groups"] == []
    page = client.get("/yields", params=asked | {"by": "lot"}, headers=PAGE).text
    (link,) = set(re.findall(r'href="(/results\?lot=L2[^"]*)"', page))
    results = client.get(link.replace("&amp;", "&").replace("/results", "/api/results")).json()
    assert results["counts"]["inspected"] == 8


def test_a_part_has_its_record_where_its_picture_lies_and_what_people_said(site: FleetSite, client: TestClient) -> None:
    station = site.enter("Press 1", host="'ins-1'")
    site.add(station, 7, Verdict.FAIL, picture_path="'/srv/p.png'", reason="'<b>dirt</b>'", lot="'<script>alert(1)'")
    site.sql(
        "INSERT INTO inspector.reviews (station_key, id, time, number, inspection_id, reviewer, judgement, defect_type, "
        f"note, queue, undoes, blind) VALUES ('{station}', 'r1', now(), 1, 'part-00007', 'Ada', 'good', '', '', 'failures', "
        f"NULL, true), ('{station}', 'r2', now(), 2, 'part-00007', 'Ada', NULL, '', '', 'failures', 'r1', false), "
        f"('{station}', 'r3', now(), 3, 'part-00007', 'Bo', 'defective', 'dirt', '', 'failures', NULL, false)"
    )
    told = client.get(f"/api/parts/{station}/part-00007").json()
    assert told["part"]["probabilities"] == {"good": 0.75, "defective": 0.25}
    lies = {"station": "Press 1", "computer": "ins-1", "path": "/srv/p.png"}
    assert told["picture_at"] == lies | {"sent_to": None, "sha256": None, "never_sent": None}
    assert [(said["judgement"], said["stands"]) for said in told["reviews"]] == [
        ("good", False), (None, False), ("defective", True),
    ]  # fmt: skip
    page = client.get(f"/parts/{station}/part-00007", headers=PAGE).text
    assert "lies at the station Press 1 (computer ins-1)" in page
    assert "<s>good</s>, taken back" in page
    for path in (
        f"/parts/{station}/part-00007",
        "/results",
        "/fleet",
        "/yields?by=lot&from=2026-01-31&until=2026-01-31",
    ):
        text = client.get(path, headers=PAGE).text
        assert "<script>alert" not in text, path
        assert "<b>dirt" not in text, path
        assert not re.search(r"""(?:src|href|action)=["'](?!/|data:|\?|#)""", text), path
        assert "style=" not in text, path
        assert "/inspect" not in text, path
        assert "/board" not in text, path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/results?since=yesterday", 400),
        ("/results?verdict=GOOD", 400),
        ("/results?limit=501", 400),
        ("/results?colour=red", 400),
        ("/results?lot=a%00b", 400),
        ("/results?station=none", 404),
        ("/results?before=none/none", 404),
        ("/yields?by=colour", 400),
        ("/yields?from=2026-01-31&until=2026-01-01", 400),
        ("/yields?from=2020-01-31", 400),
        ("/yields?until=0001-01-01", 400),
        ("/yields?until=9999-12-31", 400),
        ("/fleet?period=ever", 400),
        ("/fleet?sort=colour", 400),
        ("/parts/none/none", 404),
        ("/parts/a%00/b", 400),
        ("/inspect", 404),
        ("/board", 404),
    ],
)
def test_what_cannot_be_asked_is_answered_in_words(client: TestClient, path: str, status: int) -> None:
    page = client.get(path, headers=PAGE)
    assert page.status_code == status
    assert "<h1>" in page.text
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.json()["what"]
    assert answer.json()["next_step"]


def test_a_database_that_goes_away_is_said_and_comes_back_by_itself(site: FleetSite, client: TestClient) -> None:
    site.enter("Press 1")
    assert client.get("/health").json()["ok"] is True
    site.server.kill()
    try:
        until(lambda: client.get("/health").json()["face"] == "STALE")
        answer = client.get("/health")
        assert (answer.status_code, answer.json()["database"]) == (503, False)
        assert "nobody knows here how the stations are" in answer.json()["words"]
        assert "is not reached" in answer.json()["words"]
        assert stations(client)["Press 1"]["face"] == "STALE"
        page = client.get("/fleet", headers=PAGE)
        assert (page.status_code, "STALE" in page.text, "READY" in page.text) == (200, True, False)
        assert client.get("/results", headers=PAGE).status_code == 503
        assert "inspector_fleet_database_up 0.0" in client.get("/metrics").text
    finally:
        site.server.start()
    until(lambda: client.get("/health").status_code == 200)
    assert client.get("/results", headers=PAGE).status_code == 200


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("password", "refuses the user or the password"),
        ("database", "the server has none of that name"),
        ("port", "is not reached"),
        ("host", "is not known by that name"),
        ("tls", "does not encrypt"),
        ("rights", "does not let this user do that"),
        ("older", "has tables of version 0000"),
        ("tables", "has no tables for stations"),
    ],
)
def test_what_is_wrong_with_the_database_stands_on_the_page(site: FleetSite, what: str, words: str) -> None:
    right = site.typed
    wrong = {
        "password": right.replace(right.split(":")[2].split("@")[0], "wrong"),
        "database": right.replace(f"/{site.database}", "/missing"),
        "port": right.replace(f":{site.server.port}/", ":1/"),
        "host": right.replace("127.0.0.1", "no-such-host.invalid"),
        "tls": right + "?sslmode=require",
    }.get(what, right)
    if what == "rights":
        site.sql("REVOKE SELECT ON inspector.counts FROM reader")
    if what == "older":
        site.sql("UPDATE inspector.schema_version SET version_num = '0000'")
    if what == "tables":
        wrong = right.replace(f"/{site.database}", "/postgres")
    with client_of(wrong) as client:
        until(lambda: words in client.get("/health").json()["words"])
        page = client.get("/fleet", headers=PAGE).text
    assert "STALE" in page
    assert PASSWORD not in page
    assert "Settings" not in page


def test_a_newer_database_is_shown(site: FleetSite) -> None:
    site.enter("Press 1")
    site.sql("UPDATE inspector.schema_version SET version_num = '9999'")
    with client_of(site.typed) as client:
        assert client.get("/health").status_code == 200


def test_it_can_change_nothing_and_does_not_wait_for_ever(site: FleetSite) -> None:
    pool = ReadPool(DatabaseAddress.of(site.server.address(site.database), Path()), most=1)
    try:
        with pytest.raises(FleetError):
            pool.rows("DELETE FROM inspector.stations RETURNING key")
        pool.rows("SELECT set_config('statement_timeout', '10ms', false)")
        with pytest.raises(FleetError, match="does not answer in time"):
            pool.rows("SELECT pg_sleep(60)")
        assert pool.rows("SELECT 1 AS one") == [{"one": 1}]
    finally:
        pool.close()


def test_prometheus_reads_each_station(site: FleetSite, client: TestClient) -> None:
    station = site.enter("Press 1", waiting="3", waiting_since="now() - interval '1 hour'")
    site.enter("Press 2", heard="now() - interval '1 hour'")
    site.add(station, 1, Verdict.FAIL, time="now()")
    text = client.get("/metrics").text
    assert "inspector_fleet_database_up 1.0" in text
    assert 'inspector_station_parts_total{station="Press 1",verdict="fail"} 1.0' in text
    assert 'inspector_station_waiting{station="Press 1"} 3.0' in text
    assert 'inspector_station_behind_seconds{station="Press 1"} 36' in text
    assert 'inspector_station_well{station="Press 2"} 0.0' in text
    assert 'inspector_station_heard_seconds{station="Press 2"} 36' in text
    assert 'software_version="0.1.0"' in text


def test_the_description_names_every_address_and_its_records(client: TestClient) -> None:
    said = client.get("/openapi.json").json()
    for path in said["paths"]:
        if not path.endswith("events"):
            asked = path.replace("{key}", "none").replace("{id}", "none")
            assert client.request("OPTIONS", asked).status_code in {200, 405}, path
    for reference in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(said)):
        assert reference in said["components"]["schemas"]
    assert client.get("/", headers=PAGE).headers["location"] == "/fleet"


def test_only_so_many_screens_listen() -> None:
    import asyncio

    async def told() -> object:
        return {}

    async def listen() -> None:
        listeners = Listeners(every_s=0.0)
        streams = [listeners.answer(told).body_iterator for _ in range(MOST)]  # type: ignore[attr-defined]
        for stream in streams:
            await anext(stream)
        with pytest.raises(CrowdedError):
            listeners.answer(told)
        await streams[0].aclose()
        listeners.answer(told)
        listeners.end()

    asyncio.run(listen())
