"""OPC 40100-1 on the station's server, against a client of the same library in a process of its own."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from inspector.domain.config import TriggerConfig
from inspector.domain.line_protocol import LineOptions, LineProtocol
from inspector.domain.records import Verdict
from inspector.engine.status import EngineStatus, RunState
from inspector.line.adapters import LineAdapter, connect, make_adapter
from inspector.line.desk import LineDesk, Link
from inspector.line.handshake import Deadlines
from inspector.line.opcua_nodes import VISION
from inspector.line.service import LineService
from inspector.line.signals import PlcInputs
from inspector.paths import resources_dir
from inspector.settings import Settings
from tests.line.engines import RUNNING, FakeEngine
from tests.line.test_service import free_port
from tests.line.vision_process import AUTOMATIC, MACHINE, Client
from tests.waits import WAIT_S, until

NODESET = "3e67454155a9618e0981aa8b3ee248f7a9ee216f9f915b53eb26a69533c0cc62"
WHY = (["Int32", 0], ["String", "a test"])
VERDICTS = {"P": Verdict.PASS, "F": Verdict.FAIL, "R": Verdict.REVIEW, "E": Verdict.ERROR}


class Station:
    """A station without pictures; a part's verdict is named by the first letter of its serial number."""

    def __init__(
        self,
        engine: FakeEngine | None = None,
        make: Callable[[LineProtocol, str, int, LineOptions], LineAdapter] = make_adapter,
    ) -> None:
        self.engine = engine or FakeEngine(lambda event: VERDICTS[event.part_serial[0]])
        self.port = free_port()
        settings = Settings(line_protocol=LineProtocol.OPCUA, line_port=self.port)
        self.service = LineService(self.engine, settings=lambda: settings, make=make)
        self.service.start()
        until(lambda: "no controller has asked yet" in self.service.status().why)


class Patient:
    """Serves as ever, and waits long for an acknowledgement: a test takes its time."""

    def __init__(self, *wanted: Any) -> None:
        self._adapter = make_adapter(*wanted)

    def run(self, desk: LineDesk, stop: threading.Event) -> None:
        desk.use_deadlines(Deadlines(verdict_s=WAIT_S, acknowledge_s=WAIT_S))
        self._adapter.run(desk, stop)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Station, Client]]:
    """Its tests use parts of their own: making the nodes takes seconds."""
    station = Station(make=Patient)
    try:
        client = Client(station.port)
        yield station, client
        client.end()
    finally:
        station.service.stop()


@pytest.fixture
def ready(served: tuple[Station, Client]) -> tuple[Station, Client]:
    """The system is ready, and no result waits."""
    station, client = served
    client.call(f"{MACHINE}/Reset", *WHY)
    handle = client.listed()[2]
    if handle:
        client.release(handle)
    assert client.call(f"{MACHINE}/SelectModeAutomatic") == 0
    assert client.state() == ["Operational", "Ready", 2, ""]
    client.events.clear()
    return station, client


def test_the_nodeset_is_the_foundations_and_its_licence_lies_beside_it() -> None:
    folder = resources_dir() / "opcua"
    assert hashlib.sha256((folder / "Opc.Ua.MachineVision.NodeSet2.xml").read_bytes()).hexdigest() == NODESET
    assert "OPC Foundation MIT License 1.00" in (folder / "LICENSE.txt").read_text(encoding="utf-8")


def test_a_client_finds_the_system_by_its_type_and_all_that_is_mandatory_in_it(ready: tuple[Station, Client]) -> None:
    _, client = ready
    assert client.ask("missing") == []
    assert client.ask("children", "") == ["ResultManagement", "SystemState", "VisionStateMachine"]
    assert client.ask("write", f"{MACHINE}/0:CurrentState", 1).startswith("Bad")


def test_the_nodes_of_the_map_are_there(served: tuple[Station, Client]) -> None:
    _, client = served
    assert [(node.id, client.ask("kind", node.id)) for node in VISION] == [(node.id, node.type) for node in VISION]


@pytest.mark.parametrize(
    ("part", "state", "verdict"), [("P1", 1, "OK"), ("F1", -2, "NOK"), ("R1", -3, "REVIEW"), ("E1", 4, "ERROR")]
)
def test_a_job_is_a_trigger_and_its_result_an_event(
    ready: tuple[Station, Client], part: str, state: int, verdict: str
) -> None:
    station, client = ready
    meas = str(100 + abs(state))
    job, error = client.start(meas, part, "Gate")
    assert error == 0
    event = station.engine.events[-1]
    assert (event.id, event.part_serial, event.recipe, event.missed) == (meas, part, "Gate", "")
    until(lambda: "ResultReady" in client.of_job(job))
    assert client.of_job(job) == ["JobStarted", "AcquisitionDone", "Ready", "ResultReady"]
    told = next(event for event in client.events if event["event"] == "ResultReady")
    assert (told["ResultState"], told["content"][0], told["content"][4]) == (state, verdict, meas)
    assert (told["MeasId"], told["PartId"], told["ExternalRecipeId"]) == (meas, part, "Gate")
    assert (told["InternalRecipeId"], told["partial"]) == ("R", False)
    handle, result, _ = client.result(job)
    assert (result["ResultState"], result["ResultContent"][0], result["MeasId"]) == (state, verdict, meas)
    parts = client.call("ResultManagement/GetResultComponentsById", ["ResultIdDataType", job], ["Int32", 0])
    assert (parts[4], parts[5], parts[6], parts[12], parts[15][0], parts[16]) == (state, meas, part, job, verdict, 0)
    assert station.service.status().outputs.waiting == 1
    assert client.release(handle) == 0
    assert station.service.status().outputs.waiting == 0
    assert client.release(handle) == -1


def test_the_transitions_of_a_job_are_those_of_the_specification(ready: tuple[Station, Client]) -> None:
    _, client = ready
    job, _ = client.start("", "P2")
    until(lambda: "ResultReady" in client.of_job(job))
    changes = [event for event in client.events if event["event"] == "StateChanged"][-2:]
    assert [(event["transition"], event["of"]) for event in changes] == [
        ("ReadyToSingleExecution", "AutomaticModeStateMachine"),
        ("SingleExecutionToReadyAuto", "AutomaticModeStateMachine"),
    ]


def test_a_meas_id_of_any_kind_is_kept_and_the_station_counts_itself(ready: tuple[Station, Client]) -> None:
    station, client = ready
    first, _ = client.start("run of Monday", "P3")
    second, _ = client.start("run of Monday", "P3")
    assert first != second
    numbers = [int(event.id) for event in station.engine.events[-2:]]
    assert numbers[1] == numbers[0] + 1
    _, _, _, listed, _ = client.listed(meas="run of Monday")
    assert [result["JobId"] for result in listed] == [first, second]


def test_a_job_that_cannot_start_is_refused_and_has_its_row(ready: tuple[Station, Client]) -> None:
    station, client = ready
    client.call(f"{MACHINE}/Reset", *WHY)
    assert client.start("150", "P4") == "BadInvalidState"
    assert (station.engine.events[-1].id, station.engine.events[-1].missed) == (
        "150",
        "the controller has not set Enable",
    )
    assert station.service.status().outputs.missed_id == "150"


def test_what_is_not_understood_is_no_trigger(ready: tuple[Station, Client]) -> None:
    station, client = ready
    before = len(station.engine.events)
    assert client.start("1", "P5", product="bolt") == "BadInvalidArgument"
    assert client.start("1", "P" * 33) == "BadOutOfRange"
    assert client.call(f"{AUTOMATIC}/StartSingleJob", ["Int32", 1]) == "BadInvalidArgument"
    assert client.call(f"{AUTOMATIC}/StartSingleJob", *[["Int32", 1]] * 5) == "BadInvalidArgument"
    assert len(station.engine.events) == before


def test_what_the_station_cannot_do_is_refused(ready: tuple[Station, Client]) -> None:
    _, client = ready
    empty = (["MeasIdDataType", ""], ["PartIdDataType", ""], ["RecipeIdExternalDataType", ""])
    rest = (["ProductIdDataType", ""], ["Variant", []])
    assert client.call(f"{AUTOMATIC}/StartContinuous", *empty, *rest) == "BadNotSupported"
    assert client.call(f"{AUTOMATIC}/Stop", *WHY) == "BadInvalidState"
    handle, result, error = client.result("nobody's")
    assert (handle, result["ResultState"], error) == (0, 0, -1)
    assert client.call(f"{MACHINE}/SelectModeAutomatic") == "BadInvalidState"


def test_halt_ends_triggers_until_reset(ready: tuple[Station, Client]) -> None:
    station, client = ready
    assert client.call(f"{MACHINE}/Halt", *WHY) == 0
    assert client.state() == ["Halted", "BadStateNotActive", 6, "the controller has not set Enable"]
    assert not station.service.status().inputs.enable
    assert client.call(f"{MACHINE}/Halt", *WHY) == "BadInvalidState"
    assert client.call(f"{MACHINE}/SelectModeAutomatic") == "BadInvalidState"
    assert client.start("160", "P6") == "BadInvalidState"
    assert client.call(f"{MACHINE}/Reset", *WHY) == 0
    assert client.state()[:3] == ["Preoperational", "BadStateNotActive", 6]
    assert client.call(f"{MACHINE}/SelectModeAutomatic") == 0
    assert client.state()[:2] == ["Operational", "Ready"]


def test_a_method_may_be_named_as_its_type_does(ready: tuple[Station, Client]) -> None:
    _, client = ready
    halt = 7094
    assert client.ask("call_as_declared", "ResultManagement", halt, *WHY) == "BadMethodInvalid"
    assert client.state()[:2] == ["Operational", "Ready"]
    assert client.ask("call_as_declared", MACHINE, halt, *WHY) == 0
    assert client.state()[0] == "Halted"


def test_states_follow_the_line(ready: tuple[Station, Client]) -> None:
    station, client = ready
    engine = station.engine
    try:
        engine.become(replace(RUNNING, model_fault="the model is broken"))
        until(lambda: client.state()[:3] == ["Error", "BadStateNotActive", 5])
        engine.become(RUNNING)
        until(lambda: client.state()[:2] == ["Operational", "Ready"])
        engine.not_ready = "the recipe takes no external trigger"
        until(lambda: client.state()[:3] == ["Operational", "Initialized", 2])
        assert client.state()[3] == "the recipe takes no external trigger"
        engine.not_ready = ""
        engine.become(EngineStatus(state=RunState.FAULT))
        until(lambda: client.state()[0] == "Error")
        engine.become(EngineStatus(state=RunState.IDLE))
        until(lambda: client.state()[0] == "Preoperational")
        assert client.call(f"{MACHINE}/SelectModeAutomatic") == "BadInvalidState"
        assert client.call(f"{MACHINE}/Reset", *WHY) == 0
    finally:
        engine.not_ready = ""
        engine.become(RUNNING)
    until(lambda: {"Error", "ErrorResolved"} <= {event["event"] for event in client.events})
    until(lambda: "ErrorToOperationalAuto" in changes_of(client))
    changes = changes_of(client)
    assert changes.index("OperationalToErrorAuto") + 1 == changes.index("ErrorToOperationalAuto")


def changes_of(client: Client) -> list[str]:
    return [event["transition"] for event in client.events if event["event"] == "StateChanged"]


def test_eight_results_wait_and_are_released_in_any_order(ready: tuple[Station, Client]) -> None:
    station, client = ready
    jobs = [client.start(str(200 + number), f"P{number}")[0] for number in range(8)]
    assert client.start("208", "P9") == "BadInvalidState"
    assert client.state()[1:3] == ["Initialized", 2]
    complete, count, _, listed, _ = client.listed(most=3)
    assert (complete, count, len(listed)) == (False, 3, 3)
    handles = [client.result(job)[0] for job in jobs]
    for handle in reversed(handles[1:]):
        assert client.release(handle) == 0
    assert station.service.status().outputs.waiting == 8  # the oldest goes first
    assert client.release(handles[0]) == 0
    assert station.service.status().outputs.waiting == 0
    assert client.state()[:2] == ["Operational", "Ready"]
    until(lambda: len({job for job in jobs if "ResultReady" in client.of_job(job)}) == 8)


def test_only_completed_results_are_good(ready: tuple[Station, Client]) -> None:
    _, client = ready
    for number, part in enumerate("PFRE"):
        client.release(client.result(client.start(str(300 + number), f"{part}7")[0])[0])
    _, _, _, listed, _ = client.listed(state=1)
    assert listed
    assert {result["ResultContent"][0] for result in listed} == {"OK"}
    assert client.listed(product="bolt")[3] == []


@pytest.fixture
def slow() -> Iterator[tuple[Station, Client]]:
    """A station whose parts are judged by the test; its client has selected the automatic mode."""
    station = Station(FakeEngine())
    client = Client(station.port)
    client.call(f"{MACHINE}/SelectModeAutomatic")
    yield station, client
    client.end()
    station.service.stop()


def test_a_job_executes_until_its_picture_is_taken_and_cannot_be_stopped(slow: tuple[Station, Client]) -> None:
    station, client = slow
    engine = station.engine
    station.service.use_recipe("", TriggerConfig(deadline_s=WAIT_S))
    job, _ = client.start("7", "P1")
    assert client.state()[:3] == ["Operational", "SingleExecution", 1]
    assert client.start("8", "P1") == "BadInvalidState"
    assert client.call(f"{AUTOMATIC}/Stop", *WHY) == "BadNotSupported"
    assert client.call(f"{AUTOMATIC}/Abort", *WHY) == "BadNotSupported"
    until(lambda: client.of_job(job) == ["JobStarted"])
    engine.expose(time.perf_counter())
    until(lambda: client.of_job(job) == ["JobStarted", "AcquisitionDone", "Ready"])
    engine.inspect(engine.events[0], Verdict.FAIL)
    until(lambda: client.of_job(job)[3:] == ["ResultReady"])


def test_a_verdict_that_comes_too_late_is_an_error_result(slow: tuple[Station, Client]) -> None:
    station, client = slow
    job, _ = client.start("9", "P1")
    until(lambda: "ResultReady" in client.of_job(job))
    told = next(event for event in client.events if event["event"] == "ResultReady")
    assert (told["ResultState"], told["content"][:3]) == (4, ["ERROR", None, "no verdict within 1 s"])
    assert client.state()[0] == "Error"
    station.engine.inspect(station.engine.events[0], Verdict.PASS)
    until(lambda: client.state()[0] == "Operational")
    assert client.of_job(job).count("ResultReady") == 1


def test_a_client_that_is_silent_is_there_until_its_connection_ends(slow: tuple[Station, Client]) -> None:
    station, client = slow
    begun_s = time.monotonic()
    until(lambda: time.monotonic() - begun_s > 1.5)  # longer than a controller of the own nodes may be silent
    assert station.service.status().link is Link.UP
    client.process.kill()
    client.process.wait(WAIT_S)
    until(lambda: station.service.status().link is Link.LOST)


def test_who_only_asks_for_results_does_not_stand_in_for_a_controller_that_is_gone(
    slow: tuple[Station, Client],
) -> None:
    station, client = slow
    link = connect(LineProtocol.OPCUA, "127.0.0.1", station.port)
    link.exchange(PlcInputs(enable=True))
    until(lambda: client.result("nobody's")[2] == -1)
    assert client.listed()[4] == 0
    until(lambda: station.service.status().link is Link.LOST)
    link.close()
