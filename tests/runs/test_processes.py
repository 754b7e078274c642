"""Processes beside the station: recognised by number and start, found again in their folder, ended with their children."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from inspector.runs.answers import ToldFault, told_fault
from inspector.runs.processes import (
    NICE,
    ProcessError,
    ProcessMark,
    ask_to_end,
    is_alive,
    kill_tree,
    mark_of,
    step_back_further,
)
from inspector.runs.side_process import SideProcess, last_word
from inspector.runs.state import ProcessState
from inspector.runs.work_folder import PROCESS_FILE, WorkFolder
from tests.waits import until

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Starts a child that waits for ever, says its number, and waits for it.
PARENT = (
    "import subprocess, sys\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import threading; threading.Event().wait()'])\n"
    "print(child.pid, flush=True)\n"
    "child.wait()\n"
)
NAME = "test process"


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    until(lambda: not [thread for thread in threading.enumerate() if thread.name == NAME])


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def gone(pid: int) -> bool:
    try:
        zombie: bool = psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
    return zombie


def test_a_number_alone_is_not_the_process() -> None:
    me = psutil.Process()
    mark = mark_of(me.pid)
    assert (mark.pid, is_alive(mark)) == (me.pid, True)
    assert is_alive(ProcessMark(pid=me.pid, created=me.create_time() + 1.9))
    assert not is_alive(ProcessMark(pid=me.pid, created=me.create_time() - 60))
    kill_tree(ProcessMark(pid=me.pid, created=me.create_time() - 60))  # another one: nothing happens


def test_what_has_ended_is_not_alive() -> None:
    done = subprocess.Popen(python("pass"))
    mark = ProcessMark(pid=done.pid, created=psutil.Process(done.pid).create_time())
    until(lambda: not is_alive(mark))  # also before anybody has collected it
    done.wait()
    assert not is_alive(mark)
    with pytest.raises(ProcessError, match="has ended already"):
        mark_of(done.pid)
    kill_tree(mark)
    ask_to_end(mark)


def test_a_process_is_found_again_in_its_folder_and_ended_with_its_children(tmp_path: Path) -> None:
    folder = WorkFolder(tmp_path, errors="errors.txt")
    assert folder.mark() is None
    folder.launch(python(PARENT), name=NAME, out=tmp_path / "out.txt")
    mark = WorkFolder(tmp_path, errors="errors.txt").mark()
    assert mark is not None
    until(lambda: (tmp_path / "out.txt").read_text().strip())
    child = int((tmp_path / "out.txt").read_text())
    assert (is_alive(mark), gone(child)) == (True, False)
    kill_tree(mark)
    assert not is_alive(mark)
    until(lambda: gone(child))


@pytest.mark.skipif(sys.platform == "win32", reason="no such request")
def test_a_process_that_is_asked_ends_in_its_own_way(tmp_path: Path) -> None:
    code = (
        "import signal, threading\nstop = threading.Event()\nsignal.signal(signal.SIGTERM, lambda *_: stop.set())\n"
        "print('ready', flush=True)\nstop.wait()\nprint('done', flush=True)\n"
    )
    folder, out = WorkFolder(tmp_path, errors="errors.txt"), tmp_path / "out.txt"
    folder.launch(python(code), name=NAME, out=out)
    until(lambda: out.read_text() == "ready\n")
    mark = folder.mark()
    assert mark is not None
    ask_to_end(mark)
    until(lambda: out.read_text() == "ready\ndone\n")
    until(lambda: not is_alive(mark))


def test_its_last_words_say_why_it_died(tmp_path: Path) -> None:
    folder = WorkFolder(tmp_path, errors="errors.txt")
    killed = "The batch's process has ended before its time; it was killed, or the computer ran out of memory. Go on."
    assert folder.why_died("batch", "Go on.") == killed
    folder.launch(python("raise SystemExit('MemoryError: 12 GB')"), name=NAME)
    until(lambda: "its last words: MemoryError: 12 GB. Go on." in folder.why_died("batch", "Go on."))


def test_what_cannot_be_started_says_so_and_is_not_noted(tmp_path: Path) -> None:
    folder = WorkFolder(tmp_path, errors="errors.txt")
    with pytest.raises(ProcessError, match="absent cannot be started"):
        folder.launch((str(tmp_path / "absent"),), name=NAME)
    with pytest.raises(ProcessError, match="cannot be written: it is not there"):
        WorkFolder(tmp_path / "nowhere", errors="errors.txt").launch(python("pass"), name=NAME)
    assert not (tmp_path / PROCESS_FILE).exists()


@pytest.mark.skipif(sys.platform != "linux", reason="a thread has a priority of its own on Linux only")
def test_a_thread_steps_back_with_those_that_it_starts_and_no_other() -> None:
    told: list[int] = []

    def of_this_thread() -> None:
        told.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    def computes() -> None:
        step_back_further()
        of_this_thread()
        helper = threading.Thread(target=of_this_thread)
        helper.start()
        helper.join()

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    thread = threading.Thread(target=computes)
    thread.start()
    thread.join()
    of_this_thread()
    assert told == [19, 19, before]


def test_a_command_beside_is_read_line_by_line_and_leaves_no_file() -> None:
    code = (
        "import sys\nprint('one', flush=True)\nprint('a warning', file=sys.stderr, flush=True)\n"
        "sys.stdin.close()\nprint('two')\nprint('last', file=sys.stderr)\nsys.exit(3)"
    )
    process = SideProcess(python(code), name=NAME)
    until(process.output)
    first = process.new_lines()
    until(lambda: process.code() is not None)
    assert (first + process.new_lines(), process.new_lines()) == ([b"one", b"two"], [])
    assert (process.code(), process.output()) == (3, b"one\ntwo\n")
    assert [line.decode() for line in process.said()] == ["a warning", "last"]
    process.close()
    assert (process.new_lines(), process.said()) == ([], [])
    process.close()


def test_a_command_beside_is_killed_with_its_children() -> None:
    process = SideProcess(python(PARENT), name=NAME)
    until(lambda: process.output().strip())
    child = int(process.output())
    process.kill(wait_s=30.0)
    until(lambda: process.code() is not None)
    until(lambda: gone(child))
    with pytest.raises(ProcessError, match="cannot be started"):
        SideProcess(("/absent/program",), name=NAME)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (
            b'{"error": {"what": "no picture", "next_step": "Add some."}}',
            ToldFault(what="no picture", next_step="Add some."),
        ),
        (b'{"error": {"what": "no picture"}, "more": 1}', ToldFault(what="no picture")),
        (b'{"error": 3}', None),
        (b'{"stage": "done"}', None),
        (b"error: no picture", None),
        (b"", None),
    ],
)
def test_a_fault_that_a_command_tells_is_told_from_anything_else(line: bytes, fault: ToldFault | None) -> None:
    assert told_fault(line) == fault


def test_the_last_word_is_the_last_line_that_says_something() -> None:
    assert last_word([b"one", b"tw\xff", b"  ", b""]) == "tw�"
    assert last_word([b" "]) == last_word([]) == "it said nothing"


def test_a_process_works_while_it_starts_runs_pauses_and_stops() -> None:
    active = {state.value for state in ProcessState if state.active}
    assert active == {"starting", "running", "paused", "stopping"}


_STEPS_BACK = """
import os, subprocess, sys
from pathlib import Path
from inspector.runs.processes import step_back
if sys.argv[1:] == ["member"]:
    step_back(os.getpid())
    print(os.nice(0), Path("/proc/self/autogroup").read_text().split()[-1])
else:
    subprocess.run([sys.executable, "-c", sys.argv[1], "member"], check=True)
    step_back(os.getpid())
    print(os.nice(0), Path("/proc/self/autogroup").read_text().split()[-1])
"""


@pytest.mark.skipif(not Path("/proc/self/autogroup").is_file(), reason="Linux that shares by sessions")
def test_who_steps_back_leaves_the_others_of_its_terminal_their_share() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _STEPS_BACK, _STEPS_BACK],
        capture_output=True,
        text=True,
        check=True,
        start_new_session=True,
    )
    member, leader = (tuple(map(int, line.split())) for line in done.stdout.splitlines())
    assert member[0] >= NICE
    assert member[1] == 0  # as it was: only the process itself steps back, by niceness
    assert leader == (member[0], NICE)
