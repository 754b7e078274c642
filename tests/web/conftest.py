"""A server around a log with some parts, and a model whose verdicts are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from inspector import assembly
from inspector.domain.records import ArchivedPicture, Inspection, Verdict
from inspector.outputs.result_log import SqliteResultLog
from inspector.paths import Home
from inspector.pictures import encode_picture, write_picture
from inspector.settings import Settings
from inspector.trial import TrialJudge
from inspector.web.access import Access
from inspector.web.app import make_app
from inspector.web.judge import UploadJudge
from inspector.web.station import StationView
from tests.bundles import make_bundle
from tests.outputs.samples import inspection

GOOD = np.full((80, 120, 3), 90, np.uint8)
BAD = GOOD.copy()
BAD[20:50, 30:60] = (0, 0, 255)  # red, BGR


@dataclass
class Site:
    """What a test works with."""

    home: Home
    parts: list[Inspection]
    client: TestClient
    judge: UploadJudge

    def send(self, *images: np.ndarray, **more: Any) -> Any:
        files = [
            ("picture", (f"p{n}.png", encode_picture(image, ".png"), "image/png")) for n, image in enumerate(images)
        ]
        return self.client.post("/inspect", files=files, headers={"accept": "application/json"}, **more)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(root=tmp_path / "home")
    make_bundle(home.models / "red")
    return home


def fill(home: Home) -> list[Inspection]:
    picture, heatmap = home.root / "pictures" / "p.png", home.root / "pictures" / "p.heatmap.png"
    write_picture(picture, BAD)
    write_picture(heatmap, np.array([[0, 255], [0, 0]], np.uint8))
    verdicts = [Verdict.PASS, Verdict.FAIL, Verdict.PASS, Verdict.REVIEW, Verdict.ERROR]
    parts = [inspection(number + 1, verdict) for number, verdict in enumerate(verdicts)]
    parts[1] = replace(parts[1], picture=ArchivedPicture(path=picture, sha256="0" * 64, heatmap_path=heatmap))
    log = SqliteResultLog(home.log)
    try:
        for part in parts:
            log.append(part)
    finally:
        log.close()
    return parts


def make_site(home: Home, access: Access, **judging: Any) -> tuple[TestClient, UploadJudge]:
    settings = Settings(station="Press 3")
    recipe = assembly.recipe_for("red", f"folder:{home.root}")
    judge = UploadJudge(TrialJudge(home, lambda: settings), lambda: recipe, **judging)
    view = StationView(assembly.places(home, settings), lambda: settings)
    app = make_app(view, judge, access)
    return TestClient(app, base_url=f"{access.scheme}://127.0.0.1:8765", follow_redirects=False), judge


@pytest.fixture
def site(home: Home) -> Iterator[Site]:
    parts = fill(home)
    client, judge = make_site(home, Access())
    with client:
        yield Site(home, parts, client, judge)
