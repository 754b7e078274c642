"""The pages and the JSON of the server: one function for each address."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from inspector import __version__
from inspector.domain.records import Verdict
from inspector.outputs.kept import kept_kind
from inspector.recipes.views import MOST_VIEWS
from inspector.web.answers import TooLargeError, TooSlowError, wants_page
from inspector.web.asked import AskedError, for_input
from inspector.web.listeners import Listeners
from inspector.web.metrics import CONTENT_TYPE
from inspector.web.results import Asked, part_of, picture_of, results
from inspector.web.station import part_record

if TYPE_CHECKING:
    from starlette.datastructures import FormData, UploadFile
    from starlette.requests import Request

    from inspector.web.judge import JudgedUpload, UploadJudge
    from inspector.web.metrics import StationFigures
    from inspector.web.site import Site
    from inspector.web.station import LineBoard, StationView

#: Pictures of one request.
MOST_PICTURES = 50
#: One picture's file.
MOST_PICTURE_BYTES = 64_000_000
#: So long a request may take to arrive.
_ARRIVES_S = 120.0
_WIDEST = 4096


@dataclass
class Addresses:
    """What the addresses answer."""

    view: StationView
    judge: UploadJudge
    figures: StationFigures
    site: Site
    opacity: float = 0.6
    listeners: Listeners = field(default_factory=Listeners)

    # --- pages --------------------------------------------------------------------------------------------------------

    async def home(self, _: Request) -> Response:
        """The board is the first page."""
        return RedirectResponse("/board", status_code=303)

    async def board_page(self, request: Request) -> Response:
        """The board, as it is now; the script keeps it so."""
        return self.site.page(request, "board.html", board=await self._board())

    async def inspect_page(self, request: Request) -> Response:
        """Where pictures are sent in."""
        return self.site.page(request, "inspect.html", answers=[], most=MOST_PICTURES)

    async def inspect(self, request: Request) -> Response:
        """Judge the pictures of a request; a page for a browser, JSON for a program."""
        with self.judge.admitted():
            form = await self._arrived(request)
            try:
                answers = [await self._judged(file) for file in self._files(form)]
            finally:
                await form.close()
        if wants_page(request):
            return self.site.page(request, "inspect.html", answers=answers, most=MOST_PICTURES)
        return JSONResponse({"results": [answer.model_dump(mode="json") for answer in answers]})

    async def results_page(self, request: Request) -> Response:
        """The parts of the log, filtered."""
        asked = self._asked(request)
        page = await run_in_threadpool(results, self.view, asked)
        said = dict(request.query_params)
        newest = {name: value for name, value in said.items() if name != "before"}
        verdicts = [verdict.value for verdict in Verdict]
        older = {**said, "before": page.older} if page.older else None
        return self.site.page(
            request, "results.html", results=page, said=said, verdicts=verdicts, older=older, newest=newest,
            as_local=for_input,
        )  # fmt: skip

    async def part_page(self, request: Request) -> Response:
        """One part."""
        part, reviews = await run_in_threadpool(part_of, self.view, request.path_params["id"])
        return self.site.page(
            request, "part.html", part=part, shows=kept_kind(part), record=part_record(part), reviews=reviews
        )

    # --- for programs -------------------------------------------------------------------------------------------------

    async def health(self, _: Request) -> Response:
        """Whether the line can be trusted: status 200 or 503."""
        board = await self._board()
        told = {"ok": not board.faulty, "face": board.face, "words": board.words, "time_utc": board.time_utc}
        return JSONResponse(told | {"software_version": __version__}, status_code=503 if board.faulty else 200)

    async def board(self, _: Request) -> Response:
        """The board as JSON."""
        return JSONResponse((await self._board()).model_dump(mode="json"))

    async def board_events(self, _: Request) -> Response:
        """The board every second, as server-sent events."""

        async def told() -> object:
            return (await self._board()).model_dump(mode="json")

        return self.listeners.answer(told)

    async def api_results(self, request: Request) -> Response:
        """The parts of the log, filtered, as JSON."""
        page = await run_in_threadpool(results, self.view, self._asked(request))
        return JSONResponse(page.model_dump(mode="json"))

    async def api_part(self, request: Request) -> Response:
        """One part's whole record, and what people said of it."""
        part, reviews = await run_in_threadpool(part_of, self.view, request.path_params["id"])
        said = [
            {
                "time_utc": review.time_utc.isoformat(),
                "reviewer": review.reviewer,
                "judgement": review.judgement.value if review.judgement else None,
                "defect_type": review.defect_type,
                "note": review.note,
            }
            for review in reviews
        ]
        return JSONResponse({"part": part_record(part), "heatmap_shows": kept_kind(part), "reviews": said})

    async def api_picture(self, request: Request) -> Response:
        """A part's kept picture as a JPEG, with ``heatmap=1`` under its heatmap, with ``view=1`` of its first view."""
        said = request.query_params
        place = said.get("view", "")
        if place and not (place.isascii() and place.isdecimal() and int(place) <= MOST_VIEWS):
            raise AskedError(f"the view must be 0 to {MOST_VIEWS}, got {place[:20]}", "Correct it.")
        width = said.get("width", "")
        if width and not (width.isascii() and width.isdecimal() and 1 <= int(width) <= _WIDEST):
            raise AskedError(f"the width must be 1 to {_WIDEST} pixels, got {width[:20]}", "Correct it.")
        content = await run_in_threadpool(
            picture_of,
            self.view,
            request.path_params["id"],
            heatmap=said.get("heatmap") == "1",
            place=int(place or 0),
            width=int(width) if width else None,
            opacity=self.opacity,
        )
        return Response(content, media_type="image/jpeg", headers={"cache-control": "private, max-age=3600"})

    async def metrics(self, _: Request) -> Response:
        """Figures for Prometheus."""
        return Response(await run_in_threadpool(self.figures.text), headers={"content-type": CONTENT_TYPE})

    # --- inside -------------------------------------------------------------------------------------------------------

    async def _board(self) -> LineBoard:
        return await run_in_threadpool(self.view.board)

    async def _arrived(self, request: Request) -> FormData:
        try:
            async with asyncio.timeout(_ARRIVES_S):
                return await request.form(max_files=MOST_PICTURES, max_fields=10)
        except TimeoutError as error:
            raise TooSlowError(f"the pictures did not arrive within {_ARRIVES_S:.0f} s", "Send fewer.") from error

    def _files(self, form: FormData) -> list[UploadFile]:
        files = [value for value in form.getlist("picture") if not isinstance(value, str) and value.filename]
        if not files:
            raise AskedError("no picture was sent", "Send files as “picture” in a form (multipart/form-data).")
        for file in files:
            if (file.size or 0) > MOST_PICTURE_BYTES:
                raise TooLargeError(
                    f"the picture {file.filename} has {(file.size or 0) / 1e6:.0f} MB, more than "
                    f"{MOST_PICTURE_BYTES / 1e6:.0f} MB",
                    "Scale it down first.",
                )
        return files

    async def _judged(self, file: UploadFile) -> JudgedUpload:
        return await self.judge.ask(file.filename or "picture", await file.read())

    def _asked(self, request: Request) -> Asked:
        return Asked.of(dict(request.query_params), request.query_params.getlist("verdict"))
