"""Puts the server together."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from inspector.domain.errors import InspectorError
from inspector.paths import resources_dir
from inspector.web.answers import Gate, fault_answer, status_of
from inspector.web.judge import BusyError
from inspector.web.metrics import StationFigures
from inspector.web.openapi import description
from inspector.web.pages import Addresses
from inspector.web.style import style_sheet

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from inspector.web.access import Access
    from inspector.web.judge import UploadJudge
    from inspector.web.station import StationView

_SESSION_S = 12 * 3600
_WORDS = {404: ("there is no such page", "Begin at the board."), 405: ("that cannot be done here", "See API.")}


def make_app(view: StationView, judge: UploadJudge, access: Access, *, opacity: float = 0.6) -> ASGIApp:
    """Return the server.

    Args:
        view: What the pages show.
        judge: Judges what is sent in; started and closed with the server.
        access: Who may look.
        opacity: Of heatmaps, 0..1.
    """
    templates = Jinja2Templates(directory=resources_dir() / "web" / "pages")
    sheet, script = style_sheet(), (resources_dir() / "web" / "app.js").read_text(encoding="utf-8")

    gate = Gate(access)
    pages = Addresses(
        view=view, judge=judge, figures=StationFigures(view, judge), templates=templates, access=access, gate=gate,
        opacity=opacity,
    )  # fmt: skip

    async def css(_: Request) -> Response:
        return Response(sheet, media_type="text/css", headers={"cache-control": "max-age=300"})

    async def js(_: Request) -> Response:
        return Response(script, media_type="text/javascript", headers={"cache-control": "max-age=300"})

    async def failed(request: Request, error: Exception) -> Response:
        assert isinstance(error, InspectorError)
        after = error.retry_after_s if isinstance(error, BusyError) else None
        return fault_answer(request, templates, error.what, error.next_step, status_of(error), after)

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        what, next_step = _WORDS.get(error.status_code, (error.detail, "Try it again."))
        return fault_answer(request, templates, what, next_step, error.status_code)

    @asynccontextmanager
    async def living(_: Starlette) -> AsyncIterator[None]:
        judge.start()
        try:
            yield
        finally:
            pages.ending.set()
            await run_in_threadpool(judge.close)
            view.close()

    routes = [
        Route("/", pages.home),
        Route("/board", pages.board_page),
        Route("/inspect", pages.inspect_page, methods=["GET"]),
        Route("/inspect", pages.inspect, methods=["POST"]),
        Route("/results", pages.results_page),
        Route("/parts/{id}", pages.part_page),
        Route("/api", pages.api_page),
        Route("/login", pages.login_page, methods=["GET"]),
        Route("/login", pages.login, methods=["POST"]),
        Route("/logout", pages.logout, methods=["POST"]),
        Route("/api/health", pages.health),
        Route("/api/board", pages.board),
        Route("/api/board/events", pages.board_events),
        Route("/api/results", pages.api_results),
        Route("/api/parts/{id}", pages.api_part),
        Route("/api/parts/{id}/picture", pages.api_picture),
        Route("/metrics", pages.metrics),
        Route("/openapi.json", pages.openapi),
        Route("/style.css", css),
        Route("/app.js", js),
        Mount("/fonts", StaticFiles(directory=resources_dir() / "fonts")),
    ]
    app = Starlette(
        routes=routes,
        lifespan=living,
        exception_handlers={InspectorError: failed, HTTPException: refused},
    )
    app.state.openapi = description()
    gate.inner = app
    session = SessionMiddleware(
        gate, secret_key=access.secret, max_age=_SESSION_S, same_site="strict", https_only=access.scheme == "https"
    )
    return TrustedHostMiddleware(session, allowed_hosts=access.allowed_hosts, www_redirect=False)
