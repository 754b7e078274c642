"""Parts of a tool or nest in the fleet's results; the record of one says which it was."""

from __future__ import annotations

from dataclasses import replace

from inspector.domain.records import Verdict
from tests.fleet.entries import FleetSite, client_of
from tests.fleet.server import PostgresServer
from tests.fleet.stations import FleetBench
from tests.outputs.samples import inspection

PAGE = {"accept": "text/html"}


def test_parts_of_a_nest_are_looked_up(server: PostgresServer, database: str) -> None:
    site = FleetSite.made(server, database)
    other = site.add("press-2-0001", 91)
    nested = site.add("press-2-0001", 92, Verdict.FAIL, nest="'7'")
    with client_of(site.typed) as client:
        answer = client.get("/api/results", params={"nest": "7"}).json()
        assert [(part["id"], part["nest"]) for part in answer["parts"]] == [(nested, "7")]
        assert (answer["counts"]["inspected"], answer["counts"]["fail"]) == (1, 1)
        assert client.get("/api/results", params={"nest": "8"}).json()["counts"]["inspected"] == 0
        whole = client.get("/api/results").json()
        assert {part["id"]: part["nest"] for part in whole["parts"]} == {nested: "7", other: None}
        page = client.get("/results", params={"nest": "7"}, headers=PAGE).text
        assert 'name="nest" value="7"' in page
        assert '<td class="name">7</td>' in page
        without = client.get("/results", params={"verdict": "PASS"}, headers=PAGE).text
        assert '<th scope="col">Tool or nest</th>' not in without
        assert "Tool or nest 7" in client.get(f"/parts/press-2-0001/{nested}", headers=PAGE).text


def test_a_station_sends_from_which_nest_a_part_is(bench: FleetBench) -> None:
    bench.log.append(replace(inspection(1), nest="C07"))
    bench.log.append(inspection(2))
    assert bench.send() == 2
    assert bench.rows("SELECT nest FROM inspector.results ORDER BY part_number") == [("C07",), (None,)]
