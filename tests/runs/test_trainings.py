"""Trainings are processes of their own: found again, told, resumed, deleted; promotions are recorded and undone."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from pydantic import JsonValue, TypeAdapter

from inspector.domain.records import Thresholds
from inspector.paths import Home
from inspector.recipes.promotions import Promotions
from inspector.recipes.recipe import Recipe
from inspector.runs.inquiry import Inquiry, TrainingError
from inspector.runs.processes import ProcessMark, is_alive
from inspector.runs.state import ProcessState
from inspector.runs.trainings import ReportTail, Training, Trainings
from tests.fake_trainer import COMMAND, EPOCHS
from tests.waits import WAIT_S, until
from trainer.protocol import Command, DataAnswer, Epoch, Progress, Started, TrainRequest

ANYTHING: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(root=tmp_path / "home")


@pytest.fixture
def desk(home: Home) -> Iterator[Trainings]:
    trainings = Trainings(home, command=COMMAND)
    yield trainings
    for training in trainings.history():
        trainings.kill(training)
    until(lambda: not [thread for thread in threading.enumerate() if thread.name == "training"])


def start(desk: Trainings, home: Home, mode: str, name: str = "bottle-1") -> str:
    return desk.start(TrainRequest(data=str(home.root / mode), out=str(home.models / name), epochs=EPOCHS))


def get(desk: Trainings, identity: str) -> Training:
    return next(training for training in desk.history() if training.id == identity)


def until_state(desk: Trainings, identity: str, state: ProcessState) -> Training:
    until(lambda: get(desk, identity).state is state)
    return get(desk, identity)


@pytest.mark.low_priority
def test_a_training_runs_in_a_process_of_its_own_and_is_found_by_another_window(desk: Trainings, home: Home) -> None:
    identity = start(desk, home, "hold")
    until(lambda: len(get(desk, identity).epochs) == 2)
    again = get(Trainings(home, command=COMMAND), identity)
    assert again.state is ProcessState.RUNNING
    assert again.reports == get(desk, identity).reports
    started = again.last(Started)
    assert started is not None
    process = psutil.Process(started.pid)
    assert process.nice() == (psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else 10)
    if sys.platform != "win32":
        import os

        assert os.getsid(started.pid) == started.pid != os.getsid(0)
    desk.tell(again, Command.STOP)
    done = until_state(desk, identity, ProcessState.DONE)
    assert done.result is not None
    assert Path(done.result.bundle) == home.models / "bottle-1"


def test_pause_and_go_on_and_cancel(desk: Trainings, home: Home) -> None:
    identity = start(desk, home, "hold")
    desk.tell(get(desk, identity), Command.PAUSE)
    paused = until_state(desk, identity, ProcessState.PAUSED)
    assert paused.active
    with pytest.raises(TrainingError, match="bottle-1 is still paused"):
        start(desk, home, "quick", "bottle-2")
    desk.tell(paused, Command.RUN)
    running = until_state(desk, identity, ProcessState.RUNNING)
    desk.tell(running, Command.CANCEL)
    until_state(desk, identity, ProcessState.CANCELLED)
    assert not (home.models / "bottle-1").exists()


def test_a_crash_is_told_with_its_last_words_and_goes_on_from_its_checkpoints(desk: Trainings, home: Home) -> None:
    identity = start(desk, home, "crash")
    dead = until_state(desk, identity, ProcessState.DIED)
    assert "MemoryError: 12 GB wanted" in dead.why
    desk.resume(dead)
    done = until_state(desk, identity, ProcessState.DONE)
    assert [epoch.epoch for epoch in done.epochs] == [1, 2, 3, 4, 5, 6]
    assert len(done.all(Started)) == 2  # the half-written line took no other along
    with pytest.raises(TrainingError, match="is done"):
        desk.resume(done)


def test_a_killed_training_has_died_and_a_cancelled_one_that_hangs_is_cancelled(desk: Trainings, home: Home) -> None:
    identity = start(desk, home, "hold")
    until(lambda: get(desk, identity).epochs)
    desk.kill(get(desk, identity))
    dead = get(desk, identity)
    assert dead.state is ProcessState.DIED
    assert "killed, or the computer ran out of memory" in dead.why
    dead.folder.tell(Command.CANCEL)
    assert get(desk, identity).state is ProcessState.CANCELLED


def test_another_process_with_the_same_number_is_not_taken_for_the_training() -> None:
    me = psutil.Process()
    assert is_alive(ProcessMark(pid=me.pid, created=me.create_time()))
    assert not is_alive(ProcessMark(pid=me.pid, created=me.create_time() - 60))


def test_a_failure_says_why(desk: Trainings, home: Home) -> None:
    failed = until_state(desk, start(desk, home, "fail"), ProcessState.FAILED)
    assert failed.why == "there is no good picture. Add some."


def test_history_is_newest_first_and_a_damaged_one_does_not_hide_the_others(desk: Trainings, home: Home) -> None:
    first = start(desk, home, "quick", "a")
    until_state(desk, first, ProcessState.DONE)
    second = start(desk, home, "quick", "b")
    until_state(desk, second, ProcessState.DONE)
    damaged = home.root / "trainings" / "damaged"
    damaged.mkdir()
    (damaged / "request.json").write_text("{", encoding="utf-8")
    assert [training.id for training in desk.history()] == [second, first]
    assert desk.free_name(Path("data/a.csv")) == "a-1"
    assert desk.free_name(Path("data") / "b") == "b-1"
    assert desk.free_name(Path("data") / "Bottle 0.5 l") == "Bottle 0.5 l-1"


def test_a_free_name_is_neither_a_models_nor_a_trainings(desk: Trainings, home: Home) -> None:
    (home.models / "bottle-1").mkdir(parents=True)
    until_state(desk, start(desk, home, "fail", "bottle-2"), ProcessState.FAILED)
    assert desk.free_name(Path("bottle")) == "bottle-3"
    assert desk.free_name(Path("…")) == "model-1"
    assert desk.free_name(home.learning / "Bottle 0.5 l" / "manifest-848a1cd97d89.csv") == "Bottle 0.5 l-1"


def test_deleting_takes_the_model_along_but_never_one_in_use(desk: Trainings, home: Home) -> None:
    done = until_state(desk, start(desk, home, "quick"), ProcessState.DONE)
    with pytest.raises(TrainingError, match="in use by a recipe"):
        desk.delete(done, in_use=["bottle-1"])
    assert (home.models / "bottle-1" / "manifest.json").is_file()
    desk.delete(done, in_use=["demo"])
    assert desk.history() == []
    assert not (home.models / "bottle-1").exists()
    assert not done.folder.path.exists()


def test_a_running_training_is_not_deleted(desk: Trainings, home: Home) -> None:
    identity = start(desk, home, "hold")
    with pytest.raises(TrainingError, match="running"):
        desk.delete(get(desk, identity), in_use=[])
    assert get(desk, identity).active


def test_the_tail_reads_whole_lines_only_and_each_once(tmp_path: Path) -> None:
    path = tmp_path / "reports.jsonl"
    tail = ReportTail(path)
    assert tail.read() == ()
    first, second = (Progress(stage="epochs", done=number, total=2) for number in (1, 2))
    text = second.model_dump_json()
    path.write_text(first.model_dump_json() + "\n" + text[:9], encoding="utf-8")
    assert tail.read() == (first,)
    with path.open("a", encoding="utf-8") as file:
        file.write(text[9:] + "\nnonsense\n")
    assert tail.read() == (first, second)
    path.write_text(text + "\n", encoding="utf-8")  # another, shorter file
    assert tail.read() == (second,)


def test_the_epochs_are_those_of_the_last_setting(desk: Trainings, home: Home) -> None:
    done = until_state(desk, start(desk, home, "quick"), ProcessState.DONE)
    other = done.epochs[0].model_copy(update={"setting": "another", "epoch": 1})
    more = Training(
        id=done.id,
        folder=done.folder,
        request=done.request,
        begun=done.begun,
        state=done.state,
        reports=(*done.reports, other),
    )
    assert more.epochs == [other]
    assert len(more.all(Epoch)) == EPOCHS + 1


def test_an_inquiry_answers_or_says_what_went_wrong(desk: Trainings, tmp_path: Path) -> None:
    def answer(inquiry: Inquiry[Any]) -> Any:
        got: dict[str, Any] = {}
        until(lambda: got.update(answer=inquiry.answer()) or got["answer"] is not None)
        return got["answer"]

    data = answer(desk.inspect_data(str(tmp_path)))
    assert isinstance(data, DataAnswer)
    assert data.contents.masks == 37
    with pytest.raises(TrainingError, match="there is no picture in"):
        answer(desk.inspect_data(str(tmp_path / "empty")))
    with pytest.raises(TrainingError, match=r"ended with code 2 .*: what\?"):
        answer(Inquiry((*COMMAND, "nonsense"), ANYTHING))
    with pytest.raises(TrainingError, match=r"the trainer's answer cannot be used: .*preview"):
        answer(Inquiry((sys.executable, "-c", 'print(\'{"found": 1, "preview": 2}\')'), TypeAdapter(DataAnswer)))
    with pytest.raises(TrainingError, match=r"the trainer's answer is nested deeper"):
        answer(Inquiry((sys.executable, "-c", "print('[' * 100_000)"), ANYTHING))
    with pytest.raises(TrainingError, match="cannot be started"):
        Inquiry((str(tmp_path / "absent"),), ANYTHING)


def test_an_inquiry_says_how_far_it_is() -> None:
    line = Progress(stage="looking", done=3, total=9).model_dump_json()
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(WAIT_S)
    code = (
        f"import socket, sys\nprint({line!r}, file=sys.stderr)\nprint('a warning', file=sys.stderr, flush=True)\n"
        f"socket.create_connection({listening.getsockname()!r}).recv(1)\n"
        "print('last words', file=sys.stderr)\nsys.exit(3)"
    )
    inquiry = Inquiry((sys.executable, "-c", code), ANYTHING)
    until(lambda: inquiry.progress() is not None)
    assert inquiry.progress() == Progress(stage="looking", done=3, total=9)
    assert inquiry.answer() is None
    with listening, listening.accept()[0] as waiting:
        waiting.sendall(b".")
    with pytest.raises(TrainingError, match=r"(?s)ended with code 3 .*: last words"):
        until(lambda: inquiry.answer() is not None)
    assert inquiry.progress() is None


# --- promotions -------------------------------------------------------------------------------------------------------

RECIPE = Recipe(name="Bottle", source="demo:", model="old", thresholds=Thresholds(fail_at=0.8))


def test_promotions_are_kept_with_who_when_and_why(home: Home) -> None:
    record = Promotions(home)
    made = record.record(RECIPE, "new", "fewer escapes", who="Ada")
    assert Promotions(home).read() == [made]
    assert (made.who, made.recipe, made.from_model, made.to_model, made.why) == (
        "Ada",
        "Bottle",
        "old",
        "new",
        "fewer escapes",
    )
    assert made.from_thresholds == Thresholds(fail_at=0.8)


def test_a_torn_line_costs_itself_only(home: Home) -> None:
    record = Promotions(home)
    first = record.record(RECIPE, "new", "x", who="Ada")
    path = home.root / "promotions.jsonl"
    with path.open("a", encoding="utf-8") as file:
        file.write('{"time": "20')
    second = record.record(RECIPE.model_copy(update={"model": "new"}), "newer", "y", who="Ada")
    assert record.read() == [first, second]


def test_the_way_back_goes_step_by_step(home: Home) -> None:
    record = Promotions(home)
    recipe = RECIPE
    for model in ("b", "c"):
        record.record(recipe, model, "better", who="Ada")
        recipe = recipe.model_copy(update={"model": model})
    for expected in ("b", "old"):
        undone = record.undoable("Bottle", recipe.model)
        assert undone is not None
        assert undone.from_model == expected
        record.record(recipe, expected, "back", who="Ada", rollback=True)
        recipe = recipe.model_copy(update={"model": expected})
    assert record.undoable("Bottle", "old") is None


def test_there_is_no_way_back_from_a_model_chosen_by_hand_or_of_another_recipe(home: Home) -> None:
    record = Promotions(home)
    record.record(RECIPE, "new", "better", who="Ada")
    assert record.undoable("Bottle", "by-hand") is None
    assert record.undoable("Cap", "new") is None
