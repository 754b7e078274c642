"""Where labelled scores come from: a model's validation, batches, reviews."""

from __future__ import annotations

import csv
import hashlib
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from inspector.batch.record import Judge, RunRecord, write_record
from inspector.batch.rows import HEADER
from inspector.batch.run_state import read_run
from inspector.domain.config import QualityLimits
from inspector.domain.errors import BundleError, InspectorError
from inspector.domain.rates import Rate
from inspector.domain.records import Thresholds, Verdict
from inspector.domain.review import Judgement
from inspector.operating_point.batch import batch_parts
from inspector.operating_point.choice import ChoiceError
from inspector.operating_point.model import validation_of
from inspector.operating_point.parts import escapes_by_type, evidence_of
from inspector.operating_point.reviewed import reviewed_parts
from inspector.operating_point.sources import REVIEWS, VALIDATION, Sources, parts_of
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from inspector.paths import Home
from inspector.recipes.recipe import Recipe
from inspector.vision.learnt import HASHED_AT_MOST, learnt_from
from tests.batch.store_batches import MEMORY
from tests.bundles import make_bundle
from tests.gui.conftest import picture
from tests.operating_point.parts import STRANGE, USUAL, Scored, scored_bundle
from tests.outputs.samples import MODEL, inspection
from tests.review.parts import said


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The pictures that the model was trained on; each has other bytes."""
    for number, one in enumerate(USUAL):
        path = tmp_path / "data" / one.name
        path.parent.mkdir(parents=True, exist_ok=True)
        picture(path, bad=one.defect != "good")
        path.write_bytes(path.read_bytes() + bytes([number]))
    return tmp_path / "data"


@pytest.fixture
def home(tmp_path: Path, data: Path) -> Home:
    found = Home(root=tmp_path / "home")
    scored_bundle(found.models / "cap", data)
    return found


# --- the model --------------------------------------------------------------------------------------------------------


def test_validation_is_chosen_by_and_the_test_is_held_out(home: Home, data: Path) -> None:
    parts = validation_of(home.models / "cap")
    assert (parts.good, parts.defective, parts.own) == (3, 3, True)
    assert parts.scores.scores.tolist() == [0.1, 0.2, 0.4, 0.3, 0.8, 0.9]
    assert parts.picture(0) == data / "good" / "0.png"
    assert parts.held_out is not None
    assert parts.held_out.scores.tolist() == [0.15, 0.7]
    point = Thresholds(fail_at=0.5, review_from=0.35)
    assert escapes_by_type(parts, point) == {"crack": Rate(1, 2), "dent": Rate(0, 1)}
    evidence = evidence_of(parts, point)
    assert (evidence.defective_passed, evidence.defective, evidence.looked_at, evidence.good) == (1, 3, 1, 3)
    assert evidence.source == "validation pictures of cap"


def test_strangeness_is_read_where_it_is_recorded_and_counted_where_not(home: Home, data: Path) -> None:
    parts = validation_of(scored_bundle(home.models / "strange", data, STRANGE))
    assert np.array_equal(parts.scores.strangeness, [0.5, 1.1, np.nan, 1.5, 0.7, 2.0], equal_nan=True)
    assert parts.held_out is not None
    assert parts.held_out.strangeness.tolist() == [0.6, 0.8]
    evidence = evidence_of(parts, Thresholds(fail_at=0.5, strange_from=1.0))
    assert (evidence.good_held, evidence.defective_held, evidence.unmeasured) == (1, 1, 1)
    assert (evidence.defective_passed, evidence.looked_at) == (0, 2)
    before = evidence_of(validation_of(home.models / "cap"), Thresholds(fail_at=0.5, strange_from=1.0))
    assert (before.good_held, before.defective_passed, before.unmeasured) == (0, 1, 6)


def test_what_good_parts_alone_can_say_of_a_model_is_not_overstated(home: Home, data: Path) -> None:
    chosen = " ".join(validation_of(home.models / "cap").notes)
    assert "was chosen by these parts" in chosen
    assert "test parts, which chose nothing" in chosen
    good = [scored for scored in USUAL if scored.defect == "good" and not scored.test]
    said = " ".join(validation_of(scored_bundle(home.models / "good", data, good)).notes)
    assert said.endswith("was not chosen by these parts.")
    assert "test parts" not in said


def test_a_model_without_scores_says_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="Train it again with this version"):
        validation_of(make_bundle(tmp_path / "plain"))


# --- batches ----------------------------------------------------------------------------------------------------------


def _batch(home: Home, folder: Path, rows: dict[str, str], *, model: str = "cap") -> str:
    """A batch that has ended: names and P(defective), empty for an ERROR."""
    bundle = home.models / model
    sha = hashlib.sha256((bundle / "manifest.json").read_bytes()).hexdigest()
    judge = Judge(
        model_name=model, model_folder=str(bundle), model_sha256=sha, device="CPU", precision="int8", backend="openvino",
        thresholds=Thresholds(fail_at=0.5), quality=QualityLimits(), software_version="0",
    )  # fmt: skip
    out = home.batches / "20260101-one"
    record = RunRecord(
        folder=str(folder), model=model, started=datetime(2026, 1, 1, 12, tzinfo=UTC), who="Ada", judge=judge
    )
    write_record(out, record)
    with (out / "results.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for name, p in rows.items():
            verdict = "ERROR" if not p else "FAIL" if float(p) >= 0.5 else "PASS"
            writer.writerow((name, 1, 1, verdict, p, "", "{}", "", "", sha, "", "", "1.25", "1", "yes"))
    return out.name


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """Pictures of a batch: two new ones, and a copy of a training picture under another name."""
    folder = tmp_path / "fresh"
    for name in ("good/a.png", "crack/b.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    return folder


ROWS = {"good/a.png": "0.200000", "crack/b.png": "0.900000"}


def test_a_labelled_batch(home: Home, fresh: Path) -> None:
    run = read_run(home.batches / _batch(home, fresh, ROWS | {"crack/c.png": "", "loose.png": "0.5"}))
    parts = batch_parts(run)
    assert np.array_equal(parts.scores.scores, [0.2, 0.9, np.nan], equal_nan=True)
    assert parts.scores.strangeness.tolist() == [1.25] * 3
    assert parts.scores.heat_outside.all()
    assert list(parts.types) == ["good", "crack", "crack"]
    assert parts.scores.at(Thresholds(fail_at=0.5)).confusion.defective.error == 1  # not passed
    assert parts.picture(1) == fresh / "crack" / "b.png"
    outside = "Of 3 parts the heat lies outside the part: where it counts, these go to REVIEW, never FAIL."
    assert parts.notes == ("Not counted: 1 picture without a label.", outside)
    assert parts.warnings == ()
    assert not parts.own


def test_pictures_that_the_model_has_learnt_from_are_left_out_and_said_loudly(
    home: Home, fresh: Path, data: Path
) -> None:
    shutil.copy(data / "crack" / "1.png", fresh / "crack" / "renamed.png")
    shutil.copy(data / "crack" / "2.png", fresh / "crack" / "tested.png")  # of the test part: nothing was learnt
    more = {"crack/renamed.png": "0.99", "crack/tested.png": "0.6"}
    parts = batch_parts(read_run(home.batches / _batch(home, fresh, ROWS | more)))
    assert list(parts.names) == ["good/a.png", "crack/b.png", "crack/tested.png"]
    (warning,) = parts.warnings
    assert warning.startswith("Left out: 1 of 4 labelled pictures, as the model has learnt from them")


def test_the_training_folder_itself_leaves_the_test_part(home: Home, data: Path) -> None:
    run = read_run(home.batches / _batch(home, data, {one.name: str(one.p) for one in USUAL}))
    assert list(batch_parts(run).names) == ["good/3.png", "crack/2.png"]
    (data / "good" / "0.png").unlink()  # by its name it is known all the same
    assert len(batch_parts(run).names) == 2


def test_a_batch_of_nothing_but_training_pictures_is_no_evidence(home: Home, data: Path) -> None:
    run = read_run(home.batches / _batch(home, data, {"good/0.png": "0.1", "crack/0.png": "0.9"}))
    with pytest.raises(ChoiceError, match="learnt from all 2 labelled pictures"):
        batch_parts(run)


def test_a_batch_without_labels_says_so(home: Home, tmp_path: Path) -> None:
    run = read_run(home.batches / _batch(home, tmp_path / "loose", {"a.png": "0.1", "b.png": "0.9"}))
    with pytest.raises(ChoiceError, match="2 pictures and none of them a label"):
        batch_parts(run)


def test_where_the_split_is_not_known_that_is_said(home: Home, fresh: Path) -> None:
    make_bundle(home.models / "plain")
    run = read_run(home.batches / _batch(home, fresh, ROWS, model="plain"))
    assert "is not known: the model plain does not say" in batch_parts(run).warnings[0]
    shutil.rmtree(home.models / "plain")
    gone = read_run(home.batches / run.id)
    assert "is not known: the model plain is not in" in batch_parts(gone).warnings[0]


def test_a_batch_of_an_object_store_is_chosen_by_like_one_of_a_folder(
    home: Home, data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("good/a.png", "crack/b.png"):
        MEMORY.pipe(f"/chosen/{name}", name.encode())
    MEMORY.pipe("/chosen/crack/renamed.png", (data / "crack" / "1.png").read_bytes())
    identity = _batch(home, "memory://chosen", ROWS | {"crack/renamed.png": "0.99"})  # type: ignore[arg-type]
    parts = batch_parts(read_run(home.batches / identity))
    assert list(parts.names) == ["good/a.png", "crack/b.png"]
    assert parts.warnings[0].startswith("Left out: 1 of 3 labelled pictures, as the model has learnt")
    assert str(parts.picture(1)) == "memory://chosen/crack/b.png"
    by_command, points, _ = parts_of(identity, home)
    assert (list(by_command.names), points.fail_at) == (list(parts.names), 0.5)
    MEMORY.rm("/chosen", recursive=True)
    away = batch_parts(read_run(home.batches / identity))
    assert len(away.names) == 3
    (warning,) = away.warnings
    assert warning == (
        "Whether the model has learnt from these pictures is not known: memory://chosen cannot be read: it is not there."
    )


def test_in_large_batches_copies_are_found_by_their_file_name(home: Home, fresh: Path, data: Path) -> None:
    (fresh / "other").mkdir()
    shutil.copy(data / "crack" / "1.png", fresh / "other" / "1.png")
    shutil.copy(data / "crack" / "1.png", fresh / "other" / "renamed.png")
    files = [fresh / "other" / "1.png", fresh / "other" / "renamed.png"]
    learnt = learnt_from(home.models / "cap")
    assert learnt.among(files) == ([0, 1], True)
    assert learnt.among([*files, *[fresh / "none.png"] * HASHED_AT_MOST]) == ([0], False)


# --- reviews ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Five parts: good, defective, conflict, unsure; the last was inspected by another model."""
    path = tmp_path / "log.sqlite3"
    rows = [inspection(number) for number in range(1, 6)]
    asked = replace(rows[0].decision.thresholds, spares_outside=True)
    told = replace(rows[0].decision, thresholds=asked, strangeness=1.5, heat_outside=True)
    rows[0] = replace(rows[0], decision=told)
    rows[1] = inspection(2, Verdict.ERROR)
    rows[4] = replace(rows[4], model=replace(MODEL, sha256="b" * 64))
    with closing(SqliteResultLog(path)) as opened:
        for one in rows:
            opened.append(one)
    reviews = ReviewLog(path)
    good, bad, unsure = Judgement.GOOD, Judgement.DEFECTIVE, Judgement.UNSURE
    reviews.add(said(rows[0].id, good))
    reviews.add(said(rows[1].id, bad, defect_type="crack"))
    reviews.add(said(rows[2].id, good))
    reviews.add(said(rows[2].id, bad, by="Eve"))
    reviews.add(said(rows[3].id, unsure))
    reviews.add(said(rows[4].id, good))
    return path


def test_reviewed_parts_count_where_nobody_doubts_them(log: Path) -> None:
    parts = reviewed_parts(log, "R", MODEL.sha256)
    assert np.array_equal(parts.scores.scores, [0.25, np.nan], equal_nan=True)
    assert np.array_equal(parts.scores.strangeness, [1.5, np.nan], equal_nan=True)
    assert parts.scores.heat_outside.tolist() == [True, False]
    assert list(parts.types) == ["good", "crack"]
    assert list(parts.names) == ["part 1", "part 2"]
    assert parts.picture(0) is None
    assert parts.notes == (
        "Not counted: 2 parts of which reviewers are unsure or disagree.",
        "Not counted: 1 part that another model has inspected.",
        "Of 1 part the heat lies outside the part: where it counts, these go to REVIEW, never FAIL.",
    )
    assert "no random sample" in parts.warnings[0]


def test_no_reviewed_part_says_where_to_judge_some(log: Path) -> None:
    with pytest.raises(ChoiceError, match="Review page"):
        reviewed_parts(log, "Other", MODEL.sha256)
    with pytest.raises(ChoiceError, match="3 were judged under another model"):
        reviewed_parts(log, "R", "c" * 64)


# --- all --------------------------------------------------------------------------------------------------------------


def test_the_list_has_the_batches_of_the_recipes_model_only(home: Home, fresh: Path, tmp_path: Path) -> None:
    identity = _batch(home, fresh, ROWS)
    sources = Sources(home, tmp_path / "log.sqlite3")
    recipe = Recipe(name="Cap", source="demo:", model="cap")
    assert [one.key for one in sources.list(recipe)] == [VALIDATION, identity, REVIEWS]
    scored_bundle(home.models / "other", tmp_path / "data", [*USUAL, Scored("good/9.png", 0.5)])
    other = recipe.model_copy(update={"model": "other"})
    assert [one.key for one in sources.list(other)] == [VALIDATION, REVIEWS]
    assert [one.key for one in sources.list(recipe.model_copy(update={"model": "none"}))] == [VALIDATION, REVIEWS]
    assert len(sources.load(identity, recipe).names) == 2
    with pytest.raises(InspectorError, match="there is no result log"):
        sources.load(REVIEWS, recipe)
    assert sources.in_force(recipe) == Thresholds(fail_at=0.5)
    own = Thresholds(fail_at=0.9)
    assert sources.in_force(recipe.model_copy(update={"thresholds": own})) == own


def test_a_command_names_a_model_or_a_batch(home: Home, fresh: Path) -> None:
    identity = _batch(home, fresh, ROWS)
    assert parts_of("cap", home)[0].own
    for name in (identity, str(home.batches / identity)):
        parts, thresholds, _ = parts_of(name, home)
        assert (len(parts.names), thresholds) == (2, Thresholds(fail_at=0.5))
    with pytest.raises(BundleError, match="there is no model “nothing”"):
        parts_of("nothing", home)
