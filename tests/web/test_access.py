"""Who may look."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from inspector.paths import Home
from inspector.pictures import encode_picture
from inspector.web.access import PASSWORD_VARIABLE, Access, AccessError, password_from
from inspector.web.server import address_of
from tests.web.conftest import GOOD, Site, fill, make_site

PASSWORD = "a long password"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "station.example"])
def test_beyond_this_machine_a_password_and_tls_are_needed(host: str, tmp_path: Path) -> None:
    for name in ("c.pem", "k.pem"):
        (tmp_path / name).write_text("")
    tls: dict[str, Any] = {"certificate": tmp_path / "c.pem", "key": tmp_path / "k.pem"}
    with pytest.raises(AccessError, match="no password"):
        Access(host=host, **tls)
    with pytest.raises(AccessError, match="without TLS"):
        Access(host=host, password=PASSWORD)
    with pytest.raises(AccessError, match="9 characters"):
        Access(host=host, password="123456789", **tls)
    assert Access(host=host, password=PASSWORD, **tls).scheme == "https"


def test_the_address_that_is_told_is_one_that_a_browser_can_open(tmp_path: Path) -> None:
    for name in ("c.pem", "k.pem"):
        (tmp_path / name).write_text("")
    far: dict[str, Any] = {"password": PASSWORD, "certificate": tmp_path / "c.pem", "key": tmp_path / "k.pem"}
    for host in ("0.0.0.0", "::"):
        access = Access(host=host, **far)
        assert address_of(access, 443) == f"https://{socket.gethostname()}:443/"
        assert socket.gethostname() in access.allowed_hosts
    assert address_of(Access(host="192.168.0.7", **far), 8765) == "https://192.168.0.7:8765/"
    assert address_of(Access(host="::1"), 80) == "http://[::1]:80/"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_this_machine_alone_needs_neither(host: str) -> None:
    assert Access(host=host).scheme == "http"


def test_half_of_tls_and_files_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="certificate and its key"):
        Access(certificate=tmp_path / "c.pem")
    with pytest.raises(AccessError, match="there is no file"):
        Access(certificate=tmp_path / "c.pem", key=tmp_path / "k.pem")


def test_a_password_comes_from_a_file_that_only_its_owner_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\nmore\n")
    file.chmod(0o644)
    with pytest.raises(AccessError, match="others may read"):
        password_from(file)
    file.chmod(0o600)
    assert password_from(file) == PASSWORD
    with pytest.raises(AccessError, match="cannot be read"):
        password_from(tmp_path / "gone")
    monkeypatch.setenv(PASSWORD_VARIABLE, "from the environment")
    assert password_from(None) == "from the environment"


def test_with_a_password_nothing_is_seen_without_it(home: Home) -> None:
    parts = fill(home)
    client, judge = make_site(home, Access(password=PASSWORD))
    with client:
        for path in ("/board", "/results", f"/parts/{parts[0].id}", "/inspect", "/api"):
            page = client.get(path, headers={"accept": "text/html"})
            assert (page.status_code, page.headers["location"][:12]) == (303, "/login?next="), path
        for path in ("/api/board", "/api/board/events", "/api/results", "/api/health", "/metrics", "/openapi.json"):
            assert client.get(path).status_code == 401, path
        assert client.get(f"/api/parts/{parts[1].id}/picture").status_code == 401
        answer = client.post("/inspect", files=[("picture", ("p.png", encode_picture(GOOD, ".png")))])
        assert (answer.status_code, judge.judged) == (401, 0)
        assert client.get("/api/board", auth=("any", "wrong password")).status_code == 401
        assert client.get("/api/board", auth=("any", PASSWORD)).status_code == 200
        assert client.get("/login").status_code == 200
        assert client.get("/style.css").status_code == 200


def test_signing_in_and_out(home: Home) -> None:
    fill(home)
    client, _ = make_site(home, Access(password=PASSWORD))
    with client:
        wrong = client.post("/login", data={"password": "not that one", "next": "/results"})
        assert (wrong.status_code, "not the password" in wrong.text) == (401, True)
        right = client.post("/login", data={"password": PASSWORD, "next": "/results"})
        assert (right.status_code, right.headers["location"]) == (303, "/results")
        assert "samesite=strict" in right.headers["set-cookie"].casefold()
        assert "httponly" in right.headers["set-cookie"].casefold()
        assert client.get("/results", headers={"accept": "text/html"}).status_code == 200
        client.post("/logout")
        assert client.get("/results", headers={"accept": "text/html"}).status_code == 303


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil"])
def test_signing_in_leads_nowhere_else(home: Home, where: str) -> None:
    fill(home)
    client, _ = make_site(home, Access(password=PASSWORD))
    with client:
        assert client.post("/login", data={"password": PASSWORD, "next": where}).headers["location"] == "/"


def test_passwords_cannot_be_tried_one_after_the_other(home: Home) -> None:
    fill(home)
    client, _ = make_site(home, Access(password=PASSWORD))
    with client:
        answers = [client.get("/api/board", auth=("any", f"guess {n:08}")).status_code for n in range(20)]
        assert answers[0] == 401
        assert answers[-1] == 429
        assert client.post("/login", data={"password": PASSWORD}).status_code == 429


def test_what_a_page_elsewhere_makes_a_browser_send_is_refused(site: Site) -> None:
    files = [("picture", ("p.png", encode_picture(GOOD, ".png")))]
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert site.client.post("/inspect", files=files, headers=headers).status_code == 403
    assert site.client.post("/inspect", files=files, headers={"origin": "http://127.0.0.1:8765"}).status_code == 200
    # a name of its own that leads here (DNS rebinding)
    assert site.client.get("/api/board", headers={"host": "evil.example"}).status_code == 400


def test_every_answer_says_what_a_browser_may_do_with_it(site: Site) -> None:
    for path in ("/board", "/api/board", "/nowhere", "/style.css"):
        headers = site.client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"]
