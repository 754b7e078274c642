"""The report: complete, honest about its evidence, self-contained, and as its figures say."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inspector.domain.rates import Rate
from inspector.domain.records import Thresholds
from trainer import figures
from trainer.calibration import calibrated, calibration_error, reliability
from trainer.evaluation import ConfusionCounts, Folds, Pointing, Spread
from trainer.judged import JudgedPicture, MetricsError
from trainer.metrics import evaluate
from trainer.protocol import Epoch, Finding
from trainer.report import Contents, proof, write_report
from trainer.report_metrics import Metrics
from trainer.samples import KINDS, MOST_ERRORS, MOST_RIGHT, SampleTile, choose_samples, grouped, side_by_side

ALL_FIGURES = {
    "confusion",
    "scores",
    "roc",
    "precision_recall",
    "cost",
    "reliability",
    "recall_by_type",
    "history",
    "samples",
    "samples-dark",  # for the window, not on the page
}


def judged(seed: int, good: int, defective: int) -> list[JudgedPicture]:
    rng = np.random.default_rng(seed)
    found = []
    for number in range(good + defective):
        defect = "good" if number < good else ("crack", "hole")[number % 2]
        p = 1 / (1 + np.exp(-rng.normal(-2 if defect == "good" else 2, 2)))
        found.append(
            JudgedPicture(f"{defect}/{number:03}.png", f"/data/{defect}/{number:03}.png", defect, "", float(p))
        )
    return found


def epoch(number: int, setting: str = "one") -> Epoch:
    return Epoch(
        setting=setting,
        epoch=number,
        epochs=3,
        training_loss=1 / number,
        validation_loss=1.2 / number,
        validation_f1=0.5 + number / 10,
        threshold=0.5,
        confusion=ConfusionCounts(defective_found=1, defective_passed=0, good_rejected=0, good_passed=1),
        best=True,
    )


def tile(one: JudgedPicture, heatmap: bool = True) -> SampleTile:
    picture = np.full((60, 90, 3), 128, np.uint8)
    warm = np.zeros((4, 6), np.float32)
    warm[1, 2] = 0.9
    return SampleTile(picture, warm if heatmap else None, one.name, one.path, one.defect, one.p_defective)


TEST = judged(1, 60, 40)
POINT = Thresholds(fail_at=0.5, review_from=0.3)


def contents(**changes: Any) -> Contents:
    whole = Contents(
        title="Bottle <1> & co",
        thresholds=POINT,
        test=TEST,
        validation=judged(2, 50, 30),
        temperature=1.5,
        config={"method": "layer4", "input_size": 448, "strength": None},
        counts={"train": {"good": 100, "crack": 9}, "test": {"good": 60, "crack": 20, "hole": 20}},
        findings=[
            Finding(severity="warning", code="near", what="3 pictures <look> alike", action="Look.", files=["a"])
        ],
        history=[epoch(1, "other"), epoch(1), epoch(2), epoch(3)],
        tiles=[tile(one) for one in choose_samples(TEST, 0.5)],
        pointing={
            "closed form": Pointing(
                pictures=5,
                pointing_game=0.8,
                pointing_game_tolerant=0.9,
                tolerance=0.03,
                pixel_auroc=None,
                energy_inside=0.5,
                mask_share=0.1,
            )
        },
        folds=Folds(
            f1=Spread(mean=0.9, sd=0.02, values=(0.88, 0.92)),
            confusion=ConfusionCounts(defective_found=9, defective_passed=1, good_rejected=0, good_passed=20),
            pictures=30,
        ),
        comparison=["Better than baseline-svm."],
        stages={"features": 12.0, "export": 3.5},
        environment={"python": "3.11"},
        warnings=["Few holes."],
    )
    return replace(whole, **changes)


class Page(HTMLParser):
    """What a reader and a browser see."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        if tag not in {"img", "br", "meta"}:
            self.open.append(tag)
        self.sources += [values["src"] or ""] if "src" in values else []
        self.links += [values["href"] or ""] if "href" in values else []

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data + " "


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return write_report(contents())


@pytest.fixture(scope="module")
def page(files: dict[str, bytes]) -> Page:
    return Page(files["report/report.html"])


def decoded(png: bytes) -> NDArray[np.uint8]:
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return np.asarray(picture, np.uint8)


def test_every_file_is_there_and_every_figure_shows_something(files: dict[str, bytes]) -> None:
    assert set(files) == {"report/metrics.json", "report/report.html"} | {f"report/{name}.png" for name in ALL_FIGURES}
    for name in ALL_FIGURES:
        picture = decoded(files[f"report/{name}.png"])
        assert picture.std() > 5
        assert picture.shape[1] >= 600


def test_the_metrics_are_those_of_the_pictures(files: dict[str, bytes]) -> None:
    metrics = json.loads(files["report/metrics.json"])
    assert Metrics.model_validate(metrics).test == evaluate(TEST, POINT)
    assert metrics["validation"]["pictures"] == 80
    scores = np.array([one["p_defective"] for one in metrics["predictions"]])
    truth = np.array([one["defect"] != "good" for one in metrics["predictions"]])
    assert metrics["test"]["confusion"]["defective_passed"] == (truth & (scores < 0.5)).sum()
    before = calibration_error(reliability(calibrated(scores, 1 / 1.5), truth.astype(np.int64)))
    assert metrics["calibration"] == {"temperature": 1.5, "ece": metrics["test"]["ece"], "ece_before": before}
    assert metrics["findings"][0]["files"] == ["a"]
    assert b"/data/" not in files["report/metrics.json"]


def test_the_page_needs_nothing_but_itself_and_is_well_formed(page: Page, files: dict[str, bytes]) -> None:
    assert page.open == []
    assert "script" not in page.tags
    assert "link" not in page.tags
    assert len(page.sources) == len(ALL_FIGURES) - 2 + len(contents().tiles)
    for source in page.sources:
        kind, _, data = source.partition(";base64,")
        assert kind in {"data:image/png", "data:image/jpeg"}
        decoded(base64.b64decode(data, validate=True))
    html = files["report/report.html"].decode()
    assert "@media print" in html
    assert re.search(r"@page \{ size: A4", html)
    assert "url(" not in html


def test_the_page_says_what_was_measured_and_links_to_the_files(page: Page) -> None:
    found = evaluate(TEST, POINT)
    for said in (
        f"{found.f1:.4f}",
        f"{found.auroc:.4f}",
        "Bottle <1> & co",
        "3 pictures <look> alike",
        "Few holes.",
    ):
        assert said in page.text
    for said in ("layer4", "15.5 s", "Better than baseline-svm.", "mean 0.9, sd 0.02", "closed form", "0.8000"):
        assert said in page.text
    assert set(page.links) == {f"file://{one.path}" for one in contents().tiles}


def test_the_evidence_is_not_more_than_it_is() -> None:
    few = proof(Rate(0, 20), 0.01)
    assert few.sentence.startswith(
        "To claim an escape rate of ≤ 1 % at 95 % you need 299 defective test parts without a miss; there are 20"
    )
    assert few.upper == pytest.approx(1 - 0.05 ** (1 / 20))
    assert "at most 14 %" in few.sentence
    assert "is shown" in proof(Rate(0, 299), 0.01).sentence
    assert "is shown" not in proof(Rate(0, 298), 0.01).sentence
    assert "is shown" not in proof(Rate(1, 299), 0.01).sentence
    assert proof(Rate(5, 5), 0.01).upper == 1.0
    assert "says nothing" in proof(Rate(0, 0), 0.01).sentence


def test_the_page_shows_the_evidence(page: Page) -> None:
    assert proof(evaluate(TEST, POINT).confusion.matrix.escapes, 0.01).sentence in page.text


@pytest.mark.parametrize("defect", ["good", "crack"])
def test_an_evaluation_on_one_class_makes_a_report_without_curves(defect: str) -> None:
    files = write_report(
        Contents(
            title="x",
            thresholds=Thresholds(fail_at=0.5),
            test=[one for one in TEST if one.defective == (defect != "good")],
        )
    )
    assert "report/roc.png" not in files
    assert ("report/recall_by_type.png" in files) == (defect == "crack")
    assert Page(files["report/report.html"]).open == []


def test_a_report_needs_a_picture() -> None:
    with pytest.raises(MetricsError):
        write_report(Contents(title="x", thresholds=Thresholds(fail_at=0.5), test=[]))


def test_several_categories_have_their_own_rows() -> None:
    both = [replace(one, category=("nut", "pill")[n % 2]) for n, one in enumerate(TEST)]
    text = Page(
        write_report(Contents(title="x", thresholds=Thresholds(fail_at=0.5), test=both))["report/report.html"]
    ).text
    assert "By category" in text
    assert "nut/good" in text


def test_the_same_contents_give_the_same_bytes(files: dict[str, bytes]) -> None:
    assert write_report(contents()) == files


def test_odd_scores_and_names_can_be_drawn() -> None:
    odd = [
        JudgedPicture("a$b$.png", "C:\\data\\a b.png", "good", "", 0.0),
        JudgedPicture("x_{1}", "rel/ü.png", "a$^b", "", 1.0),
    ]
    files = write_report(
        Contents(title="$x$", thresholds=Thresholds(fail_at=1e-7), test=odd, tiles=[tile(one) for one in odd])
    )
    assert Page(files["report/report.html"]).links == ["rel/%C3%BC.png", "file:///C:/data/a%20b.png"]


def test_the_samples_are_the_worst_errors_and_a_range_of_right_ones() -> None:
    many = [JudgedPicture(f"{n:03}", "", "crack" if n % 2 else "good", "", n / 400) for n in range(400)]
    chosen = choose_samples(many, 0.5)
    groups = grouped([tile(one, heatmap=False) for one in chosen], 0.5)
    assert list(groups) == list(KINDS)
    assert [len(own) for own in groups.values()] == [MOST_ERRORS, MOST_ERRORS, MOST_RIGHT, MOST_RIGHT]
    assert [one.p_defective for one in groups[KINDS[0]]][:2] == [1 / 400, 3 / 400]
    assert groups[KINDS[1]][0].p_defective == 398 / 400
    right = [one.p_defective for one in groups[KINDS[2]]]
    assert (right[0], right[-1]) == (399 / 400, 201 / 400)
    assert len({one.name for one in chosen}) == len(chosen)


def test_a_tile_shows_the_picture_and_beside_it_the_heat_where_it_is() -> None:
    one = tile(JudgedPicture("x", "", "crack", "", 0.9))
    sheet = side_by_side(one, 0.5)
    left, right = sheet[:, :320].astype(int), sheet[:, 328:].astype(int)
    changed = np.argwhere(np.abs(left - right).max(axis=2) > 40)
    # cell (1, 2) of 4 × 6, on 320 × 213 in the middle of the square
    assert changed.mean(axis=0) == pytest.approx([53 + 1.5 * 213 / 4, 2.5 * 320 / 6], abs=6)
    np.testing.assert_array_equal(left[160, 160], [128, 128, 128])
    assert (side_by_side(tile(JudgedPicture("x", "", "crack", "", 0.9), heatmap=False), 0.5)[:, 328:] == 255).all()


def test_a_cold_map_stays_cold() -> None:
    one = tile(JudgedPicture("x", "", "good", "", 0.1))
    assert one.heatmap is not None
    sheet = side_by_side(replace(one, heatmap=one.heatmap * 0.02), 0.5)
    assert np.abs(sheet[:, :320].astype(int) - sheet[:, 328:]).max() < 5


def test_the_drawn_operating_point_moves_with_the_threshold() -> None:
    scores = np.array([one.p_defective for one in TEST])
    labels = np.array([one.defective for one in TEST], dtype=np.int64)
    for paint in (figures.roc, figures.precision_recall, figures.cost_curve):
        assert paint(scores, labels, 0.3) != paint(scores, labels, 0.7)
    drawn = [figures.score_distribution(scores, labels, Thresholds(fail_at=fail_at)) for fail_at in (0.3, 0.7)]
    assert drawn[0] != drawn[1]


def test_a_figure_leaves_matplotlibs_settings_alone() -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    figures.recall_by_type({"crack": Rate(3, 4)})
    assert dict(mpl.rcParams) == before
