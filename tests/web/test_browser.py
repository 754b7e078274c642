"""The pages in Chromium, driven by mouse and keys, as somebody in the hall or with a phone has them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inspector import assembly
from inspector.domain.records import Verdict
from inspector.outputs.pulse import pulse_path, write_pulse
from inspector.outputs.result_log import SqliteResultLog
from inspector.paths import Home
from inspector.pictures import write_picture
from inspector.settings import Settings
from inspector.trial import TrialJudge
from inspector.web.access import Access
from inspector.web.app import make_app
from inspector.web.judge import UploadJudge
from inspector.web.server import serve
from inspector.web.station import StationView
from tests.outputs.pulses import pulse
from tests.outputs.samples import inspection
from tests.waits import WAIT_S, until
from tests.web.browser import DESK, PHONE, WALL, Browser, By, Keys, browsers, needs_browser
from tests.web.conftest import BAD, GOOD, fill

pytestmark = needs_browser
PAGES = ("/board", "/inspect", "/results", "/api")


@dataclass
class Served:
    """A server on a port of its own."""

    home: Home
    address: str
    stop: Callable[[], None]


@contextmanager
def serving(home: Home, access: Access) -> Iterator[Served]:
    settings = Settings(station="Press 3")
    recipe = assembly.recipe_for("red", f"folder:{home.root}")
    judge = UploadJudge(TrialJudge(home, lambda: settings), lambda: recipe)
    view = StationView(assembly.places(home, settings), lambda: settings)
    stop, ready = threading.Event(), threading.Event()
    said: list[str] = []

    def tell(address: str) -> None:
        said.append(address)
        ready.set()

    thread = threading.Thread(
        target=serve, args=(make_app(view, judge, access), access), kwargs={"stop": stop, "ready": tell}, name="served"
    )
    thread.start()

    def end() -> None:
        stop.set()
        thread.join(WAIT_S)

    try:
        assert ready.wait(WAIT_S)
        yield Served(home, said[0], end)
    finally:
        end()


@pytest.fixture
def served(home: Home) -> Iterator[Served]:
    fill(home)
    with serving(home, Access(port=0)) as made:
        yield made


@pytest.fixture
def browse(request: pytest.FixtureRequest) -> Iterator[Callable[..., Browser]]:
    with browsers(lambda: request.getfixturevalue("served").address) as make:
        yield make


def run_line(home: Home, **changes: object) -> None:
    now = datetime.now(UTC)
    write_pulse(pulse_path(home.log), pulse(time_utc=now, begun_utc=now - timedelta(minutes=5), **changes))


def judge_part(home: Home, number: int, verdict: Verdict) -> None:
    log = SqliteResultLog(home.log)
    log.append(replace(inspection(number, verdict), time_utc=datetime.now(UTC)))
    log.close()


def test_the_board_follows_the_line_and_says_when_it_does_not_hear_it(
    served: Served, browse: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.outputs.pulse.STALE_S", 600.0)  # however long a page takes
    browser = browse()
    run_line(served.home)
    judge_part(served.home, 21, Verdict.PASS)
    browser.open("/board")
    browser.see("#face", "PASS")
    run_line(served.home)
    judge_part(served.home, 22, Verdict.FAIL)
    browser.see("#face", "FAIL")
    browser.see("#part", "Part 22")
    browser.see("#failures", "Part 22")
    write_pulse(pulse_path(served.home.log), pulse(time_utc=datetime.now(UTC) - timedelta(hours=1)))
    browser.see("#face", "STALE")
    run_line(served.home)
    browser.see("#face", "FAIL")
    served.stop()
    browser.see("#face", "STALE")
    browser.see("#words", "does not hear from the server")


def test_pictures_are_judged_as_they_are_chosen_and_a_bad_file_is_an_answer(
    served: Served, browse: Callable[..., Browser], tmp_path: Path
) -> None:
    write_picture(tmp_path / "good.png", GOOD)
    write_picture(tmp_path / "bad.png", BAD)
    (tmp_path / "broken.png").write_bytes(b"no picture")
    browser = browse()
    browser.resize(PHONE)
    browser.open("/inspect")
    browser.send(tmp_path / "good.png", tmp_path / "bad.png", tmp_path / "broken.png")
    browser.see("#said", "3 pictures judged")
    answers = browser.driver.find_elements(By.CSS_SELECTOR, "#answers article")
    names = [answer.find_element(By.TAG_NAME, "h2").text for answer in answers]
    assert names == ["broken.png", "bad.png", "good.png"]  # the newest first
    broken, bad, good = (answer.text for answer in answers)
    assert "FAIL" in bad
    assert "PASS" in good
    assert "PASS" not in broken
    assert "P(defective)" in bad
    assert len(answers[1].find_elements(By.TAG_NAME, "img")) == 2
    until(lambda: browser.measure("[...document.images].every((image) => image.naturalWidth > 0)"))
    assert browser.measure("document.documentElement.scrollWidth <= window.innerWidth")


def test_pictures_can_be_dropped_and_pasted(served: Served, browse: Callable[..., Browser]) -> None:
    browser = browse()
    browser.open("/inspect")
    canvas = (
        "const canvas = document.createElement('canvas'); canvas.width = 120; canvas.height = 80;"
        "const pen = canvas.getContext('2d'); pen.fillStyle = '#5a5a5a'; pen.fillRect(0, 0, 120, 80);"
        "pen.fillStyle = '#f00'; pen.fillRect(30, 20, 30, 30);"
        "canvas.toBlob((blob) => { const data = new DataTransfer();"
        "data.items.add(new File([blob], NAME + '.png', { type: 'image/png' })); EVENT });"
    )
    drop = "document.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))"
    paste = "document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }))"
    browser.driver.execute_script(canvas.replace("NAME", "'dropped'").replace("EVENT", drop))
    browser.see("#answers", "dropped.png")
    browser.driver.execute_script(canvas.replace("NAME", "'pasted'").replace("EVENT", paste))
    browser.see("#answers", "pasted.png")
    faces = [face.text for face in browser.driver.find_elements(By.CSS_SELECTOR, "#answers .face .word")]
    assert faces == ["FAIL", "FAIL"]


def test_everything_can_be_reached_by_keys(served: Served, browse: Callable[..., Browser]) -> None:
    browser = browse()
    browser.open("/board")
    browser.press(Keys.TAB)
    assert browser.measure("document.activeElement.textContent") == "Skip to content"
    assert browser.measure("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    for _ in range(3):  # Board, Inspect, Results
        browser.press(Keys.TAB)
    browser.press(Keys.ENTER)
    until(lambda: browser.driver.current_url.endswith("/results"))
    until(lambda: browser.measure("document.readyState") == "complete")
    first = browser.measure("document.querySelector('main a[href^=\"/parts/\"]').textContent")
    for _ in range(40):
        if browser.measure("document.activeElement.getAttribute('href') || ''").startswith("/parts/"):
            break
        browser.press(Keys.TAB)
    browser.press(Keys.ENTER)
    until(lambda: "/parts/" in browser.driver.current_url)
    assert first


@pytest.mark.parametrize("size", [PHONE, DESK, WALL])
@pytest.mark.parametrize("dark", [False, True])
def test_every_page_fits_every_screen_in_both_palettes(
    served: Served, browse: Callable[..., Browser], size: tuple[int, int], dark: bool
) -> None:
    run_line(served.home)
    judge_part(served.home, 21, Verdict.FAIL)
    browser = browse(dark=dark)
    browser.resize(size)
    for path in PAGES:
        browser.see_fit(path, size, dark=dark)
    elsewhere = (
        "performance.getEntriesByType('resource').map((e) => e.name).filter((n) => !n.startsWith(location.origin))"
    )
    assert [name for name in browser.measure(elsewhere) if not name.startswith("data:")] == []
    assert browser.complaints() == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_password_is_asked_for_and_signing_out_ends_it(
    home: Home, browse: Callable[..., Browser], scripts: bool
) -> None:
    fill(home)
    with serving(home, Access(port=0, password="corridor-lamp-9")) as site:
        browser = browse(site.address, scripts=scripts)
        browser.open("/results")
        assert "/login" in browser.driver.current_url
        for typed, where, said in (
            ("wrong-password", "main", "That is not the password"),
            ("corridor-lamp-9", "h1", "Results"),
        ):
            until(lambda: browser.measure("document.activeElement.name") == "password")  # once it is drawn
            browser.press(typed, Keys.ENTER)
            browser.see(where, said)
        browser.driver.find_element(By.CSS_SELECTOR, "header form button").click()
        browser.see("h1", "Sign in")
        browser.open("/board")
        assert "/login" in browser.driver.current_url


def test_without_scripts_the_board_says_so_and_pictures_are_judged(
    served: Served, browse: Callable[..., Browser], tmp_path: Path
) -> None:
    write_picture(tmp_path / "bad.png", BAD)
    browser = browse(scripts=False)
    browser.open("/board")
    assert browser.measure("document.querySelector('noscript p').offsetHeight") > 0
    browser.open("/inspect")
    browser.send(tmp_path / "bad.png")
    browser.driver.find_element(By.CSS_SELECTOR, "#send button").click()
    browser.see("#answers", "FAIL")
    assert len(browser.driver.find_elements(By.CSS_SELECTOR, "#answers img")) == 2
