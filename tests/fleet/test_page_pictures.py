"""A part's kept picture on the page of the fleet: from where its station has sent it, or why it is not there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("starlette", reason="starlette is not installed (the extra “serve”)")
from starlette.testclient import TestClient

from inspector.domain.records import Verdict
from inspector.pictures import decode_picture, write_picture
from tests.fleet.entries import PAGE, FleetSite, client_of
from tests.fleet.server import PostgresServer


@pytest.fixture
def site(server: PostgresServer, database: str) -> FleetSite:
    return FleetSite.made(server, database)


@pytest.fixture
def client(site: FleetSite) -> Iterator[TestClient]:
    with client_of(site.typed) as client:
        yield client


def test_a_picture_that_was_sent_is_shown_from_where_it_lies(
    site: FleetSite, client: TestClient, tmp_path: Path
) -> None:
    station = site.enter("Press 1")
    site.add(station, 7, Verdict.FAIL, picture_path="'/srv/p.png'")
    place, page = f"/api/parts/{station}/part-00007", f"/parts/{station}/part-00007"
    assert "it was not sent" in client.get(f"{place}/picture").text
    picture = tmp_path / "part-00007.png"
    write_picture(picture, np.full((24, 32, 3), 200, np.uint8))
    sha256 = hashlib.sha256(picture.read_bytes()).hexdigest()
    site.sql(
        "INSERT INTO inspector.pictures (station_key, id, address, sha256, size_bytes) "
        f"VALUES ('{station}', 'part-00007', '{picture}', '{sha256}', {picture.stat().st_size})"
    )
    assert client.get(place).json()["picture_at"]["sent_to"] == str(picture)
    assert f'src="{place}/picture"' in client.get(page, headers=PAGE).text
    shown = client.get(f"{place}/picture")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert decode_picture(shown.content, "shown").shape == (24, 32, 3)
    write_picture(picture, np.zeros((24, 32, 3), np.uint8))
    altered = client.get(f"{place}/picture")
    assert (altered.status_code, "SHA-256" in altered.text) == (404, True)
    picture.unlink()
    assert client.get(f"{place}/picture").status_code == 404


def test_a_heatmap_that_was_sent_lies_over_its_picture(site: FleetSite, client: TestClient, tmp_path: Path) -> None:
    station = site.enter("Press 1")
    site.add(station, 7, Verdict.FAIL, picture_path="'/srv/p.png'")
    place, page = f"/api/parts/{station}/part-00007", f"/parts/{station}/part-00007"
    picture, heatmap = tmp_path / "part-00007.png", tmp_path / "part-00007.grad-cam.heatmap.png"
    write_picture(picture, np.full((240, 320, 3), 128, np.uint8))
    hot = np.zeros((12, 16), np.uint8)
    hot[:, :4] = 255
    write_picture(heatmap, hot)
    site.sql(
        "INSERT INTO inspector.pictures (station_key, id, address, sha256, heatmap_address) VALUES "
        f"('{station}', 'part-00007', '{picture}', '{hashlib.sha256(picture.read_bytes()).hexdigest()}', '{heatmap}')"
    )
    shown = client.get(page, headers=PAGE).text
    assert f'src="{place}/picture?heatmap=1"' in shown
    assert "Heatmap: Grad-CAM" in shown
    plain = decode_picture(client.get(f"{place}/picture").content, "plain")
    over = decode_picture(client.get(f"{place}/picture?heatmap=1").content, "over")
    changed = np.abs(over.astype(int) - plain.astype(int)).max(axis=2)
    assert np.median(changed[:, :60]) > 30
    assert changed[:, 200:].max() < 10
    heatmap.unlink()
    assert client.get(f"{place}/picture?heatmap=1").status_code == 404
    assert client.get(f"{place}/picture").status_code == 200
    site.sql("UPDATE inspector.pictures SET heatmap_address = NULL")
    assert "heatmap=1" not in client.get(page, headers=PAGE).text


def test_pictures_that_wait_or_are_lost_are_said_of_their_station(site: FleetSite, client: TestClient) -> None:
    site.enter("Press 1", pictures_waiting="10000", pictures_lost="2")
    site.enter("Press 2", pictures_waiting="1")
    site.enter("Press 3")
    page = client.get("/fleet", headers=PAGE).text
    assert "10,000 pictures or more wait; 2 will never come" in page
    assert "<dd>1 picture waits</dd>" in page
    assert page.count("Kept pictures") == 2
    told = {station["name"]: station for station in client.get("/api/fleet").json()["stations"]}
    assert [(told[name]["pictures_waiting"], told[name]["pictures_lost"]) for name in sorted(told)] == [
        (10000, 2), (1, 0), (0, 0),
    ]  # fmt: skip
    figures = client.get("/metrics").text
    assert 'inspector_station_pictures_waiting{station="Press 1"} 10000.0' in figures
    assert 'inspector_station_pictures_lost{station="Press 1"} 2.0' in figures


def test_a_picture_that_will_never_come_says_why(site: FleetSite, client: TestClient) -> None:
    station = site.enter("Press 1")
    site.add(station, 7, Verdict.FAIL, picture_path="'/srv/p.png'")
    site.sql(
        f"INSERT INTO inspector.pictures (station_key, id, why) VALUES ('{station}', 'part-00007', 'its file is gone')"
    )
    page = client.get(f"/parts/{station}/part-00007", headers=PAGE).text
    assert "Its picture will never come: its file is gone." in page
    assert "its file is gone" in client.get(f"/api/parts/{station}/part-00007/picture").text
