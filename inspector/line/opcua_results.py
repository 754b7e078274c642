"""The ResultManagement of OPC 40100-1: results that can be asked for, and their acknowledgement."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

from asyncua import ua

from inspector.line.opcua_model import CONFIGURATION
from inspector.line.opcua_nodes import cleaned
from inspector.line.signals import DEPTH
from inspector.line.vision import ResultFilter, VisionResult

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.line.opcua_model import VisionModel
    from inspector.line.signals import LineResult
    from inspector.line.vision import VisionJob

#: So many results can be asked for, those that are acknowledged too.
_KEPT: Final = 8 * DEPTH
#: Values of “Error” below zero are the application's own: there is no such result, or handle.
_UNKNOWN: Final = -1
_MOST: Final = 0xFFFFFFFF


class VisionLine(Protocol):
    """What the system does to the line; the server has it. Called on the server's event loop."""

    @property
    def enabled(self) -> bool:
        """Enable, as the controller has set it last."""
        ...

    def set_enable(self, *, level: bool) -> None:
        """Set Enable."""
        ...

    def take(self, number: int, serial: str, recipe: str, meas_id: str | None = None) -> tuple[bool, str]:
        """Take a trigger; return whether it was taken, and why not."""
        ...

    def acknowledge(self, part: str) -> bool:
        """Acknowledge the result that is shown; return whether it is this part's."""
        ...

    def by_vision(self) -> None:
        """Note that the controller is one that may be silent while it is connected."""
        ...


class RefusedError(Exception):
    """A call that is answered with a status code.

    Args:
        code: Of `asyncua.ua.StatusCodes`.
    """

    def __init__(self, code: int) -> None:
        super().__init__()
        self.status = ua.StatusCode(code)


class VisionResults:
    """The results, and the methods that ask for them; lives on the server's event loop."""

    def __init__(self, model: VisionModel, line: VisionLine) -> None:
        self._model, self._line = model, line
        self._waiting: dict[str, VisionResult] = {}  # by trigger ids: not acknowledged, the oldest first
        self._released: set[str] = set()  # ids of jobs whose result the client has done with
        self._results: dict[str, VisionResult] = {}  # by ids of jobs, the oldest first
        self._handles: dict[int, tuple[str, ...]] = {}  # with the jobs that each stands for
        self._handle = 0

    @property
    def asking(self) -> tuple[Callable[..., list[ua.Variant]], ...]:
        """The methods that only ask: who calls them need not be the controller."""
        return self.by_id, self.components_by_id, self.filtered

    def take_up(self, results: Sequence[LineResult], job_of: Callable[[str], VisionJob]) -> list[VisionResult]:
        """Note the results that are not acknowledged.

        Args:
            job_of: Gives the job of a trigger id.

        Returns:
            Those that are new.
        """
        ids, new = {result.id for result in results}, []
        for part in [part for part in self._waiting if part not in ids]:
            self._released.discard(self._waiting.pop(part).job.id)
        for result in results:
            known = self._waiting.get(result.id)
            if known is None or known.result is not result:
                made = VisionResult(job=job_of(result.id), result=result, created=datetime.now(UTC))
                self._waiting[result.id] = self._results[made.job.id] = made
                new.append(made)
        for old in list(self._results)[:-_KEPT]:
            del self._results[old]
        return new

    def acknowledge(self) -> None:
        """Acknowledge what is released, in the order of the hand-shake."""
        for part, result in list(self._waiting.items()):
            if result.job.id not in self._released or not self._line.acknowledge(part):
                return
            self._released.discard(self._waiting.pop(part).job.id)

    def by_id(self, wanted: object, timeout: object) -> list[ua.Variant]:
        """GetResultById."""
        number_in(timeout)
        result = self._results.get(id_in(wanted))
        if result is None:
            return [_unsigned(0), as_record(self._model.record("ResultDataType")), *done(_UNKNOWN)]
        return [_unsigned(self._handle_of([result])), as_record(self._model.result(result)), *done()]

    def components_by_id(self, wanted: object, timeout: object) -> list[ua.Variant]:
        """GetResultComponentsById."""
        number_in(timeout)
        result, record = self._results.get(id_in(wanted)), self._model.record
        kinds = ua.VariantType
        fields = self._model.empty_fields() if result is None else self._model.fields(result)
        return [
            ua.Variant(False, kinds.Boolean),
            _unsigned(0 if result is None else self._handle_of([result])),
            ua.Variant(fields["IsPartial"], kinds.Boolean),
            ua.Variant(False, kinds.Boolean),
            ua.Variant(fields["ResultState"], kinds.Int32),
            *(as_record(fields[name]) for name in ("MeasId", "PartId", "ExternalRecipeId", "InternalRecipeId")),
            as_record(record("ProductIdDataType")),
            as_record(record("ConfigurationIdDataType")),
            *(as_record(fields[name]) for name in ("InternalConfigurationId", "JobId")),
            ua.Variant(fields["CreationTime"], kinds.DateTime),
            as_record(fields["ProcessingTimes"]),
            ua.Variant(fields["ResultContent"], kinds.Variant, is_array=True),
            *done(0 if result is not None else _UNKNOWN),
        ]

    def filtered(  # noqa: PLR0913, PLR0917 - the specification's
        self,
        state: object,
        meas: object,
        part: object,
        recipe: object,
        own_recipe: object,
        configuration: object,
        own_configuration: object,
        product: object,
        job: object,
        most: object,
        first: object,
        timeout: object,
    ) -> list[ua.Variant]:
        """GetResultListFiltered."""
        number_in(timeout)
        wanted = ResultFilter(
            state=number_in(state),
            meas_id=id_in(meas),
            part_id=id_in(part),
            recipe_id=id_in(recipe),
            recipe=id_in(own_recipe),
            job_id=id_in(job),
        )
        other = id_in(product) or id_in(configuration) or id_in(own_configuration) not in {"", CONFIGURATION}
        every = [] if other else [result for result in self._results.values() if wanted.takes(result)]
        begin, count = max(0, number_in(first)), max(0, number_in(most)) or len(every)
        shown = every[begin : begin + count]
        listed = [self._model.result(result) for result in shown]
        return [
            ua.Variant(begin + len(shown) >= len(every), ua.VariantType.Boolean),
            _unsigned(len(shown)),
            _unsigned(self._handle_of(shown) if shown else 0),
            ua.Variant(listed, ua.VariantType.ExtensionObject, is_array=True),
            *done(),
        ]

    def release(self, handle: object) -> list[ua.Variant]:
        """ReleaseResultHandle: what it stands for was read, which is Result Ack of each."""
        ids = self._handles.pop(number_in(handle), None)
        if ids is None:
            return done(_UNKNOWN)
        self._released |= {known.job.id for known in self._waiting.values() if known.job.id in ids}
        self.acknowledge()
        return done()

    def _handle_of(self, results: Sequence[VisionResult]) -> int:
        self._handle = self._handle % _MOST + 1
        self._handles[self._handle] = tuple(result.job.id for result in results)
        for old in list(self._handles)[:-_KEPT]:
            del self._handles[old]
        return self._handle


def id_in(value: object) -> str:
    """Return the id in an argument; empty where there is none.

    Raises:
        RefusedError: If it is something else.
    """
    text = None if value is None else getattr(value, "Id", 0)
    if text is not None and not isinstance(text, str):
        raise RefusedError(ua.StatusCodes.BadInvalidArgument)
    return cleaned(text or "")


def number_in(value: object) -> int:
    """Return the number in an argument.

    Raises:
        RefusedError: If it is something else.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise RefusedError(ua.StatusCodes.BadInvalidArgument)
    return value


def as_record(value: ua.ExtensionObject) -> ua.Variant:
    """Return a value of one of the model's data types as an answer."""
    return ua.Variant(value, ua.VariantType.ExtensionObject)


def done(error: int = 0) -> list[ua.Variant]:
    """Return “Error”, the last answer of each method: 0 where it was done."""
    return [ua.Variant(error, ua.VariantType.Int32)]


def _unsigned(value: int) -> ua.Variant:
    return ua.Variant(value, ua.VariantType.UInt32)
