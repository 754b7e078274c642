"""A study: planned, judged blind by people, interrupted, altered, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from inspector.domain.rates import Rate
from inspector.msa.choose import draw_parts, labelled
from inspector.msa.outcome import outcome_of, progress
from inspector.msa.report import page, write_result
from inspector.msa.rows import StudyAlteredError
from inspector.msa.sitting import AppraiserSitting
from inspector.msa.study import StudyError, list_studies, make_study, open_study
from inspector.msa.words import summary
from inspector.proof.exported import check_export
from inspector.signing import trusted_keys
from tests.msa.studies import judge_all, make_pictures, planned

if TYPE_CHECKING:
    from pathlib import Path


def test_every_order_is_another_one_and_stays_the_same(tmp_path: Path) -> None:
    plan = planned(tmp_path).plan
    ada, bo = plan.order("Ada"), plan.order("Bo")
    assert sorted(ada) == sorted(bo) == [(repeat, number) for repeat in (1, 2) for number in range(1, 8)]
    first, second = ([number for repeat, number in ada if repeat == wanted] for wanted in (1, 2))
    assert ada != bo
    assert first != second
    assert open_study(tmp_path, "lids").plan.order("Ada") == ada


def test_what_an_appraiser_is_given_tells_nothing_of_the_part(tmp_path: Path) -> None:
    study = planned(tmp_path)
    sitting = AppraiserSitting(tmp_path, study, "ada", "typed")
    trial = sitting.trial()
    sitting.end()
    assert trial is not None
    assert (trial.place, trial.total, trial.suffix) == (1, 14, ".png")
    numbers = [part.number for part in study.plan.parts if part.defective]
    assert numbers != [1, 2, 3], "numbers are dealt at random"
    assert {part.file for part in study.plan.parts} == {f"{number:04d}.png" for number in range(1, 8)}


def test_an_interrupted_study_goes_on_where_it_was(tmp_path: Path) -> None:
    judge_all(tmp_path, planned(tmp_path), "Ada", most=5)
    study = open_study(tmp_path, "Lids")
    assert [(each.name, each.done, each.total) for each in progress(study)] == [("Ada", 5, 14), ("Bo", 0, 14)]
    with pytest.raises(StudyError, match="nobody is through with the study Lids yet: Ada 5 of 14, Bo 0 of 14"):
        outcome_of(study)
    judge_all(tmp_path, study, "Ada")
    assert [(row.repeat, row.part) for row in study.rows_of("Ada")] == list(study.plan.order("Ada"))
    outcome = outcome_of(open_study(tmp_path, "Lids"))
    assert [each.name for each in outcome.result.appraisers] == ["Ada"]
    assert "Bo is not through (0 of 14) and is in no figure." in outcome.notes


def test_two_do_not_judge_at_once_and_strangers_do_not_judge(tmp_path: Path) -> None:
    study = planned(tmp_path)
    sitting = AppraiserSitting(tmp_path, study, "Ada", "typed")
    with pytest.raises(StudyError, match="somebody judges in the study Lids"):
        AppraiserSitting(tmp_path, open_study(tmp_path, "Lids"), "Bo", "typed")
    sitting.end()
    with pytest.raises(StudyError, match="Mallory is no appraiser of the study Lids"):
        AppraiserSitting(tmp_path, study, "Mallory", "typed")


@pytest.mark.parametrize("damage", ["changed", "removed", "plan"])
def test_what_was_altered_is_seen(tmp_path: Path, damage: str) -> None:
    study = planned(tmp_path)
    judge_all(tmp_path, study, "Ada")
    path = study.folder / ("study.json" if damage == "plan" else "judgements.jsonl")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    if damage == "removed":
        del lines[3]
    else:
        place = next(place for place, line in enumerate(lines) if '"defective":' in line)
        swap = ("true", "false") if "true" in lines[place] else ("false", "true")
        lines[place] = lines[place].replace(*swap, 1)
    path.write_text("".join(lines), encoding="utf-8")
    with pytest.raises(StudyAlteredError, match="is not as it was"):
        open_study(tmp_path, "Lids")


def test_a_line_that_a_power_cut_has_torn_is_no_judgement(tmp_path: Path) -> None:
    study = planned(tmp_path)
    judge_all(tmp_path, study, "Ada", most=3)
    path = study.folder / "judgements.jsonl"
    path.write_bytes(path.read_bytes() + b'{"number":4,"time_u')
    judge_all(tmp_path, open_study(tmp_path, "Lids"), "Ada")
    assert [each.done for each in progress(open_study(tmp_path, "Lids"))] == [14, 0]


def test_a_deleted_picture_is_left_out_and_said(tmp_path: Path) -> None:
    study = planned(tmp_path)
    judge_all(tmp_path, study, "Ada")
    lost = next(part for part in study.plan.parts if not part.defective)
    study.path(lost).unlink()
    changed = next(part for part in study.plan.parts if part.defective)
    study.path(changed).write_bytes(b"something else")
    judge_all(tmp_path, study, "Bo")
    outcome = outcome_of(study)
    assert outcome.left_out == tuple(sorted((lost.number, changed.number)))
    assert (outcome.result.parts, outcome.result.defective) == (5, 2)
    assert any(words.startswith("2 parts are left out, as the picture is gone") for words in outcome.notes)


def test_a_picture_that_is_gone_after_all_have_judged_still_counts(tmp_path: Path) -> None:
    study = planned(tmp_path)
    for name in ("Ada", "Bo"):
        judge_all(tmp_path, study, name, wrong=lambda part: part.number == 1)
    study.path(study.plan.parts[0]).unlink()
    outcome = outcome_of(study)
    assert outcome.result.parts == 7
    assert outcome.result.effective == Rate(6, 7)
    assert "the picture is gone" in page(study, outcome, station="Line 1", who="Eve")


def test_appraisers_who_disagree_are_said(tmp_path: Path) -> None:
    study = planned(tmp_path)
    judge_all(tmp_path, study, "Ada")
    judge_all(tmp_path, study, "Bo", wrong=lambda part: part.number % 2 == 0)
    outcome = outcome_of(study)
    assert any(words.startswith("Appraisers disagree: the kappa of Ada and Bo is below 0.4") for words in outcome.notes)
    assert summary(outcome) == "Against the limits: Ada pass, Bo fail."


def test_too_few_parts_are_said_with_the_number_that_would_do(tmp_path: Path) -> None:
    study = planned(tmp_path, people=("Ada",))
    judge_all(tmp_path, study, "Ada")
    (few, claim) = outcome_of(study).notes
    assert few.startswith("7 parts are few")
    # 149 defective parts without a miss show at most 2 %, 59 good ones at most 5 %; 29 parts at least 90 %
    assert "effectiveness of at least 90 %: 22 more parts" in claim
    assert "miss rate of at most 2 %: 146 more defective parts" in claim
    assert "false-alarm rate of at most 5 %: 55 more good parts" in claim


def test_the_report_stands_alone_and_its_table_is_signed(tmp_path: Path) -> None:
    study = planned(tmp_path)
    for name in ("Ada", "Bo"):
        judge_all(tmp_path, study, name, wrong=lambda part: part.number == 2)
    report, table = write_result(
        study, outcome_of(study), tmp_path / "out", tmp_path, station="Line 1", log=None, who="Eve"
    )
    words = report.read_text(encoding="utf-8")
    assert "Part 2: is" in words
    assert 'src="data:image/jpeg;base64,' in words
    assert 'src="http' not in words
    assert "size: A4" in words
    checked = check_export(table, trusted_keys(tmp_path))
    assert (checked.manifest.rows, checked.manifest.about) == (28, "study Lids")
    assert len(table.read_text(encoding="utf-8-sig").splitlines()) == 29


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"people": ()}, "needs appraisers"),
        ({"people": ("Ada", "ada")}, "different names"),
        ({"people": ("Station",), "station": True}, "different names"),
        ({"repeats": 0}, "repeats"),
        ({"name": "a/b"}, "name"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    with pytest.raises(StudyError, match=words):
        planned(tmp_path, **changes)
    assert list_studies(tmp_path) == ()


def test_parts_are_half_defective_where_there_are_as_many_and_come_once(tmp_path: Path) -> None:
    folder = make_pictures(tmp_path / "labelled", good=6, defective=6)
    (folder / "good" / "again.png").write_bytes((folder / "good" / "0.png").read_bytes())
    candidates = labelled(folder)
    drawn = draw_parts(candidates, 6, 1)
    assert sum(part.defective for part in drawn) == 3
    assert [part.origin for part in draw_parts(candidates, 6, 1)] == [part.origin for part in drawn]
    assert len(draw_parts(candidates, 50, 1)) == 12
    (folder / "scratch" / "good too.png").write_bytes((folder / "good" / "0.png").read_bytes())
    with pytest.raises(StudyError, match="said to be good and defective"):
        draw_parts(labelled(folder), 50, 1)


def test_without_defective_parts_there_is_no_study(tmp_path: Path) -> None:
    folder = make_pictures(tmp_path / "labelled", defective=0)
    with pytest.raises(StudyError, match="none of the 4 parts is defective"):
        draw_parts(labelled(folder), 50, 1)


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    study = planned(tmp_path)
    with pytest.raises(StudyError, match="there is a study Lids already"):
        make_study(
            tmp_path,
            study.plan.model_dump(exclude={"made_utc", "parts"}),
            draw_parts(labelled(tmp_path / "labelled"), 50, 1),
        )
    with pytest.raises(StudyError, match="there is no study “Caps”; known are Lids"):
        open_study(tmp_path, "Caps")
