"""Queues: what waits for whom, the blind audit, and what happens to pictures that are gone."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from inspector.domain.config import ArchiveConfig, KeepPolicy
from inspector.domain.records import Verdict
from inspector.domain.review import Judgement, QueueKind
from inspector.domain.sampling import is_kept_pass
from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from inspector.recipes.recipe import Recipe, save_recipe
from inspector.review.population import recipe_policies
from inspector.review.queues import Entry, QueueRequest, Skipped, build_queue, first_queue, load_entry
from tests.outputs.samples import inspection
from tests.review.parts import fill, keep_all, said, with_picture

F, P, R, E = Verdict.FAIL, Verdict.PASS, Verdict.REVIEW, Verdict.ERROR
GOOD, BAD = Judgement.GOOD, Judgement.DEFECTIVE


def request(kind: QueueKind = QueueKind.FAILURES, by: str = "Ada", **more: object) -> QueueRequest:
    return QueueRequest(kind=kind, reviewer=by, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "places"), [(QueueKind.FAILURES, [1, 4]), (QueueKind.REVIEWS, [2]), (QueueKind.ERRORS, [3])]
)
def test_each_queue_holds_its_verdict_in_the_order_of_time(tmp_path: Path, kind: QueueKind, places: list[int]) -> None:
    path, parts = fill(tmp_path, [P, F, R, E, F])
    queue = build_queue(ReviewLog(path), request(kind), keep_all)
    assert queue.ids == tuple(parts[place].id for place in places)


@pytest.mark.parametrize(
    ("verdicts", "kind"), [([P, E, R], QueueKind.REVIEWS), ([F, R], QueueKind.FAILURES), ([P], QueueKind.FAILURES)]
)
def test_where_a_queue_holds_nothing_the_first_of_others_that_does_is_found(
    tmp_path: Path, verdicts: list[Verdict], kind: QueueKind
) -> None:
    path, parts = fill(tmp_path, verdicts)
    others = (QueueKind.REVIEWS, QueueKind.ERRORS)
    queue = first_queue(ReviewLog(path), request(), keep_all, instead=others)
    assert queue.request.kind is kind
    assert len(queue.ids) == sum(part.decision.verdict is {"reviews": R, "failures": F}[kind.value] for part in parts)


def test_what_a_colleague_judged_is_left_out_or_offered_as_a_second_opinion(tmp_path: Path) -> None:
    path, (first, other, third) = fill(tmp_path, [F, F, F])
    log = ReviewLog(path)
    log.add(said(first.id, by="Bob"))
    log.add(said(other.id, by="Ada"))
    queue = build_queue(log, request(), keep_all)
    assert (queue.ids, queue.judged, queue.by_others) == ((third.id,), 1, 1)
    second = build_queue(log, request(second_opinion=True), keep_all)
    assert second.ids == (first.id, third.id)
    entry = load_entry(log, second.request, first.id)
    assert isinstance(entry, Entry)
    assert entry.standing is not None
    assert [review.reviewer for review in entry.standing.reviews] == ["Bob"]
    log.add(said(third.id, by="Bob"))  # meanwhile
    skipped = load_entry(log, queue.request, third.id)
    assert skipped == Skipped(inspection_id=third.id, why="Bob has judged it meanwhile", lost=False)


def test_a_part_without_a_picture_is_counted_and_said(tmp_path: Path) -> None:
    path, _ = fill(tmp_path, [E, E], kept=False)
    queue = build_queue(ReviewLog(path), request(QueueKind.ERRORS), keep_all)
    assert (queue.ids, queue.without_picture) == ((), 2)
    assert queue.notes == ("2 parts have no picture and cannot be judged here.",)


def test_pictures_that_are_gone_or_altered_are_skipped_with_a_note_and_count_as_nothing(tmp_path: Path) -> None:
    path, parts = fill(tmp_path, [F, F, F, F])
    pictures = [part.picture.path for part in parts if part.picture]
    pictures[0].unlink()
    pictures[1].write_bytes(pictures[2].read_bytes())
    pictures[2].unlink()
    pictures[2].mkdir()  # cannot be read, not even by root
    log = ReviewLog(path)
    loaded = [load_entry(log, request(), part.id) for part in parts]
    skipped = [part for part in loaded if isinstance(part, Skipped)]
    assert [part.why.split(":")[0] for part in skipped] == [
        "its picture has been removed since",
        "its picture is not the one that was kept",
        "its picture cannot be read",
    ]
    assert all(part.lost for part in skipped)
    assert isinstance(loaded[3], Entry)
    assert log.standings(LogQuery()) == {}


# --- the blind audit --------------------------------------------------------------------------------------------------


def test_the_audit_is_the_same_for_everybody_and_another_with_another_seed(tmp_path: Path) -> None:
    path, parts = fill(tmp_path, [P] * 40 + [F] * 12)
    log = ReviewLog(path)
    ours, theirs = (build_queue(log, request(QueueKind.AUDIT, by, sample=10), keep_all) for by in ("Ada", "Bob"))
    assert ours.ids == theirs.ids
    verdicts = {part.id: part.decision.verdict for part in parts}
    assert sorted(verdicts[part].value for part in ours.ids) == ["FAIL"] * 10 + ["PASS"] * 10
    assert [verdicts[part] for part in ours.ids] != sorted((verdicts[part] for part in ours.ids), key=lambda v: v.value)
    assert build_queue(log, request(QueueKind.AUDIT, sample=10, seed=1), keep_all).ids != ours.ids
    more = build_queue(log, request(QueueKind.AUDIT, sample=20), keep_all)
    assert set(ours.ids) < set(more.ids)  # a larger sample goes on with the smaller one
    entry = load_entry(log, ours.request, ours.ids[0])
    assert isinstance(entry, Entry)
    assert (entry.blind, entry.inspection, entry.standing) == (True, None, None)


def test_every_pass_is_drawn_about_equally_often(tmp_path: Path) -> None:
    path, parts = fill(tmp_path, [P] * 20)
    log = ReviewLog(path)
    drawn = dict.fromkeys([part.id for part in parts], 0)
    for seed in range(200):
        for part in build_queue(log, request(QueueKind.AUDIT, sample=5, seed=seed), keep_all).ids:
            drawn[part] += 1
    assert sum(drawn.values()) == 1000
    assert 25 <= min(drawn.values()) <= max(drawn.values()) <= 80  # 50 each; standard deviation 6.1


def test_without_rejects_the_reviewer_is_told_that_guessing_is_possible(tmp_path: Path) -> None:
    path, _ = fill(tmp_path, [P] * 10 + [F])
    queue = build_queue(ReviewLog(path), request(QueueKind.AUDIT, sample=10), keep_all)
    assert "only 1 rejected parts to mix in" in queue.notes[0]


def test_without_kept_passes_there_is_no_audit_and_it_says_what_to_change(tmp_path: Path) -> None:
    path, _ = fill(tmp_path, [P] * 3, kept=False)
    failures_only = ArchiveConfig(keep=KeepPolicy.FAILURES)
    queue = build_queue(ReviewLog(path), request(QueueKind.AUDIT), lambda *_: failures_only)
    assert queue.ids == ()
    assert queue.population is not None
    assert "nothing can be said about escapes" in queue.population.problem
    assert "one pass in N" in queue.population.next_step
    assert (queue.population.passes, queue.population.outside) == (0, 3)
    unknown = build_queue(ReviewLog(path), request(QueueKind.AUDIT), lambda *_: None)
    assert unknown.population is not None
    assert unknown.population.problem


def test_where_the_rate_was_changed_the_audit_draws_as_the_sparsest_did(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    kept = []
    with closing(SqliteResultLog(path)) as log:
        for number in range(1, 121):
            version = 1 if number <= 60 else 2
            part = replace(inspection(number), recipe_version=version)
            part = with_picture(tmp_path, part, kept=version == 1 or is_kept_pass(part.id, 4))
            log.append(part)
            kept.append((part.id, is_kept_pass(part.id, 4)))
    recipe = Recipe(name="R", source="demo:", model="m", archive=ArchiveConfig(keep=KeepPolicy.ALL))
    sparse = ArchiveConfig(keep=KeepPolicy.ONE_IN_N, one_in=4)
    save_recipe(recipe, tmp_path)
    save_recipe(recipe.model_copy(update={"version": 2, "archive": sparse}), tmp_path)
    queue = build_queue(ReviewLog(path), request(QueueKind.AUDIT, sample=1000), recipe_policies(tmp_path))
    assert set(queue.ids) == {part for part, sampled in kept if sampled}
    assert queue.population is not None
    assert (queue.population.passes, queue.population.one_in) == (120, 4)
    assert "1 in 1, 1 in 4" in queue.notes[0]


def test_what_the_archive_has_removed_is_not_drawn_and_told(tmp_path: Path) -> None:
    path, parts = fill(tmp_path, [P] * 20 + [F] * 2)
    for part in parts[:12]:
        assert part.picture is not None
        part.picture.path.unlink()
    queue = build_queue(ReviewLog(path), request(QueueKind.AUDIT, sample=8), keep_all)
    assert set(queue.ids) == {part.id for part in parts[12:]}
    assert "The pictures of the 12 oldest passes" in queue.notes[0]


def test_who_has_seen_the_verdict_does_not_judge_blind(tmp_path: Path) -> None:
    path, parts = fill(tmp_path, [P, F])
    log = ReviewLog(path)
    log.add(said(parts[1].id, BAD, queue=QueueKind.FAILURES))
    entries = [load_entry(log, request(QueueKind.AUDIT), part.id) for part in parts]
    assert [(entry.inspection, entry.blind) for entry in entries if isinstance(entry, Entry)] == [
        (None, True),
        (None, False),
    ]
