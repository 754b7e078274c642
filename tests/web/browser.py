"""Chromium for tests of pages: at one server, in one palette, driven by mouse and keys."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from inspector.domain.palette import DARK, LIGHT
from tests.waits import WAIT_S, until

pytest.importorskip("selenium", reason="selenium is not installed")
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

__all__ = ["DESK", "PHONE", "WALL", "Browser", "By", "Keys", "browsers", "needs_browser"]

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
needs_browser = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="Chromium and its driver are not installed")

PHONE, DESK, WALL = (390, 844), (1280, 800), (3840, 2160)


class Browser:
    """Chromium at one page of a server."""

    def __init__(self, address: str, *, dark: bool = False, scripts: bool = True) -> None:
        options = ChromeOptions()
        options.binary_location = str(CHROMIUM)
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
            options.add_argument(argument)
        if not scripts:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = Chrome(options=options, service=Service(str(DRIVER)))
        self.driver.set_page_load_timeout(WAIT_S)
        self.address = address
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})
        self.resize(DESK)

    def resize(self, size: tuple[int, int]) -> None:
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == PHONE}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def open(self, path: str) -> None:
        self.driver.get(self.address.rstrip("/") + path)

    def see(self, where: str, words: str) -> None:
        """Wait until a place shows these words."""
        script = "return [...document.querySelectorAll(arguments[0])].map((part) => part.innerText).join(' ')"
        until(lambda: words in self.driver.execute_script(script, where))

    def measure(self, script: str) -> Any:
        return self.driver.execute_script(f"return {script}")

    def press(self, *keys: str) -> None:
        self.driver.switch_to.active_element.send_keys(*keys)

    def send(self, *files: Path) -> None:
        self.driver.find_element(By.ID, "picture").send_keys("\n".join(map(str, files)))

    def see_fit(self, path: str, size: tuple[int, int], *, dark: bool) -> None:
        """Open a page, and see that it fits the screen, has its palette, and can be used by finger and screen reader."""
        self.open(path)
        ground = (DARK if dark else LIGHT).ground.lstrip("#")
        wanted = "rgb({}, {}, {})".format(*(int(ground[place : place + 2], 16) for place in (0, 2, 4)))
        until(lambda: self.measure("getComputedStyle(document.body).backgroundColor") == wanted)
        assert self.measure("document.documentElement.scrollWidth <= window.innerWidth"), path
        assert self.measure("document.documentElement.lang") == "en"
        assert self.measure("document.querySelectorAll('h1').length") == 1
        assert self.measure("[...document.images].every((image) => image.hasAttribute('alt'))")
        named = (
            "[...document.querySelectorAll('input:not([type=hidden]), select')].every((field) => field.labels.length)"
        )
        assert self.measure(named), path
        small = "[...document.querySelectorAll('button, .button, nav a')].filter((b) => b.offsetHeight < 36).length"
        assert self.measure(small) == 0, path
        shots = os.environ.get("INSPECTOR_SHOTS")
        if shots:
            name = path[1:].replace("/", "-")
            self.driver.save_screenshot(f"{shots}/{name}-{size[0]}-{'dark' if dark else 'light'}.png")

    def complaints(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser")]


@contextmanager
def browsers(address: Callable[[], str]) -> Iterator[Callable[..., Browser]]:
    """What opens browsers, and closes them all."""
    opened: list[Browser] = []

    def make(other: str = "", **how: bool) -> Browser:
        opened.append(Browser(other or address(), **how))
        return opened[-1]

    yield make
    for browser in opened:
        browser.driver.quit()
