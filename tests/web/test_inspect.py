"""Pictures that are sent in: the window's verdict, and only so many at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from inspector import assembly
from inspector.domain.errors import InspectorError
from inspector.domain.heatmap import HeatmapKind
from inspector.gui.station.store import Store
from inspector.pictures import encode_picture, write_picture
from inspector.settings import Settings
from inspector.trial import TrialJudge
from inspector.web.access import Access
from inspector.web.judge import BusyError, UploadJudge
from inspector.web.pages import MOST_PICTURES
from tests.web.conftest import BAD, GOOD, Site, make_site


def test_the_answer_is_the_window_s_to_the_last_digit(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "p0.png"
    write_picture(file, BAD)
    store = Store(site.home, Settings())
    recipe = assembly.recipe_for("red", f"folder:{site.home.root}")
    try:
        _, decision, prediction = store.try_picture(file, recipe)
    finally:
        store.close()
    assert prediction is not None
    (answer,) = site.send(BAD).json()["results"]
    assert answer["verdict"] == decision.verdict.value == "FAIL"
    assert answer["p_defective"] == decision.p_defective
    assert answer["reason"] == decision.reason
    assert answer["class"] == "defective"
    assert answer["probabilities"]["defective"] == float(prediction.probabilities[1])
    assert np.array_equal(np.array(answer["map"], np.float32), prediction.heatmap)
    assert answer["picture"].startswith("data:image/jpeg;base64,")
    assert answer["heatmap"].startswith("data:image/jpeg;base64,")
    assert (answer["heatmap_shows"], prediction.shows) == ("grad-cam", HeatmapKind.GRAD_CAM)


def test_several_pictures_are_answered_in_their_order_and_nothing_is_recorded(site: Site) -> None:
    before = site.client.get("/api/results").json()["counts"]
    answers = site.send(GOOD, BAD, GOOD).json()["results"]
    assert [answer["verdict"] for answer in answers] == ["PASS", "FAIL", "PASS"]
    assert [answer["name"] for answer in answers] == ["p0.png", "p1.png", "p2.png"]
    assert site.client.get("/api/results").json()["counts"] == before


def test_a_bad_picture_is_an_answer_and_the_others_are_judged(site: Site) -> None:
    files = [
        ("picture", ("broken.png", b"this is no picture", "image/png")),
        ("picture", ("good.png", encode_picture(GOOD, ".png"), "image/png")),
    ]
    answer = site.client.post("/inspect", files=files)
    assert answer.status_code == 200
    broken, good = answer.json()["results"]
    assert (broken["verdict"], good["verdict"]) == ("ERROR", "PASS")
    assert "broken.png" in broken["reason"]
    assert (broken["picture"], broken["heatmap"], broken["map"]) == (None, None, None)


def test_a_browser_without_scripts_gets_a_page(site: Site) -> None:
    files = [("picture", ("<b>.png", encode_picture(BAD, ".png"), "image/png"))]
    page = site.client.post("/inspect", files=files, headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "FAIL" in page.text
    assert "&lt;b&gt;.png" in page.text
    assert "<b>.png" not in page.text


@pytest.mark.parametrize(("files", "status"), [([], 400), (MOST_PICTURES + 1, 400)])
def test_nothing_and_too_many_are_refused_in_words(site: Site, files: list[str] | int, status: int) -> None:
    sent = [("picture", (f"{n}.png", b"x", "image/png")) for n in range(files if isinstance(files, int) else 0)]
    answer = site.client.post("/inspect", files=sent or {"other": ("x", b"x")})
    assert answer.status_code == status
    assert answer.json()["what"]


def test_a_picture_that_is_too_large_is_refused_before_it_is_decoded(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.web.pages.MOST_PICTURE_BYTES", 100)
    answer = site.send(GOOD)
    assert (answer.status_code, site.judge.judged) == (413, 0)
    assert "p0.png" in answer.json()["what"]


def test_a_request_that_is_too_large_is_refused_before_it_is_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.web.answers.MOST_BODY_BYTES", 100)
    assert site.send(GOOD).status_code == 413


def test_when_all_places_are_taken_the_next_is_told_when_to_come_again(site: Site) -> None:
    with site.judge.admitted():
        assert site.send(GOOD).status_code == 200
    full, taken = UploadJudge(None, None, most_waiting=2), []  # type: ignore[arg-type]
    with full.admitted(), full.admitted():
        with pytest.raises(BusyError) as refused, full.admitted():
            taken.append(1)
        assert refused.value.retry_after_s >= 1
    assert (taken, full.refused, full.waiting) == ([], 1, 0)


def test_too_many_requests_are_answered_with_429_and_retry_after(home: object, site: Site) -> None:
    client, judge = make_site(site.home, Access(), most_waiting=1)
    with client, judge.admitted():
        answer = client.post("/inspect", files=[("picture", ("p.png", encode_picture(GOOD, ".png")))])
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1


def test_a_model_that_cannot_be_used_is_said(site: Site) -> None:
    recipe = assembly.recipe_for("gone", f"folder:{site.home.root}")
    judge = UploadJudge(TrialJudge(site.home, Settings), lambda: recipe)
    judge.start()
    try:
        with pytest.raises(InspectorError, match="gone"):
            asyncio.run(judge.ask("p.png", encode_picture(GOOD, ".png")))
    finally:
        judge.close()
