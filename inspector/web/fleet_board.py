"""The board of a fleet: read at most every two seconds, whoever asks, and STALE while the database does not answer."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict
from starlette.concurrency import run_in_threadpool

from inspector.domain.sentence import sentence
from inspector.domain.tally import Tally
from inspector.fleet.differences import FleetDifference, with_differences
from inspector.fleet.faults import FleetError
from inspector.fleet.stations import FleetStation, stations
from inspector.outputs.counted import Counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from inspector.fleet.pool import ReadPool

_log = logging.getLogger(__name__)

STALE = "STALE"
#: So often the database is asked.
_EVERY_S = 2.0
#: A database that answers later than that is waited for beside the pages.
_PATIENCE_S = 2.0
#: The first answer is worth waiting for: there is nothing to show before it.
_FIRST_S = 10.0
#: What is older is shown as STALE.
_STALE_S = 10.0


class CountedPeriod(Enum):
    """Since when parts are counted."""

    TODAY = "today"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def words(self) -> str:
        """What it is called."""
        return {"today": "Today", "hour": "Last hour", "day": "24 hours", "week": "7 days", "month": "30 days"}[
            self.value
        ]

    def begin(self, now: datetime) -> datetime:
        """Return when it began, at a quarter of an hour.

        Args:
            now: With its zone; TODAY begins at midnight there.
        """
        if self is CountedPeriod.TODAY:
            return now.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None).astimezone(UTC)
        back = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}.get(
            self.value, timedelta(days=30)
        )
        then = (now - back).astimezone(UTC)
        return then.replace(minute=then.minute // 15 * 15, second=0, microsecond=0)


class FleetBoard(BaseModel):
    """What the first page shows. Times are UTC."""

    model_config = ConfigDict(frozen=True)

    time_utc: datetime | None  #: when the database said so; none before it answered
    face: str  #: in a word or two, how the fleet is; STALE while the database does not answer
    faulty: bool
    words: str  #: why, in sentences; empty where there is nothing to say
    period: str
    since_utc: datetime
    counts: Counted  #: of the stations that are shown
    stations: list[FleetStation]
    differences: list[FleetDifference]

    @property
    def is_stale(self) -> bool:
        """Whether nobody knows how the fleet is now."""
        return self.face == STALE


@dataclass(slots=True)
class _Snapshot:
    """What was read last for a period."""

    board: FleetBoard | None = None
    read_s: float = float("-inf")
    tried_s: float = float("-inf")
    reading: asyncio.Task[None] | None = None
    fault: FleetError | None = None


class FleetBoards:
    """Reads boards beside the event loop that it belongs to.

    Args:
        pool: Where to ask.
        now: The clock; with the zone whose days are shown.
    """

    def __init__(self, pool: ReadPool, now: Callable[[], datetime] | None = None) -> None:
        self._pool = pool
        self._now = now or (lambda: datetime.now().astimezone())
        self._snapshots: dict[CountedPeriod, _Snapshot] = {period: _Snapshot() for period in CountedPeriod}

    async def board(self, period: CountedPeriod) -> FleetBoard:
        """Return the board. It never waits long: what is too old says so."""
        snapshot = self._snapshots[period]
        if snapshot.reading is None and time.monotonic() - snapshot.tried_s >= _EVERY_S:
            snapshot.reading = asyncio.create_task(self._read(period, snapshot))
        if snapshot.reading is not None:
            await asyncio.wait([snapshot.reading], timeout=_PATIENCE_S if snapshot.board else _FIRST_S)
        board = snapshot.board
        if board is not None and snapshot.fault is None and time.monotonic() - snapshot.read_s < _STALE_S:
            return board
        return self._stale(period, snapshot)

    async def _read(self, period: CountedPeriod, snapshot: _Snapshot) -> None:
        try:
            since = period.begin(self._now())
            there = await run_in_threadpool(stations, self._pool, since)
            snapshot.board = board_of(there, period, since, datetime.now(UTC))
            snapshot.read_s, snapshot.fault = time.monotonic(), None
        except FleetError as error:
            snapshot.fault = error
        except Exception:  # noqa: BLE001 - the page says so, and goes on
            _log.exception("the stations cannot be shown")
            snapshot.fault = FleetError("the stations cannot be shown", "The program's log says why.")
        finally:
            snapshot.tried_s, snapshot.reading = time.monotonic(), None

    def _stale(self, period: CountedPeriod, snapshot: _Snapshot) -> FleetBoard:
        fault = snapshot.fault
        words = f"{sentence(fault.what)}. {fault.next_step}" if fault else "The database does not answer."
        last = snapshot.board
        if last is not None and last.time_utc is not None:
            ended = f"{last.time_utc.astimezone():%Y-%m-%d %H:%M:%S}"
            words = f"Since {ended} nobody knows here how the stations are. {words}"
        return FleetBoard(
            time_utc=last.time_utc if last else None,
            face=STALE,
            faulty=True,
            words=words,
            period=period.value,
            since_utc=last.since_utc if last else period.begin(self._now()),
            counts=last.counts if last else Counted.of(Tally()),
            stations=[] if last is None else [_as_stale(station) for station in last.stations],
            differences=last.differences if last else [],
        )


def _as_stale(station: FleetStation) -> FleetStation:
    return station if station.is_replaced else station.model_copy(update={"face": STALE, "faulty": True})


def board_of(there: Sequence[FleetStation], period: CountedPeriod, since: datetime, now: datetime) -> FleetBoard:
    """Return the board of stations."""
    compared, differences = with_differences(there)
    face, faulty, words = _face(compared)
    return FleetBoard(
        time_utc=now, face=face, faulty=faulty, words=words, period=period.value, since_utc=since,
        counts=_together(compared), stations=compared, differences=differences,
    )  # fmt: skip


def _face(there: Sequence[FleetStation]) -> tuple[str, bool, str]:
    wanted = [station for station in there if not station.is_replaced]
    if not wanted:
        return "NO STATIONS", False, "No station has sent anything to this database yet."
    unheard = [station for station in wanted if station.hearing != "heard"]
    faulty = [station for station in wanted if station.faulty and station.hearing == "heard"]
    words = " ".join(f"{station.name}: {station.face}." for station in [*unheard, *faulty][:6])
    if len(unheard) + len(faulty) > 6:
        words += f" And {len(unheard) + len(faulty) - 6} more."
    if unheard:
        return f"{len(unheard)} OF {len(wanted)} NOT HEARD", True, words
    if faulty:
        return f"{len(faulty)} OF {len(wanted)} FAULTY", True, words
    return "ALL HEARD", False, ""


def _together(there: Sequence[FleetStation]) -> Counted:
    whole = Tally()
    for station in there:
        counts = station.counts
        whole += Tally(passed=counts.passed, failed=counts.failed, review=counts.review, error=counts.error)
    return Counted.of(whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetChoice:
    """Which stations a page shows, and in which order.

    Args:
        period: Since when parts are counted.
        find: Part of a station's name, whatever its case.
        only: ``attention``: those with a fault, something that waits or differs; ``late``: those not heard.
        sort: ``attention`` first, by ``name``, or the ``yield`` or ``parts`` that are least first.
    """

    period: CountedPeriod = CountedPeriod.TODAY
    find: str = ""
    only: str = ""
    sort: str = "attention"

    def of(self, board: FleetBoard) -> FleetBoard:
        """Return the board with these stations only, and their counts."""
        find = self.find.casefold()
        chosen = [
            station
            for station in board.stations
            if find in station.name.casefold()
            and (self.only != "late" or station.hearing in {"late", "not heard"})
            and (self.only != "attention" or _needs(station))
        ]
        chosen.sort(key=_ORDERS[self.sort])
        return board.model_copy(update={"stations": chosen, "counts": _together(chosen)})


def _needs(station: FleetStation) -> bool:
    return not station.is_replaced and bool(station.faulty or station.problems or station.differs)


def _yield_of(station: FleetStation) -> float:
    value = station.counts.first_pass_yield
    return 2.0 if value is None else value


#: Sorting is stable, and stations come by their names.
_ORDERS: Mapping[str, Callable[[FleetStation], tuple[float, ...]]] = {
    "attention": lambda station: (station.is_replaced, not station.faulty, not station.problems, not station.differs),
    "name": lambda station: (station.is_replaced,),
    "yield": lambda station: (station.is_replaced, _yield_of(station)),
    "parts": lambda station: (station.is_replaced, station.counts.inspected),
}
ORDERS = tuple(_ORDERS)
ONLY = ("", "attention", "late")
