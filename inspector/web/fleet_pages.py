"""The pages and the JSON of a fleet's server: one function for each address."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from inspector import __version__
from inspector.domain.records import Verdict
from inspector.fleet import search
from inspector.fleet.differences import model_words, threshold_words
from inspector.fleet.search import FleetPart, FleetPartsPage, FleetQuery, FleetRecord
from inspector.fleet.status import clock_words
from inspector.fleet.yields import MOST_DAYS, FleetYield, FleetYields, YieldsBy, yields
from inspector.outputs.counted import Counted
from inspector.outputs.kept import named_kind
from inspector.web.asked import (
    AskedError,
    MissingError,
    check_names,
    choice_of,
    day_of,
    for_input,
    limit_of,
    time_of,
    verdicts_of,
)
from inspector.web.fleet_board import ONLY, ORDERS, CountedPeriod, FleetBoard, FleetBoards, FleetChoice
from inspector.web.fleet_metrics import fleet_figures
from inspector.web.listeners import Listeners
from inspector.web.metrics import CONTENT_TYPE
from inspector.web.sent_picture import sent_picture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from inspector.fleet.pool import ReadPool
    from inspector.web.site import Site

_BOARD = ("period", "find", "only", "sort")
_FILTERS = ("since", "until", "station", "recipe", "lot", "part", "nest", "verdict", "before", "limit")
_YIELDS = ("by", "from", "until", "station", "recipe", "lot")
_USUAL_DAYS = 7


@dataclass
class FleetAddresses:
    """What the addresses answer."""

    pool: ReadPool
    boards: FleetBoards
    site: Site
    listeners: Listeners = field(default_factory=Listeners)

    # --- pages --------------------------------------------------------------------------------------------------------

    async def home(self, _: Request) -> Response:
        """The fleet is the first page."""
        return RedirectResponse("/fleet", status_code=303)

    async def fleet_page(self, request: Request) -> Response:
        """The stations, as they are now; the script keeps them so."""
        choice = _choice(request)
        shown = self._shown(await self._board(choice))
        return self.site.page(
            request, "fleet.html", choice=choice, periods=list(CountedPeriod), query=request.url.query, **shown
        )

    async def fleet_changes(self, request: Request) -> Response:
        """The same every second, as pieces of that page."""
        choice = _choice(request)
        piece = self.site.templates.get_template("fleet_now.html")

        async def told() -> dict[str, str]:
            return {"html": piece.render(**self._shown(await self._board(choice)))}

        return self.listeners.answer(told)

    async def yields_page(self, request: Request) -> Response:
        """Yields of some days."""
        said, by, days = dict(request.query_params), *_yields_asked(request)
        told, names = await run_in_threadpool(self._yields, request, by, days)
        lows = [group.counts.yield_interval_95[0] for group in told.groups if group.counts.yield_interval_95]
        floor = int(min(lows, default=0.0) * 20) / 20  # the axis begins below the lowest interval
        links = [_parts_of(group, said, days) for group in told.groups]
        return self.site.page(
            request, "fleet_yields.html", yields=told, by=by.value, kinds=[kind.value for kind in YieldsBy], said=said,
            days=days, names=names, floor=min(floor, 0.95), links=links,
        )  # fmt: skip

    async def results_page(self, request: Request) -> Response:
        """The parts of all stations, filtered."""
        said = dict(request.query_params)
        page, names = await run_in_threadpool(self._parts_and_names, request)
        newest = {name: value for name, value in said.items() if name != "before"}
        return self.site.page(
            request, "fleet_results.html", results=page, said=said, verdicts=[verdict.value for verdict in Verdict],
            older={**said, "before": page.older} if page.older else None, newest=newest, names=names,
            as_local=for_input,
        )  # fmt: skip

    async def part_page(self, request: Request) -> Response:
        """One part."""
        there = await self._part(request)
        record = {name: value for name, value in _record(there.row).items() if name not in {"verdict", "reason"}}
        shows = named_kind(there.sent_heatmap) if there.sent_heatmap else None
        return self.site.page(request, "fleet_part.html", there=there, part=there.row, shows=shows, record=record)

    # --- for programs -------------------------------------------------------------------------------------------------

    async def health(self, _: Request) -> Response:
        """Whether the database answers and all stations are well: status 200 or 503."""
        board = await self.boards.board(CountedPeriod.TODAY)
        told = {"ok": not board.faulty, "database": not board.is_stale, "face": board.face, "words": board.words}
        told |= {"time_utc": board.time_utc.isoformat() if board.time_utc else None, "software_version": __version__}
        return JSONResponse(told, status_code=503 if board.faulty else 200)

    async def fleet(self, request: Request) -> Response:
        """The stations as JSON."""
        return JSONResponse((await self._board(_choice(request))).model_dump(mode="json"))

    async def fleet_events(self, request: Request) -> Response:
        """The same every second, as server-sent events."""
        choice = _choice(request)

        async def told() -> dict[str, Any]:
            return (await self._board(choice)).model_dump(mode="json")

        return self.listeners.answer(told)

    async def api_yields(self, request: Request) -> Response:
        """Yields as JSON."""
        by, days = _yields_asked(request)
        told, _ = await run_in_threadpool(self._yields, request, by, days)
        return JSONResponse(told.model_dump(mode="json"))

    async def api_results(self, request: Request) -> Response:
        """The parts as JSON."""
        page = await run_in_threadpool(self._parts, request)
        return JSONResponse(page.model_dump(mode="json"))

    async def api_part(self, request: Request) -> Response:
        """One part's whole record, and what people said of it."""
        there = await self._part(request)
        said = [{name: _plain(value) for name, value in asdict(review).items()} for review in there.reviews]
        path = there.row["picture_path"]
        picture = {"station": there.station, "computer": there.host, "path": path}
        picture |= {"sent_to": there.sent_to, "sha256": there.sent_sha256, "never_sent": there.never_sent}
        return JSONResponse({"part": _record(there.row), "picture_at": picture if path else None, "reviews": said})

    async def api_picture(self, request: Request) -> Response:
        """The picture of a part, from where its station has sent it; with ``heatmap=1`` under its heatmap."""
        there = await self._part(request)
        if there.sent_to is None or there.sent_sha256 is None:
            why = there.never_sent or ("it was not sent" if there.row["picture_path"] else "none was kept")
            raise MissingError(f"there is no picture of this part here: {why}", "Its station may have it.")
        heatmap = there.sent_heatmap if request.query_params.get("heatmap") == "1" else None
        picture = await run_in_threadpool(sent_picture, there.sent_to, there.sent_sha256, heatmap)
        return Response(picture, media_type="image/jpeg", headers={"cache-control": "private, max-age=3600"})

    async def metrics(self, _: Request) -> Response:
        """Figures for Prometheus."""
        board = await self.boards.board(CountedPeriod.TODAY)
        return Response(fleet_figures(board, datetime.now(UTC)), headers={"content-type": CONTENT_TYPE})

    # --- inside -------------------------------------------------------------------------------------------------------

    async def _board(self, choice: FleetChoice) -> FleetBoard:
        return choice.of(await self.boards.board(choice.period))

    def _shown(self, board: FleetBoard) -> dict[str, Any]:
        return {
            "board": board, "model_words": model_words, "threshold_words": threshold_words, "clock_words": clock_words,
            "period_words": CountedPeriod(board.period).words,
        }  # fmt: skip

    def _query(self, said: Mapping[str, str]) -> FleetQuery:
        """Read station, recipe and lot."""
        key = ""
        if said.get("station"):
            there = search.station_key_of(self.pool, said["station"])
            if there is None:
                raise MissingError(f"there is no station {said['station'][:80]}", "The first page lists them all.")
            key = there
        return FleetQuery(station=key, recipe=said.get("recipe", ""), lot=said.get("lot", ""))

    def _yields(self, request: Request, by: YieldsBy, days: tuple[date, date]) -> tuple[FleetYields, list[str]]:
        query = self._query(request.query_params)
        return yields(self.pool, query, by, days, None), search.station_names(self.pool)

    def _parts_and_names(self, request: Request) -> tuple[FleetPartsPage, list[str]]:
        return self._parts(request), search.station_names(self.pool)

    def _parts(self, request: Request) -> FleetPartsPage:
        said = request.query_params
        check_names(said, _FILTERS)
        limit, verdicts = limit_of(said), verdicts_of(said.getlist("verdict"))
        since, until = time_of(said.get("since", "")), time_of(said.get("until", ""))
        asked = self._query(said)
        part, nest = said.get("part", ""), said.get("nest", "")
        query = replace(asked, part=part, nest=nest, since=since, until=until, verdicts=verdicts)
        before = self._before(said.get("before", ""))
        shown, more = search.parts(self.pool, query, before, limit)
        return FleetPartsPage(
            counts=Counted.of(search.count(self.pool, query)),
            parts=shown,
            older=f"{shown[-1].station_key}/{shown[-1].id}" if more and shown else None,
        )

    def _before(self, said: str) -> FleetPart | None:
        if not said:
            return None
        key, _, identity = said.partition("/")
        there = search.part(self.pool, key, identity)
        if there is None:
            raise MissingError(f"there is no part {said[:80]} to go on from", "Begin with the newest.")
        named = {name: there.row[name] for name in FleetPart.model_fields if name != "station"}
        return FleetPart(**named, station=there.station or "")

    async def _part(self, request: Request) -> FleetRecord:
        key, identity = request.path_params["key"], request.path_params["id"]
        check_names({"part": key + identity}, ("part",))
        there = await run_in_threadpool(search.part, self.pool, key, identity)
        if there is None:
            raise MissingError(f"there is no part {identity[:40]} of that station", "Look for it under Results.")
        return there


def _choice(request: Request) -> FleetChoice:
    said = request.query_params
    check_names(said, _BOARD)
    return FleetChoice(
        period=CountedPeriod(choice_of(said, "period", [period.value for period in CountedPeriod])),
        find=said.get("find", "").strip(),
        only=choice_of(said, "only", ONLY),
        sort=choice_of(said, "sort", ORDERS),
    )


def _yields_asked(request: Request) -> tuple[YieldsBy, tuple[date, date]]:
    said = request.query_params
    check_names(said, _YIELDS)
    by = YieldsBy(choice_of(said, "by", [kind.value for kind in YieldsBy]))
    last = day_of(said.get("until", "")) or datetime.now().astimezone().date()
    if not timedelta(days=MOST_DAYS) < last - date.min or last.year >= date.max.year:
        raise AskedError(f"{last} is no day of this fleet", "Correct it.")
    first = day_of(said.get("from", "")) or last - timedelta(days=_USUAL_DAYS - 1)
    if not 0 <= (last - first).days < MOST_DAYS:
        raise AskedError(
            f"from {first} until {last} are no 1 to {MOST_DAYS} days", "Name the earlier day first, or a shorter time."
        )
    return by, (first, last)


def _parts_of(group: FleetYield, said: Mapping[str, str], days: tuple[date, date]) -> dict[str, str]:
    """Return which results are the parts of a group."""
    first, last = (group.day, group.day) if group.day else days
    of_group = {"station": group.station, "recipe": group.recipe, "lot": group.lot}
    which = {name: value or said.get(name, "") for name, value in of_group.items()}
    which |= {"since": f"{first}T00:00", "until": f"{last + timedelta(days=1)}T00:00"}
    return {name: value for name, value in which.items() if value}


def _record(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part's row as JSON has it, classes with their probabilities."""
    record = {name: _plain(value) for name, value in row.items() if name != "class_names"}
    names, values = row["class_names"] or [], row["probabilities"] or []
    record["probabilities"] = dict(zip(names, values, strict=False))
    return record


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
