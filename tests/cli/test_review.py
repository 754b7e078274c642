"""``inspector review``: judging, auditing and what follows, from the command line."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from inspector.assembly import demo_recipe
from inspector.cli import main
from inspector.domain.config import ArchiveConfig, KeepPolicy
from inspector.domain.records import Verdict
from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog
from inspector.pictures import read_picture
from inspector.recipes.recipe import save_recipe
from tests.bundles import make_bundle
from tests.outputs.by_hand import by_hand
from tests.review.parts import fill

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.domain.records import Inspection

P, F, R = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW


@pytest.fixture
def parts(tmp_path: Path) -> list[Inspection]:
    """Twelve passes and six failures of a recipe that keeps every picture."""
    path, rows = fill(tmp_path, [P] * 12 + [F] * 6)
    path.rename(tmp_path / "results.sqlite3")
    recipe = demo_recipe().model_copy(
        update={"name": "R", "version": 2, "model": "tiny", "archive": ArchiveConfig(keep=KeepPolicy.ALL)}
    )
    save_recipe(recipe, tmp_path / "recipes")
    make_bundle(tmp_path / "models" / "tiny")
    return rows


def run(capsys: pytest.CaptureFixture[str], home: Path, *arguments: object) -> tuple[int, Any]:
    code = main(["review", *(str(argument) for argument in arguments), "--home", str(home), "--json"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    return code, json.loads(lines[0])


def test_a_failure_is_judged_withdrawn_and_its_history_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, parts: list[Inspection]
) -> None:
    by = ("--reviewer", "Ada")
    with by_hand(tmp_path / "results.sqlite3") as log:
        log.execute("UPDATE inspections SET strangeness = 1.25, strange_from = 1.0")
    _, queue = run(capsys, tmp_path, "queue", "failures", *by)
    assert [entry["inspection_id"] for entry in queue["entries"]] == [part.id for part in parts[12:]]
    assert (queue["entries"][0]["verdict"], queue["entries"][0]["p_defective"]) == ("FAIL", 0.25)
    assert (queue["entries"][0]["strangeness"], queue["entries"][0]["strange_from"]) == (1.25, 1.0)
    part = parts[12].id
    code, judged = run(capsys, tmp_path, "judge", part, "defective", "--type", "crack", "--queue", "failures", *by)
    assert (code, judged["judgement"], judged["defect_type"], judged["blind"]) == (0, "defective", "crack", False)
    _, queue = run(capsys, tmp_path, "queue", "failures", *by)
    assert (len(queue["entries"]), queue["judged"]) == (5, 1)
    _, withdrawn = run(capsys, tmp_path, "undo", *by)
    assert withdrawn["undoes"] == judged["id"]
    code, told = run(capsys, tmp_path, "history", part)
    assert [row["id"] for row in told["reviews"]] == [judged["id"], withdrawn["id"]]
    assert (told["inspection"]["verdict"], told["truth"]) == ("FAIL", None)
    code, fault = run(capsys, tmp_path, "undo", *by)
    assert (code, "no judgement of Ada to withdraw" in fault["error"]["what"]) == (1, True)
    code, fault = run(capsys, tmp_path, "undo", judged["id"], "--reviewer", "Bob")
    assert (code, "made by Ada" in fault["error"]["what"]) == (1, True)


def test_an_audit_shows_no_verdict_and_its_estimate_follows(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, parts: list[Inspection]
) -> None:
    wanted = ("--reviewer", "Ada", "--sample", 12)
    copies = tmp_path / "copies"
    with closing(SqliteResultLog(tmp_path / "results.sqlite3")):  # while a station runs
        _, audit = run(capsys, tmp_path, "audit", *wanted, "--pictures", copies)
        assert len(audit["entries"]) == 18
        verdicts = {part.id: part.decision.verdict for part in parts}
        shown = json.dumps(audit["entries"])
        assert not any(word in shown.lower() for word in ('"pass"', '"fail"', "/pass/", "/fail/"))
        first = next(part for part in parts if part.id == audit["entries"][0]["inspection_id"])
        assert first.picture is not None
        assert (read_picture(copies / "001.png") == read_picture(first.picture.path)).all()
        for number, entry in enumerate(audit["entries"]):
            part = entry["inspection_id"]
            said = "defective" if verdicts[part] is F or number == 0 else "good"
            _, judged = run(capsys, tmp_path, "judge", part, said, "--queue", "audit", *wanted)
            assert judged["blind"]
    code, fault = run(capsys, tmp_path, "judge", parts[0].id, "good", "--queue", "audit", *wanted)
    assert (code, "does not wait in this audit" in fault["error"]["what"]) == (1, True)
    _, report = run(capsys, tmp_path, "estimate", "--claim", "0.2")
    escaped = int(verdicts[audit["entries"][0]["inspection_id"]] is P)
    assert (report["passed"]["defective"], report["rejected"]["defective"]) == (escaped, 6)
    assert report["population"]["passes"] == 12
    assert report["escape_rate"]["value"] == pytest.approx(escaped / (escaped + 6))
    assert len(report["escapes"]) == escaped
    assert main(["review", "estimate", "--home", str(tmp_path)]) == 0
    assert "escape rate" in capsys.readouterr().out


def test_conflicts_are_listed(capsys: pytest.CaptureFixture[str], tmp_path: Path, parts: list[Inspection]) -> None:
    for who, what in (("Ada", "good"), ("Bob", "defective")):
        run(capsys, tmp_path, "judge", parts[12].id, what, "--reviewer", who)
    _, answer = run(capsys, tmp_path, "conflicts")
    assert answer == {"conflicts": [{"inspection_id": parts[12].id, "judgements": {"Ada": "good", "Bob": "defective"}}]}
    assert main(["review", "conflicts", "--home", str(tmp_path)]) == 0
    assert "Ada: good, Bob: defective" in capsys.readouterr().out


def test_without_kept_passes_the_audit_says_what_to_change(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path, _ = fill(tmp_path, [P, F], kept=False)
    code, audit = run(capsys, tmp_path, "audit", "--log", path)
    assert (code, audit["entries"]) == (0, [])
    assert "nothing can be said about escapes" in audit["population"]["problem"]


def test_what_was_learned_becomes_a_manifest(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, parts: list[Inspection]
) -> None:
    for number, part in enumerate(parts):
        said = "good" if part.decision.verdict is F else "defective"
        if number % 2:
            run(capsys, tmp_path, "judge", part.id, said)
    _, learned = run(capsys, tmp_path, "learning", "R")
    assert (learned["to_learn"], learned["good"], learned["defective"], learned["for_test"]) == (9, 3, 6, 0)
    code, fault = run(capsys, tmp_path, "manifest", "R")
    assert (code, "0 for the test, 9 locked" in fault["error"]["what"]) == (1, True)
    ids = [lesson["inspection_id"] for lesson in learned["lessons"]]
    release = ["regression", "release", *ids, "--why", "to be learnt", "--recipe", "R", "--home", str(tmp_path)]
    assert main(release) == 0
    capsys.readouterr()
    _, manifest = run(capsys, tmp_path, "manifest", "R")
    assert (manifest["learned"], manifest["own"]) == (9, {"train": 0, "val": 0, "test": 0})
    assert "does not say what it was made from" in manifest["notes"][0]
    code, fault = run(capsys, tmp_path, "manifest", "nobody", "--alone")
    assert (code, "no picture to be learned" in fault["error"]["what"]) == (1, True)


def test_words_for_people_and_wrong_wishes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, parts: list[Inspection]
) -> None:
    home = ("--home", str(tmp_path))
    for words in (("queue", "failures"), ("audit",), ("learning", "R"), ("judge", parts[12].id, "unsure")):
        assert main(["review", *words, *home]) == 0
    assert main(["review", "history", parts[12].id, *home]) == 0
    said = capsys.readouterr()
    assert "so it is: unsure" in said.out
    assert "6 wait" in said.err
    wrong: tuple[tuple[tuple[str, ...], str], ...] = (
        (("judge", parts[0].id, "good", "--type", "crack"), "only a defective part"),
        (("judge", "nobody", "good"), "no inspection nobody"),
        (("history", "nobody"), "no inspection nobody"),
        (("queue", "failures", "--log", str(tmp_path / "none")), "no result log"),
    )
    for asked, fault in wrong:
        assert main(["review", *asked, *home]) == 1
        assert fault in capsys.readouterr().err
    with closing(SqliteResultLog(tmp_path / "results.sqlite3", read_only=True)) as log:
        assert list(log.rows(LogQuery())) == parts
