"""Batches of the window are processes of their own: found again, stopped, gone on with, and honest about their end."""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from inspector.batch import BatchRequest, BatchRun, BatchRuns, Judge, RunError, Survey
from inspector.batch.record import read_record, write_record
from inspector.domain.config import QualityLimits
from inspector.domain.records import Thresholds
from inspector.paths import Home
from inspector.recipes.recipe import Recipe, save_recipe
from inspector.runs.processes import ProcessMark, is_alive
from inspector.runs.state import ProcessState
from inspector.runs.work_folder import PROCESS_FILE
from inspector.vision.bundle import Bundle
from tests.batch.samples import R, write_results
from tests.bundles import make_bundle
from tests.gui.conftest import picture
from tests.waits import until

#: Says what it is asked to, in the file named by the first argument, in place of the program.
SCRIPT = """
import os, pathlib, sys
print('{"pid": %d, "created": %r}' % (os.getpid(), __import__("psutil").Process().create_time()), flush=True)
for line in pathlib.Path(sys.argv[1]).read_text().splitlines():
    print(line, flush=True) if line != "hold" else sys.stdin.read() or __import__("threading").Event().wait()
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(root=tmp_path / "home")
    make_bundle(home.models / "tiny")
    return home


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "my pictures"
    for name, bad in (("good/1.png", False), ("good/2.png", False), ("red/1.png", True)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        picture(folder / name, bad=bad)
    return folder


@pytest.fixture
def desks() -> Iterator[Callable[..., BatchRuns]]:
    """Makes desks of batches, and ends what they have started."""
    made: list[BatchRuns] = []

    def make(home: Home, *command: str) -> BatchRuns:
        made.append(BatchRuns(home, command=command) if command else BatchRuns(home))
        return made[-1]

    yield make
    for desk in made:
        for run in desk.history():
            desk.kill(run)
    until(lambda: not [thread for thread in threading.enumerate() if thread.name == "batch"])


def get(desk: BatchRuns, identity: str) -> BatchRun:
    run = desk.poll(identity)
    assert run is not None
    return run


def until_state(desk: BatchRuns, identity: str, *states: ProcessState) -> BatchRun:
    until(lambda: get(desk, identity).state in states)
    return get(desk, identity)


def told(tmp_path: Path, *lines: str) -> tuple[str, ...]:
    """A command that says these lines instead of judging; “hold” stays alive."""
    (tmp_path / "lines.txt").write_text("\n".join(lines), encoding="utf-8")
    return (sys.executable, "-c", SCRIPT, str(tmp_path / "lines.txt"))


JUDGING = json.dumps({"stage": "judging", "done": 30, "total": 100, "rate": 12.5, "seconds_left": 5.6})


def test_a_batch_runs_to_its_end_and_what_came_later_is_judged_on_resuming(
    desks: Callable[..., BatchRuns], home: Home, pictures: Path
) -> None:
    recipe = Recipe(name="Lids", version=3, source="demo:", model="tiny", thresholds=Thresholds(fail_at=0.9))
    save_recipe(recipe, home.recipes)
    desk = desks(home)
    identity = desk.start(BatchRequest(folder=pictures, who="Ada", recipe="Lids"))
    early = get(desk, identity).reader()  # nothing is known of the folder yet
    run = until_state(desks(home), identity, ProcessState.DONE, ProcessState.FAILED)  # another window finds it
    assert (run.state, run.why, run.progress.done, run.progress.total) == (ProcessState.DONE, "", 3, 3)
    assert identity.endswith("-my pictures")
    judge, survey = run.record.judge, run.record.survey
    assert judge is not None
    assert survey is not None
    assert early.read().labels.tolist() == [0, 0, 1]
    assert (run.record.recipe, run.record.recipe_version, judge.thresholds) == ("Lids", 3, Thresholds(fail_at=0.9))
    assert (survey.good, survey.defective) == (2, 1)
    table = run.reader().read()
    assert (table.labels.tolist(), table.verdicts.tolist()) == ([0, 0, 1], [0, 0, 1])
    # the recipe changes, pictures come and go: the batch goes on by its own version, and loses no row
    save_recipe(recipe.model_copy(update={"version": 4, "thresholds": Thresholds(fail_at=0.0)}), home.recipes)
    picture(pictures / "red" / "2.png", bad=True)
    (pictures / "good" / "1.png").unlink()
    desk.resume(run)
    run = until_state(desk, identity, ProcessState.DONE, ProcessState.FAILED)
    assert (run.state, run.why) == (ProcessState.DONE, "")
    table = run.reader().read()
    assert sorted(table.paths) == ["good/1.png", "good/2.png", "red/1.png", "red/2.png"]
    assert table.verdicts[table.places["good/2.png"]] == 0
    assert run.record.judge is not None
    assert run.record.judge.thresholds == Thresholds(fail_at=0.9)
    # a model that has been replaced cannot go on, and is said also of the finished batch
    shutil.rmtree(home.models / "tiny")
    gone = get(desk, identity)
    assert (gone.state, "is not in" in gone.model_fault) == (ProcessState.DONE, True)
    make_bundle(home.models / "tiny", seed=5)
    with pytest.raises(RunError, match="is another one now") as caught:
        desk.resume(get(desk, identity))
    assert "start a new batch" in caught.value.next_step
    desk.delete(get(desk, identity))
    assert desk.history() == []
    assert (pictures / "red" / "1.png").is_file()


def test_a_batch_that_cannot_begin_says_why(desks: Callable[..., BatchRuns], home: Home, pictures: Path) -> None:
    desk = desks(home)
    identity = desk.start(BatchRequest(folder=pictures, who="Ada", model="nothing"))
    run = until_state(desk, identity, ProcessState.FAILED, ProcessState.DONE)
    assert "no model “nothing”" in run.why
    assert len(run.reader().read()) == 0


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"model": "tiny", "recipe": "Lids"}, "a recipe or a model"),
        ({}, "a recipe or a model"),
        ({"model": "tiny", "folder": Path("/does/not/exist")}, "no folder"),
    ],
)
def test_what_cannot_be_started_is_refused(home: Home, pictures: Path, asked: dict[str, object], says: str) -> None:
    with pytest.raises(RunError, match=says):
        BatchRuns(home).start(BatchRequest(**{"folder": pictures, "who": "Ada", **asked}))  # type: ignore[arg-type]
    assert BatchRuns(home).history() == []


@pytest.mark.low_priority
def test_how_far_it_is_and_that_it_runs_at_low_priority(
    desks: Callable[..., BatchRuns], home: Home, pictures: Path, tmp_path: Path
) -> None:
    desk = desks(home, *told(tmp_path, '{"stage": "loading"}', JUDGING, "hold"))
    identity = desk.start(BatchRequest(folder=pictures, who="Ada", model="tiny"))
    run = until_state(desk, identity, ProcessState.RUNNING)
    assert (run.progress.done, run.progress.total, run.progress.rate, run.progress.seconds_left) == (30, 100, 12.5, 5.6)
    mark = ProcessMark.model_validate_json((run.folder / PROCESS_FILE).read_bytes())
    if sys.platform != "win32":
        assert psutil.Process(mark.pid).nice() >= 10
        assert os.getsid(mark.pid) != os.getsid(0)
    for refused in (
        lambda: desk.start(BatchRequest(folder=pictures, who="Ada", model="tiny")),
        lambda: desk.resume(run),
    ):
        with pytest.raises(RunError, match="running"):
            refused()
    with pytest.raises(RunError, match="running"):
        desk.delete(run)
    # the note of who it is may be lost with the window that started it; the process has said it too
    (run.folder / PROCESS_FILE).unlink()
    assert get(desks(home), identity).state is ProcessState.RUNNING
    desk.kill(run)
    run = until_state(desk, identity, ProcessState.FAILED)
    assert "it was killed" in run.why
    assert not is_alive(mark)


def test_a_batch_is_stopped_and_goes_on(
    desks: Callable[..., BatchRuns], home: Home, pictures: Path, tmp_path: Path
) -> None:
    desk = desks(home, *told(tmp_path, JUDGING, "hold"))
    identity = desk.start(BatchRequest(folder=pictures, who="Ada", model="tiny"))
    run = until_state(desk, identity, ProcessState.RUNNING)
    desk.stop(run)
    assert get(desk, identity).state in {ProcessState.STOPPING, ProcessState.STOPPED}
    desk.kill(run)
    run = until_state(desk, identity, ProcessState.STOPPED)
    (tmp_path / "lines.txt").write_text('{"stage": "done", "files": 3}', encoding="utf-8")
    desk.resume(run)
    assert until_state(desk, identity, ProcessState.DONE).why == ""


def test_a_stop_while_it_judges_leaves_rows_and_a_state(
    desks: Callable[..., BatchRuns], home: Home, pictures: Path
) -> None:
    for number in range(400):
        shutil.copy(pictures / "good" / "1.png", pictures / "good" / f"more {number}.png")
    desk = desks(home)
    identity = desk.start(BatchRequest(folder=pictures, who="Ada", model="tiny"))
    until(lambda: get(desk, identity).results.is_file() or not get(desk, identity).active)
    desk.stop(get(desk, identity))
    run = until_state(desk, identity, ProcessState.STOPPED, ProcessState.DONE, ProcessState.FAILED)
    rows = len(run.reader().read())
    assert run.state in {ProcessState.STOPPED, ProcessState.DONE}, run.why
    assert rows == run.progress.done
    assert (rows < 403) is (run.state is ProcessState.STOPPED)


@pytest.mark.slow
def test_a_batch_that_is_killed_in_the_middle_fails_and_can_go_on(
    desks: Callable[..., BatchRuns], home: Home, pictures: Path
) -> None:
    for number in range(400):
        shutil.copy(pictures / "good" / "1.png", pictures / "good" / f"more {number}.png")
    desk = desks(home)
    identity = desk.start(BatchRequest(folder=pictures, who="Ada", model="tiny"))
    reader = get(desk, identity).reader()
    until(lambda: len(reader.read()) or not get(desk, identity).active)
    desk.kill(get(desk, identity))
    run = until_state(desk, identity, ProcessState.FAILED, ProcessState.DONE)
    before = {path: row for row, path in zip(rows_text(run), reader.read().paths, strict=False)}
    desk.resume(run)
    run = until_state(desk, identity, ProcessState.DONE, ProcessState.FAILED)
    assert (run.state, run.why) == (ProcessState.DONE, "")
    assert len(set(reader.read().paths)) == len(reader.read()) == 403
    after = set(rows_text(run))
    assert all(row in after for row in before.values())  # what had a verdict was not judged again


def rows_text(run: BatchRun) -> list[str]:
    return run.results.read_text(encoding="utf-8").splitlines()[1:]


def test_a_stopped_batch_whose_model_is_gone_says_so(
    desks: Callable[..., BatchRuns], home: Home, pictures: Path, tmp_path: Path
) -> None:
    desk = desks(home, *told(tmp_path, '{"stage": "interrupted"}'))
    identity = desk.start(BatchRequest(folder=pictures, who="Ada", model="tiny"))
    run = until_state(desk, identity, ProcessState.STOPPED)
    assert run.model_fault == ""  # it never came to a model
    bundle = Bundle.load(home.models / "tiny")
    judge = Judge(
        model_name="tiny",
        model_folder=str(bundle.folder),
        model_sha256=bundle.sha256,
        device="CPU",
        precision="fp32",
        backend="openvino",
        thresholds=Thresholds(fail_at=0.5),
        quality=QualityLimits(),
        software_version="0",
    )
    write_record(run.folder, run.record.model_copy(update={"judge": judge}))
    assert get(desk, identity).state is ProcessState.STOPPED
    shutil.rmtree(home.models / "tiny")
    run = get(desk, identity)
    assert (run.state, run.why) == (ProcessState.BLOCKED, run.model_fault)
    with pytest.raises(RunError, match="any more"):
        desk.resume(run)
    shutil.rmtree(pictures)
    with pytest.raises(RunError, match="the folder .* is not there any more"):
        desk.resume(run)


def test_folders_that_are_no_batches_are_left_out_and_the_newest_is_first(
    desks: Callable[..., BatchRuns], home: Home, pictures: Path, tmp_path: Path
) -> None:
    desk = desks(home, *told(tmp_path, '{"stage": "done"}'))
    names = []
    for _ in range(2):
        names.append(desk.start(BatchRequest(folder=pictures, who="Ada", model="tiny")))
        until_state(desk, names[-1], ProcessState.DONE)
    (home.batches / "rubbish").mkdir()
    (home.batches / "damaged").mkdir()
    (home.batches / "damaged" / "run.json").write_text("{", encoding="utf-8")
    assert [run.id for run in desk.history()] == sorted(names, reverse=True)
    assert len(set(names)) == 2
    with pytest.raises(RunError, match="run.json is not valid JSON"):
        read_record(home.batches / "damaged")


def test_a_reader_made_before_the_folder_was_listed_knows_the_labels_from_the_first_row(
    desks: Callable[..., BatchRuns], home: Home, pictures: Path, tmp_path: Path
) -> None:
    desk = desks(home, *told(tmp_path, '{"stage": "interrupted"}'))
    run = until_state(desk, desk.start(BatchRequest(folder=pictures, who="Ada", model="tiny")), ProcessState.STOPPED)
    reader = run.reader()
    assert len(reader.read()) == 0
    survey = Survey.model_validate({"pictures": 3, "good_in": [""]})  # as a version of before wrote it
    write_record(run.folder, run.record.model_copy(update={"survey": survey}))
    write_results(run.results, [R("defective/dent/1.png")])  # “good” is still to come
    assert reader.read().labels.tolist() == [1]
