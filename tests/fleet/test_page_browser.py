"""The fleet's pages in Chromium: live, STALE where nothing is heard, by keys, without scripts, on every screen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="starlette is not installed (the extra “serve”)")
from inspector.domain.records import Verdict
from inspector.fleet.address import DatabaseAddress
from inspector.fleet.pool import ReadPool
from inspector.web.access import Access
from inspector.web.fleet_app import make_fleet_app
from inspector.web.server import serve
from tests.fleet.entries import WELL, FleetSite
from tests.fleet.server import PostgresServer
from tests.waits import WAIT_S, until
from tests.web.browser import DESK, PHONE, WALL, Browser, By, Keys, browsers, needs_browser

pytestmark = needs_browser
PAGES = ("/fleet", "/yields", "/results", "/parts/press-1-0001/part-00001", "/api")


@pytest.fixture
def site(server: PostgresServer, database: str) -> FleetSite:
    """Three stations: one is late, one has another version, one has parts that did not pass."""
    site = FleetSite.made(server, database)
    first = site.enter("Press 1")
    second = site.enter("Press 2", software_version="'0.0.9'", recipe_version="1")
    site.enter("Mill 3", heard="now() - interval '3 min'")
    for number, verdict in enumerate([*Verdict] * 5):
        site.add((second, first)[number % 2], number, verdict, time="now()", picture_path="'/srv/pictures/2026/a.png'")
    return site


@contextmanager
def serving(site: FleetSite) -> Iterator[tuple[str, Callable[[], None]]]:
    """The page on a port of its own, and what ends it."""
    stop, ready, said = threading.Event(), threading.Event(), list[str]()

    def tell(address: str) -> None:
        said.append(address)
        ready.set()

    access = Access(port=0)
    app = make_fleet_app(ReadPool(DatabaseAddress.of(site.typed, Path())), access)
    thread = threading.Thread(target=serve, args=(app, access), kwargs={"stop": stop, "ready": tell}, name="served")
    thread.start()

    def end() -> None:
        stop.set()
        thread.join(WAIT_S)

    try:
        assert ready.wait(WAIT_S)
        yield said[0], end
    finally:
        end()


@pytest.fixture
def served(site: FleetSite) -> Iterator[tuple[str, Callable[[], None]]]:
    with serving(site) as made:
        yield made


@pytest.fixture
def browse(served: tuple[str, Callable[[], None]]) -> Iterator[Callable[..., Browser]]:
    with browsers(lambda: served[0]) as make:
        yield make


def test_the_page_follows_the_stations_and_says_when_it_hears_nothing(
    site: FleetSite, served: tuple[str, Callable[[], None]], browse: Callable[..., Browser]
) -> None:
    browser = browse()
    browser.open("/fleet")
    browser.see('[data-piece="now"]', "1 OF 3 NOT HEARD")
    browser.see('[data-piece="mill-3-0001"]', "LATE")
    browser.measure("document.getElementById('to-press-1-0001').focus()")  # somebody is at it; the page may replace it
    site.sql(f"UPDATE inspector.stations SET heard = {WELL}, line_heard = {WELL}")
    browser.see('[data-piece="now"]', "ALL HEARD")
    site.sql("UPDATE inspector.stations SET face = 'LINE FAULT' WHERE key = 'press-1-0001'")
    browser.see('[data-piece="press-1-0001"]', "LINE FAULT")
    until(lambda: browser.measure("document.activeElement.id") == "to-press-1-0001")
    site.enter("Press 0")
    browser.see("#fleet", "Press 0")
    served[1]()
    browser.see('[data-piece="now"]', "does not hear from the server")
    assert set(browser.measure("[...document.querySelectorAll('.station .word')].map((w) => w.innerText)")) == {"STALE"}
    assert browser.complaints() == [] or all("/fleet/changes" in complaint for complaint in browser.complaints())


def test_a_database_that_goes_away_makes_the_screen_stale_until_it_is_back(
    site: FleetSite, browse: Callable[..., Browser]
) -> None:
    browser = browse()
    browser.open("/fleet")
    browser.see('[data-piece="press-1-0001"]', "READY")
    site.server.kill()
    try:
        browser.see('[data-piece="now"]', "STALE")
        browser.see('[data-piece="now"]', "is not reached")
        browser.see('[data-piece="press-1-0001"]', "STALE")
    finally:
        site.server.start()
    site.sql(f"UPDATE inspector.stations SET heard = {WELL}, line_heard = {WELL}")
    browser.see('[data-piece="press-1-0001"]', "READY")


def test_everything_can_be_reached_by_keys(browse: Callable[..., Browser]) -> None:
    browser = browse()
    browser.open("/fleet")
    browser.press(Keys.TAB)
    assert browser.measure("document.activeElement.textContent") == "Skip to content"
    for _ in range(3):  # Fleet, Yields, Results
        browser.press(Keys.TAB)
    browser.press(Keys.ENTER)
    until(lambda: browser.driver.current_url.endswith("/results"))
    until(lambda: browser.measure("document.readyState") == "complete")
    for _ in range(40):
        if browser.measure("document.activeElement.getAttribute('href') || ''").startswith("/parts/"):
            break
        browser.press(Keys.TAB)
    browser.press(Keys.ENTER)
    until(lambda: "/parts/" in browser.driver.current_url)
    browser.see("main", "Its picture lies at the station")


def test_without_scripts_the_page_says_so_and_filters_work(browse: Callable[..., Browser]) -> None:
    browser = browse(scripts=False)
    browser.open("/fleet")
    assert browser.measure("document.querySelector('noscript p').offsetHeight") > 0
    field = browser.driver.find_element(By.NAME, "find")
    field.send_keys("mill", Keys.ENTER)
    until(lambda: "find=mill" in browser.driver.current_url)
    browser.see(".stations", "Mill 3")
    assert len(browser.driver.find_elements(By.CSS_SELECTOR, "article.station")) == 1


@pytest.mark.parametrize("size", [PHONE, DESK, WALL])
@pytest.mark.parametrize("dark", [False, True])
def test_every_page_fits_every_screen_in_both_palettes(
    browse: Callable[..., Browser], size: tuple[int, int], dark: bool
) -> None:
    browser = browse(dark=dark)
    browser.resize(size)
    for path in PAGES:
        browser.see_fit(path, size, dark=dark)
    assert browser.complaints() == []
