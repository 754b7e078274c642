"""Parts judged again: as recorded, by another model, and which of them are suspect after an escape."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inspector import assembly
from inspector.cli import main
from inspector.domain.config import ArchiveConfig, KeepPolicy, QualityLimits
from inspector.domain.ids import new_id
from inspector.domain.records import ArchivedPicture, Decision, Image, Inspection, Thresholds, Verdict, ViewRecord
from inspector.engine.inspect import inspect_picture
from inspector.outputs.result_log import SqliteResultLog
from inspector.paths import Home
from inspector.pictures import encode_picture, write_picture
from inspector.replay.chosen import ChosenPart, ChosenParts, KeptView, NotJudged
from inspector.replay.run import ReplayedPart, ReplayOutcome
from inspector.replay.suspects import find_suspects
from inspector.vision.classifier import Classifier
from tests.bundles import make_bundle
from tests.outputs.samples import MODEL, START, inspection

POINTS = Thresholds(fail_at=0.5, review_from=0.2)
PLAIN = np.full((64, 64, 3), 90, np.uint8)


def spotted(*colour: int) -> Image:
    picture = PLAIN.copy()
    picture[16:32, 16:32] = colour
    return picture


RED, GREEN = spotted(0, 0, 255), spotted(0, 255, 0)


@dataclass
class Record:
    """A home with a model that sees red, and a log to which parts are added as the line would."""

    home: Home
    log: SqliteResultLog
    model: Classifier

    def judged(self, picture: Image) -> Decision:
        return inspect_picture(self.model, picture, POINTS, QualityLimits())[0]

    def keep(self, picture: Image, name: str, suffix: str = ".png") -> ArchivedPicture:
        path = self.home.archive / "2026" / "01" / "31" / "any" / f"{name}{suffix}"
        write_picture(path, picture)
        return ArchivedPicture(path=path, sha256=hashlib.sha256(path.read_bytes()).hexdigest(), heatmap_path=None)

    def add(self, number: int, picture: Image, *, keep: bool = True, **more: Any) -> Inspection:
        part = replace(inspection(number), decision=self.judged(picture), model=self.model.identity)
        kept = self.keep(picture, part.id) if keep else None
        part = replace(part, picture=kept, **more)
        self.log.append(part)
        return part


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    home = Home(root=tmp_path / "home")
    make_bundle(home.models / "red")
    make_bundle(home.models / "green", classes=("good", "red", "green"))
    model = assembly.load_classifier("red", home, thresholds=POINTS, guard_rate=0.0)
    with closing(model), closing(SqliteResultLog(home.log)) as log:
        yield Record(home, log, model)


def asked(capsys: pytest.CaptureFixture[str], record: Record, *arguments: str) -> tuple[int, Any]:
    code = main([*arguments, "--home", str(record.home.root), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_as_recorded_no_verdict_differs_and_asked_again_it_goes_on(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, picture in enumerate((PLAIN, RED, GREEN, PLAIN), 1):
        record.add(number, picture)
    for _ in range(2):
        code, said = asked(capsys, record, "replay", "L1")
        assert (code, said["judged"], said["exact"], said["differ"]) == (0, 4, 4, 0)
        assert said["verdicts"] == {"PASS": {"PASS": 3}, "FAIL": {"FAIL": 1}}
        assert said["largest_difference"] < 1e-6
    with Path(said["csv"]).open(encoding="utf-8-sig", newline="") as file:
        assert [row["verdict_now"] for row in csv.DictReader(file)] == ["PASS", "FAIL", "PASS", "PASS"]


def test_what_cannot_be_judged_is_counted_by_its_reason(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    record.add(1, PLAIN)
    record.add(2, PLAIN, keep=False)
    record.add(3, PLAIN, keep=False, image_not_saved="the disk is full")
    gone, changed, damaged = (record.add(number, PLAIN) for number in (4, 5, 6))
    assert gone.picture is not None
    assert changed.picture is not None
    assert damaged.picture is not None
    gone.picture.path.unlink()
    changed.picture.path.write_bytes(encode_picture(RED, ".png"))
    damaged.picture.path.write_bytes(b"nothing")
    record.log.append(inspection(7, Verdict.ERROR))
    code, said = asked(capsys, record, "replay", "--since", "2026-01-01")
    assert (code, said["parts"], said["judged"], said["differ"]) == (0, 7, 1, 0)
    assert said["not_judged"] == {"error": 1, "not_kept": 1, "not_saved": 1, "gone": 1, "changed": 2}


def test_a_model_that_is_gone_is_said_and_one_of_the_same_name_is_not_taken_for_it(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    part = record.add(1, PLAIN)
    shutil.rmtree(record.home.models / "red")
    make_bundle(record.home.models / "red", seed=1)
    code, said = asked(capsys, record, "replay", part.id)
    assert code == 1
    assert NotJudged.NO_MODEL.value in said["error"]["what"]
    assert record.model.identity.sha256[:12] in said["error"]["next_step"]
    code, said = asked(capsys, record, "replay", part.id, "--model", "red")
    assert (code, said["judged"], said["exact"]) == (0, 1, 0)


def test_pictures_of_another_computer_are_looked_for_in_the_archive_of_this_one(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    part = record.add(1, PLAIN, keep=False)
    kept = record.keep(PLAIN, "kept")
    there = Path("/elsewhere/pictures", *kept.path.parts[-5:])
    record.log.append(replace(part, id=new_id(), part_number=2, picture=replace(kept, path=there)))
    code, said = asked(capsys, record, "replay", "L1")
    assert (code, said["exact"], said["not_judged"]) == (0, 1, {"not_kept": 1})


def test_suspects_are_parts_that_left_as_good_and_would_not_pass_now(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    record.add(1, PLAIN)
    escaped = record.add(2, GREEN)
    record.add(3, RED)
    spared = record.add(4, RED)
    home = ("--home", str(record.home.root))
    assert main(["review", "judge", spared.id, "good", *home]) == 0
    capsys.readouterr()
    code, said = asked(capsys, record, "suspects", "--since", "2026-01-01", "--model", "green")
    assert code == 0
    assert [part["id"] for part in said["suspects"]] == [escaped.id, spared.id]
    assert (said["passes"], said["passes_judged"], said["passes_unknown"]) == (2, 2, 0)
    assert main(["suspects", "--since", "2026-01-01", "--model", "green", *home]) == 0
    out = capsys.readouterr().out
    assert "2 suspect parts: 2 of 2 passed parts judged again" in out
    assert "Every passed part was judged again." in out


def test_thresholds_alone_find_suspects_too_and_something_must_judge_otherwise(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    part = record.add(1, PLAIN)
    code, said = asked(capsys, record, "suspects", "--lot", "L1", "--fail-at", "0.001")
    assert (code, [entry["id"] for entry in said["suspects"]]) == (0, [part.id])
    code, said = asked(capsys, record, "suspects", "--lot", "L1")
    assert (code, said["error"]["what"]) == (1, "nothing is said that judges otherwise than on the day")
    code, said = asked(capsys, record, "replay", "L2")
    assert (code, said["error"]["what"].startswith("there is no part, serial number or lot “L2”")) == (1, True)


def test_a_part_of_several_views_has_the_worst_of_them_and_another_model_judges_its_own_view(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    part = replace(inspection(1), model=record.model.identity)
    views = tuple(
        ViewRecord(
            name=name,
            source="demo:",
            decision=record.judged(picture),
            model=record.model.identity,
            picture=record.keep(picture, f"{part.id}-{name}"),
        )
        for name, picture in (("Main", GREEN), ("Side", RED))
    )
    whole = replace(views[0].decision, verdict=Verdict.FAIL)
    record.log.append(replace(part, decision=whole, picture=views[0].picture, views=views))
    _, said = asked(capsys, record, "replay", "L1")
    assert (said["verdicts"], said["exact"]) == ({"FAIL": {"FAIL": 1}}, 1)
    _, said = asked(capsys, record, "replay", "L1", "--model", "green")
    assert said["verdicts"] == {"FAIL": {"FAIL": 1}}
    code, said = asked(capsys, record, "replay", "L1", "--model", "green", "--view", "Top")
    assert (code, NotJudged.NO_VIEW.value in said["error"]["what"]) == (1, True)


def outcome_of(kept: int, suspect: int, passes: int) -> ReplayOutcome:
    part = ChosenPart(
        inspection_id="x", time_utc=START, recipe="R", recipe_version=2, lot="", part_number=1, serial="",
        verdict=Verdict.PASS, p_defective=0.1,
    )  # fmt: skip
    verdicts = [Verdict.FAIL] * suspect + [Verdict.PASS] * (kept - suspect)
    chosen = ChosenParts(inspected=passes, passes=Counter({part.sampled: passes}))
    return ReplayOutcome(chosen=chosen, parts=[ReplayedPart(part=part, verdict=verdict) for verdict in verdicts])


def test_passes_that_were_not_kept_have_an_interval_where_others_were_kept_at_random() -> None:
    kept = ArchiveConfig(keep=KeepPolicy.ONE_IN_N, one_in=10)
    suspects = find_suspects(outcome_of(100, 2, 1000), (), lambda *_: kept)
    assert (suspects.not_judged, suspects.unknown, len(suspects.parts)) == (900, 0, 2)
    assert suspects.more.value == pytest.approx(18.0)
    assert (suspects.more.low, suspects.more.high) == (4.0, 64.0)  # Wilson of 2 of 100, times 900, outwards


def test_where_none_was_kept_at_random_nothing_is_claimed() -> None:
    failures = ArchiveConfig(keep=KeepPolicy.FAILURES)
    for policy in (failures, None):
        suspects = find_suspects(outcome_of(0, 0, 50), (), lambda *_, policy=policy: policy)
        assert (suspects.not_judged, suspects.unknown) == (0, 50)


def test_a_picture_that_was_kept_with_losses_is_never_called_exact() -> None:
    view = KeptView(
        name="", p_defective=0.1, thresholds=POINTS, model=MODEL, base="/a", file="2026/01/31/pass/x.webp", sha256=""
    )
    assert not view.lossless
    assert replace(view, file="x.png").lossless
