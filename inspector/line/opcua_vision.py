"""OPC 40100-1 (machine vision) on the station's server: the methods, states, events and results of its VisionSystem."""

from __future__ import annotations

import logging
import time
import uuid
from collections import deque
from datetime import UTC, datetime
from inspect import signature
from typing import TYPE_CHECKING, Final

from asyncua import ua
from asyncua.common.event_objects import BaseEvent, TransitionEvent

from inspector.line.opcua_model import ToldValues, VisionModel, load_model
from inspector.line.opcua_nodes import LONGEST, cleaned
from inspector.line.opcua_results import RefusedError, VisionResults, as_record, done, id_in, number_in
from inspector.line.signals import DEPTH
from inspector.line.vision import (
    VisionJob,
    VisionState,
    state_of,
    steps,
    system_state,
    trigger_number,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeAlias

    from asyncua import Server

    from inspector.line.desk import LineDesk
    from inspector.line.opcua_results import VisionLine
    from inspector.line.vision import VisionResult, VisionStep

    _Answer: TypeAlias = "ua.StatusCode | list[ua.Variant]"

_log = logging.getLogger(__name__)
_MACHINE: Final = "VisionStateMachine"
_AUTOMATIC: Final = f"{_MACHINE}.AutomaticModeStateMachine"
#: Event types of the model.
_JOB_STARTED, _STATE_CHANGED, _ERROR, _RESOLVED, _READY, _RESULT, _ACQUIRED = 1013, 1018, 1019, 1020, 1023, 1024, 1025
_NORMAL, _SEVERE = 100, 800
#: A MeasId has so many characters at most.
_LONGEST_MEAS: Final = 128
_KINDS: Final = {
    bool: ua.VariantType.Boolean,
    int: ua.VariantType.Int32,
    list: ua.VariantType.Variant,
    datetime: ua.VariantType.DateTime,
}


class VisionSystem:
    """The system's behaviour; lives on the server's event loop.

    `look` sets all values at once and puts events down, `tell` sends them.
    """

    def __init__(self, server: Server, desk: LineDesk, line: VisionLine) -> None:
        self._server, self._desk, self._line = server, desk, line
        self._model: VisionModel
        self._values = ToldValues()
        self._state, self._halted, self._said = VisionState.PREOPERATIONAL, False, ""
        self._run = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"[:-3]
        self._count = 0
        self._number = int(16 * time.time())  # after a restart it goes on above the numbers before
        self._jobs: dict[str, VisionJob] = {}  # by trigger ids: their results have not come
        self._started: list[tuple[VisionJob, bool]] = []  # and whether by StartSingleJob
        self._current = self._exposing = VisionJob(id="", trigger_id="")
        self._results: VisionResults
        self._events: deque[BaseEvent] = deque()

    async def make(self, own: int) -> None:
        """Make the nodes.

        Args:
            own: Index of the station's namespace.
        """
        self._model = await load_model(self._server, own)
        self._results = VisionResults(self._model, self._line)
        names = [f"{machine}.CurrentState{part}" for machine in (_MACHINE, _AUTOMATIC) for part in ("", ".Id")]
        for name in (*names, "SystemState"):
            self._values.know(name, self._model.place(name))
        methods: dict[str, Callable[..., list[ua.Variant]]] = {
            f"{_MACHINE}.Halt": self._halt,
            f"{_MACHINE}.Reset": self._reset,
            f"{_MACHINE}.SelectModeAutomatic": self._select_automatic,
            f"{_AUTOMATIC}.StartSingleJob": self._start_job,
            f"{_AUTOMATIC}.StartContinuous": self._start_continuous,
            f"{_AUTOMATIC}.Stop": self._end_job,
            f"{_AUTOMATIC}.Abort": self._end_job,
            "ResultManagement.GetResultById": self._results.by_id,
            "ResultManagement.GetResultComponentsById": self._results.components_by_id,
            "ResultManagement.GetResultListFiltered": self._results.filtered,
            "ResultManagement.ReleaseResultHandle": self._results.release,
        }
        for name, method in methods.items():
            owner, _, short = name.rpartition(".")
            answer = self._answered(method, self._model.node(owner).nodeid)
            for node_id in (self._model.node(name).nodeid, self._model.declared(short)):  # a client may name either
                self._server.link_method(self._server.get_node(node_id), answer)
        self._show()
        self.look()

    def start(self, trigger_id: str, serial: str, recipe: str, meas_id: str | None) -> None:
        """Note that a part was triggered: by StartSingleJob where there is a MeasId, else by the own nodes."""
        job = self._job(trigger_id, serial, recipe, trigger_id if meas_id is None else meas_id)
        self._jobs[trigger_id] = job
        for old in list(self._jobs)[: -4 * DEPTH]:  # of lines that have stopped
            del self._jobs[old]
        self._started.append((job, meas_id is not None))

    def look(self) -> None:
        """Follow the line: states, results, and acknowledgements that wait for their turn."""
        self._follow_starts()
        survey = self._desk.survey()
        outputs = survey.outputs
        if self._line.enabled:
            self._halted = False  # by the station's own nodes: they go before
        if outputs.exposed and outputs.trigger_id == self._exposing.trigger_id:
            self._acquired()
        self._go(state_of(survey, enable=self._line.enabled, halted=self._halted))
        if survey.held_back != self._said:
            self._said = survey.held_back
            self._show()
        for new in self._results.take_up(survey.results, self._job_of):
            self._emit(_RESULT, f"job {new.job.id} is {new.result.code.name}", result=new)
        self._results.acknowledge()

    async def tell(self) -> None:
        """Tell subscribers of values and events."""
        await self._values.tell()
        service = self._server.iserver.subscription_service
        while self._events:
            event = self._events.popleft()
            for emitting in (ua.NodeId(ua.ObjectIds.Server), self._model.node().nodeid):
                event.emitting_node = emitting
                await service.trigger_event(event)

    def _job_of(self, trigger_id: str) -> VisionJob:
        """Return the job of a result; a new one where the part was triggered before the protocol was started anew."""
        return self._jobs.pop(trigger_id, None) or self._job(trigger_id, "", "", trigger_id)

    def _job(self, trigger_id: str, serial: str, recipe: str, meas_id: str) -> VisionJob:
        self._count += 1
        name = f"{self._run}-{self._count}"
        return VisionJob(id=name, trigger_id=trigger_id, meas_id=meas_id, part_id=serial, recipe_id=recipe)

    # --- states -------------------------------------------------------------------------------------------------------

    def _follow_starts(self) -> None:
        started, self._started = self._started, []
        for job, called in started:
            self._acquired()  # of the part before: else this one would not have been taken
            if self._state is VisionState.SINGLE:
                self._go(VisionState.READY)
            self._current = self._exposing = job
            self._go(VisionState.SINGLE, "StartSingleJob" if called else "")

    def _acquired(self) -> None:
        if self._exposing.id:
            self._emit(_ACQUIRED, f"the part of job {self._exposing.id} may move", job=self._exposing)
            self._exposing = VisionJob(id="", trigger_id="")

    def _go(self, state: VisionState, cause: str = "") -> None:
        for step in steps(self._state, state, cause):
            self._state = step.after
            self._emit(_STATE_CHANGED, step.transition, step=step)
            if step.after is VisionState.SINGLE:
                self._emit(_JOB_STARTED, f"job {self._current.id} is started", job=self._current)
            elif step.before is VisionState.SINGLE and step.after is VisionState.READY:
                self._emit(_READY, "the next job can be started", job=self._current)
            elif step.after is VisionState.ERROR:
                self._emit(_ERROR, "the station cannot inspect", step=step)
            elif step.before is VisionState.ERROR and step.after.automatic:
                self._emit(_RESOLVED, "the station can inspect again", step=step)
            self._show()

    def _show(self) -> None:
        """Set the values of the states."""
        put, state = self._values.put, self._state
        for machine, name in ((_MACHINE, state.top), (_AUTOMATIC, state.automatic)):
            for part, value in (
                ("", ua.Variant(ua.LocalizedText(name, "en"), ua.VariantType.LocalizedText)),
                (".Id", ua.Variant(self._model.declared(name) if name else ua.NodeId(), ua.VariantType.NodeId)),
            ):
                path = f"{machine}.CurrentState{part}"
                put(path, value if name else None, 0 if name else ua.StatusCodes.BadStateNotActive)
        system = ua.SystemStateDataType(int(system_state(state)))
        told = self._model.record("SystemStateDescriptionDataType", State=system, StateDescription=self._said)
        put("SystemState", ua.Variant(told, ua.VariantType.ExtensionObject))

    # --- events -------------------------------------------------------------------------------------------------------

    def _emit(
        self,
        kind: int,
        message: str,
        *,
        job: VisionJob | None = None,
        step: VisionStep | None = None,
        result: VisionResult | None = None,
    ) -> None:
        """Put an event down."""
        event = TransitionEvent() if step is not None else BaseEvent()
        event.EventType = self._model.type_id(kind)
        event.EventId = uuid.uuid4().bytes
        event.Time = event.ReceiveTime = datetime.now(UTC)
        event.LocalTime = ua.TimeZoneDataType()
        event.Severity = _SEVERE if kind == _ERROR else _NORMAL
        event.Message = ua.LocalizedText(message, "en")
        source = "ResultManagement" if result is not None else _AUTOMATIC
        if step is not None:
            source = _AUTOMATIC if step.of != _MACHINE else _MACHINE
            before, _, after = step.transition.removesuffix("Auto").partition("To")
            for field, name in (("Transition", step.transition), ("FromState", before), ("ToState", after)):
                setattr(event, field, ua.LocalizedText(name, "en"))
                event.add_property(f"{field}/Id", self._model.declared(name), ua.VariantType.NodeId)
        event.SourceNode, event.SourceName = self._model.node(source).nodeid, source.rpartition(".")[2]
        fields = self._model.fields(result) if result is not None else {}
        if job is not None:
            fields["JobId"] = self._model.identity("JobIdDataType", job.id)
        for name, value in fields.items():
            event.add_property(name, value, _KINDS.get(type(value), ua.VariantType.ExtensionObject))
        self._events.append(event)

    # --- methods ------------------------------------------------------------------------------------------------------

    def _answered(self, method: Callable[..., list[ua.Variant]], owner: ua.NodeId) -> Callable[..., Awaitable[_Answer]]:
        takes = len(signature(method).parameters)

        async def answer(called: ua.NodeId, *given: ua.Variant) -> _Answer:
            if called != owner:
                return ua.StatusCode(ua.StatusCodes.BadMethodInvalid)
            if len(given) != takes:
                return ua.StatusCode(ua.StatusCodes.BadInvalidArgument)
            if method not in self._results.asking:
                self._line.by_vision()
            self.look()
            try:
                return method(*(argument.Value for argument in given))
            except RefusedError as error:
                return error.status
            finally:
                self.look()

        return answer

    def _halt(self, cause: object, why: object) -> list[ua.Variant]:
        if self._state is VisionState.HALTED:
            raise RefusedError(ua.StatusCodes.BadInvalidState)
        _log.warning("the line is halted by its controller: %s", _cause(cause, why))
        self._line.set_enable(level=False)
        self._halted = True
        self._go(VisionState.HALTED, "Halt")
        return done()

    def _reset(self, cause: object, why: object) -> list[ua.Variant]:
        _log.info("the line is reset by its controller: %s", _cause(cause, why))
        self._line.set_enable(level=False)
        self._halted = False
        self._go(VisionState.PREOPERATIONAL, "Reset")
        return done()

    def _select_automatic(self) -> list[ua.Variant]:
        if self._state is not VisionState.PREOPERATIONAL or not self._desk.outputs().online:
            raise RefusedError(ua.StatusCodes.BadInvalidState)
        self._line.set_enable(level=True)
        self._go(VisionState.INITIALIZED, "SelectModeAutomatic")
        return done()

    def _start_job(
        self, meas: object, part: object, recipe: object, product: object, parameters: object
    ) -> list[ua.Variant]:
        meas_id, serial, wanted = id_in(meas), id_in(part), id_in(recipe)
        if id_in(product) or parameters:  # no recipe of the station has either
            raise RefusedError(ua.StatusCodes.BadInvalidArgument)
        if max(len(serial), len(wanted)) > LONGEST or len(meas_id) > _LONGEST_MEAS:
            raise RefusedError(ua.StatusCodes.BadOutOfRange)
        number = trigger_number(meas_id)
        if number is None:
            self._number = number = self._number % 0xFFFFFFFF + 1
        taken, _ = self._line.take(number, serial, wanted, meas_id)
        if not taken:
            raise RefusedError(ua.StatusCodes.BadInvalidState)
        job = self._started[-1][0]
        return [as_record(self._model.identity("JobIdDataType", job.id)), *done()]

    def _start_continuous(
        self, meas: object, part: object, recipe: object, product: object, parameters: object
    ) -> list[ua.Variant]:
        del meas, part, recipe, product, parameters
        raise RefusedError(ua.StatusCodes.BadNotSupported)

    def _end_job(self, cause: object, why: object) -> list[ua.Variant]:
        """Refuse: a part that was triggered becomes one row and one result."""
        del cause, why
        running = self._state is VisionState.SINGLE
        raise RefusedError(ua.StatusCodes.BadNotSupported if running else ua.StatusCodes.BadInvalidState)


def _cause(cause: object, why: object) -> str:
    """Return why a client called, for people."""
    text = cleaned(why) if isinstance(why, str) else ""
    return text or f"cause {number_in(cause)}"
