"""Work beside the window: results are told on the thread that hands them out, and only those of the newest wish."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from inspector.gui.work import Errand, Latest, Results, Worker, Workers
from tests.logs import told
from tests.waits import WAIT_S


class Bench:
    """A worker whose tasks are let through one by one."""

    def __init__(self) -> None:
        self.results = Results()
        self.worker = Worker("bench", self.results)
        self.latest = Latest(self.worker, self.failed)
        self.begun: list[str] = []
        self.told: list[str] = []
        self._gate, self._came = threading.Semaphore(0), threading.Semaphore(0)

    def task(self, name: str) -> Callable[[], str]:
        def work() -> str:
            self.begun.append(name)
            self._came.release()
            assert self._gate.acquire(timeout=WAIT_S)
            if name.startswith("broken"):
                raise ValueError(name)
            return name

        return work

    def job(self, name: str) -> Errand[str]:
        return Errand(task=self.task(name), done=self.told.append)

    def failed(self, error: Exception) -> None:
        self.told.append(f"failed: {error}")

    def await_begin(self) -> None:
        assert self._came.acquire(timeout=WAIT_S)

    def let(self, count: int = 1) -> None:
        for _ in range(count):
            self._gate.release()

    def busy(self) -> bool:
        return self.latest.busy

    def settle(self) -> list[str]:
        """Let everything through that is in the works, and return what was told."""
        self.let(50)
        for _ in range(20):  # an errand that follows is put behind this one
            passed = threading.Event()
            self.worker.do(passed.set)
            assert passed.wait(WAIT_S)
        self.results.hand_out()
        return self.told


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.let(50)
    made.worker.close()
    assert made.worker.join(WAIT_S)


def test_nothing_is_told_before_it_is_handed_out(bench: Bench) -> None:
    threads: list[str] = []
    bench.worker.do(lambda: threads.append(threading.current_thread().name))
    bench.worker.do(lambda: None, lambda _: threads.append(threading.current_thread().name))
    bench.settle()
    assert threads == ["bench", threading.current_thread().name]


def test_a_result_that_comes_after_a_newer_wish_is_not_told(bench: Bench) -> None:
    bench.latest.ask(bench.task("old"), bench.told.append)
    bench.await_begin()
    bench.latest.ask(bench.task("new"), bench.told.append)
    assert bench.settle() == ["new"]
    assert bench.begun == ["old", "new"]


def test_of_what_waits_only_the_newest_wish_is_begun(bench: Bench) -> None:
    bench.worker.do(bench.task("somebody else's"))
    bench.await_begin()
    for name in ("a", "b", "c"):
        bench.latest.ask(bench.task(name), bench.told.append)
    assert bench.settle() == ["c"]
    assert bench.begun == ["somebody else's", "c"]


def test_a_value_that_came_too_late_is_given_to_who_releases_it(bench: Bench) -> None:
    late: list[str] = []
    bench.latest.ask(bench.task("old"), bench.told.append, late=late.append)
    bench.await_begin()
    bench.latest.forget()
    assert bench.settle() == []
    assert late == ["old"]


def test_a_failure_is_told_unless_a_newer_wish_came(bench: Bench) -> None:
    bench.latest.ask(bench.task("broken"))
    assert bench.settle() == ["failed: broken"]
    bench.latest.ask(bench.task("broken again"))
    bench.latest.forget()
    assert bench.settle() == ["failed: broken"]


def test_a_wish_may_say_who_gets_its_own_failure(bench: Bench) -> None:
    bench.latest.ask(bench.task("broken"), failed=lambda error: bench.told.append(f"mine: {error}"))
    assert bench.settle() == ["mine: broken"]


def test_a_failure_that_nobody_takes_is_logged(bench: Bench) -> None:
    with told("inspector.gui.work") as said:
        Latest(bench.worker).ask(bench.task("broken"))
        bench.settle()
    assert said[0].startswith("a task of the window failed")
    assert "ValueError: broken" in said[0]


def test_wanted_again_what_is_being_done_is_still_told(bench: Bench) -> None:
    bench.latest.want(bench.job("a"), bench.job("b"))
    bench.await_begin()
    bench.latest.want(bench.job("c"), bench.job("d"))
    assert bench.settle() == ["a", "c", "d"]
    assert bench.begun == ["a", "c", "d"]


def test_more_of_the_same_wish_follows_in_order_and_goes_with_it(bench: Bench) -> None:
    bench.latest.ask(bench.task("a"), bench.told.append)
    bench.latest.also(bench.task("b"), bench.told.append)
    assert bench.settle() == ["a", "b"]
    bench.latest.ask(bench.task("c"), bench.told.append)
    bench.latest.also(bench.task("d"), bench.told.append)
    bench.latest.ask(bench.task("e"), bench.told.append)
    assert bench.settle()[2:] == ["e"]


def test_a_long_list_lets_others_through(bench: Bench) -> None:
    bench.latest.want(*(bench.job(name) for name in "abc"))
    bench.await_begin()
    bench.worker.do(lambda: "somebody else's", bench.told.append)
    assert bench.settle() == ["a", "somebody else's", "b", "c"]


def test_busy_until_all_is_told(bench: Bench) -> None:
    assert not bench.busy()
    bench.latest.want(bench.job("a"), bench.job("b"))
    assert bench.busy()
    bench.await_begin()
    bench.let()
    bench.await_begin()
    bench.results.hand_out()
    assert bench.told == ["a"]
    assert bench.busy()
    bench.settle()
    assert not bench.busy()


def test_a_forgotten_wish_does_not_keep_it_busy(bench: Bench) -> None:
    bench.latest.ask(bench.task("old"))
    bench.await_begin()
    bench.latest.forget()
    assert not bench.busy()
    bench.latest.also(bench.task("new"), bench.told.append)
    assert bench.busy()
    bench.settle()
    assert not bench.busy()


def test_closed_results_are_kept_back(bench: Bench) -> None:
    bench.worker.do(lambda: "a", bench.told.append)
    bench.results.close()
    assert bench.settle() == []


def test_workers_end_together_each_after_its_last_task() -> None:
    ends: list[str] = []
    workers = Workers(Results())
    first, second = workers.make("first", lambda: ends.append("first")), workers.make("second")
    assert not workers.ended()
    workers.close()
    assert first.join(WAIT_S)
    assert second.join(WAIT_S)
    assert workers.ended()
    assert ends == ["first"]
