"""The states and results of OPC 40100-1, as tables."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from inspector.line.desk import LineSurvey
from inspector.line.signals import LineResult, ResultCode, StationOutputs
from inspector.line.vision import (
    ResultFilter,
    ResultState,
    VisionJob,
    VisionResult,
    VisionState,
    state_of,
    steps,
    system_state,
    trigger_number,
)
from inspector.paths import resources_dir

BROKEN = "broken"
UP = StationOutputs(online=True, ready=True)
BUSY = StationOutputs(online=True, busy=True)
FAULT = StationOutputs(online=True, fault=True)
UNRECORDED = StationOutputs(online=True, not_recorded=True)
DOWN = StationOutputs(fault=True)


@pytest.mark.parametrize(
    ("outputs", "enable", "halted", "held_back", "state"),
    [
        (DOWN, True, False, "the line does not run", VisionState.PREOPERATIONAL),
        (UP, False, False, "the controller has not set Enable", VisionState.PREOPERATIONAL),
        (UP, True, False, "", VisionState.READY),
        (StationOutputs(online=True), True, False, "", VisionState.READY),  # the controller is silent
        (UP, True, False, "the recipe takes no external trigger", VisionState.INITIALIZED),
        (BUSY, True, False, "the picture of the part before is not taken yet", VisionState.SINGLE),
        (BUSY, True, False, "", VisionState.READY),
        (FAULT, True, False, "the camera is gone", VisionState.ERROR),
        (FAULT, False, False, "the camera is gone", VisionState.ERROR),
        (UNRECORDED, True, False, "the log cannot be written", VisionState.ERROR),
        (DOWN, False, False, BROKEN, VisionState.ERROR),
        (UP, False, True, "", VisionState.HALTED),
        (FAULT, False, True, "the camera is gone", VisionState.HALTED),
    ],
)
def test_the_state_follows_the_levels(
    outputs: StationOutputs, enable: bool, halted: bool, held_back: str, state: VisionState
) -> None:
    survey = LineSurvey(outputs=outputs, held_back=held_back, results=(), broken=held_back == BROKEN)
    assert state_of(survey, enable=enable, halted=halted) is state


@pytest.mark.parametrize(
    ("before", "after", "cause", "transitions"),
    [
        ("READY", "READY", "", []),
        ("READY", "SINGLE", "StartSingleJob", ["ReadyToSingleExecution"]),
        ("READY", "SINGLE", "", ["ReadyToSingleExecutionAuto"]),
        ("SINGLE", "INITIALIZED", "", ["SingleExecutionToReadyAuto", "ReadyToInitializedAuto"]),
        ("INITIALIZED", "SINGLE", "", ["InitializedToReadyAuto", "ReadyToSingleExecutionAuto"]),
        ("PREOPERATIONAL", "INITIALIZED", "SelectModeAutomatic", ["PreoperationalToInitialized"]),
        ("PREOPERATIONAL", "READY", "", ["PreoperationalToInitializedAuto", "InitializedToReadyAuto"]),
        ("HALTED", "PREOPERATIONAL", "Reset", ["HaltedToPreoperational"]),
        ("HALTED", "ERROR", "", ["HaltedToPreoperationalAuto", "PreoperationalToErrorAuto"]),
        ("SINGLE", "HALTED", "Halt", ["OperationalToHalted"]),
        ("SINGLE", "ERROR", "", ["OperationalToErrorAuto"]),
        ("ERROR", "READY", "", ["ErrorToOperationalAuto"]),
        ("ERROR", "PREOPERATIONAL", "Reset", ["ErrorToPreoperational"]),
    ],
)
def test_the_way_from_a_state_to_another(before: str, after: str, cause: str, transitions: list[str]) -> None:
    made = steps(VisionState[before], VisionState[after], cause)
    assert [step.transition for step in made] == transitions


def test_every_way_is_one_of_the_specifications_transitions_and_hangs_together() -> None:
    model = (resources_dir() / "opcua" / "Opc.Ua.MachineVision.NodeSet2.xml").read_text(encoding="utf-8")
    names = set(re.findall(r'BrowseName="1:(\w+)"', model))
    for before in VisionState:
        for after in VisionState:
            for cause in ("", "Halt", "Reset", "SelectModeAutomatic", "StartSingleJob"):
                made = steps(before, after, cause)
                assert {step.transition for step in made} <= names
                assert all(one_step.after is other.before for one_step, other in pairwise(made))
                if before is not after:
                    assert (made[0].before, made[-1].after) == (before, after)


@pytest.mark.parametrize("code", [code for code in ResultCode if code is not ResultCode.NONE])
def test_nothing_but_ok_is_completed(code: ResultCode) -> None:
    result = result_of(code)
    assert (result.state is ResultState.COMPLETED) == (code is ResultCode.OK)
    assert result.state is not ResultState.UNDEFINED
    assert result.content == (code.name, 0.25, "why", 7, "41")
    assert (result.created - result.started).total_seconds() == 0.5


def result_of(code: ResultCode = ResultCode.OK) -> VisionResult:
    told = LineResult(id="41", code=code, score=0.25, reason="why", part_number=7, took_ms=500.0, recipe="Gate")
    job = VisionJob(id="J-1", trigger_id="41", meas_id="M", part_id="SN-7", recipe_id="asked")
    return VisionResult(job=job, result=told, created=datetime(2026, 1, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("wanted", "takes"),
    [
        (ResultFilter(), True),
        (ResultFilter(state=1, meas_id="M", part_id="SN-7", recipe_id="asked", recipe="Gate", job_id="J-1"), True),
        (ResultFilter(state=-2), False),
        (ResultFilter(meas_id="N"), False),
        (ResultFilter(part_id="SN-8"), False),
        (ResultFilter(recipe="Other"), False),
        (ResultFilter(recipe_id="Gate"), False),
        (ResultFilter(job_id="J-2"), False),
    ],
)
def test_results_are_filtered_by_every_field(wanted: ResultFilter, takes: bool) -> None:
    assert wanted.takes(result_of()) is takes


@pytest.mark.parametrize(
    ("meas_id", "number"),
    [
        ("41", 41),
        ("041", 41),
        ("4294967295", 4294967295),
        ("4294967296", None),
        ("0", None),
        ("", None),
        ("-1", None),
        ("４１", None),
        ("run 41", None),
    ],
)
def test_a_meas_id_that_is_a_number_is_the_trigger_id(meas_id: str, number: int | None) -> None:
    assert trigger_number(meas_id) == number


def test_every_state_has_one_of_the_system_and_a_name() -> None:
    assert [(state.top, state.automatic, int(system_state(state))) for state in VisionState] == [
        ("Preoperational", "", 6),
        ("Halted", "", 6),
        ("Error", "", 5),
        ("Operational", "Initialized", 2),
        ("Operational", "Ready", 2),
        ("Operational", "SingleExecution", 1),
    ]
