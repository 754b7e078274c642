"""Puts the station's server together."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from inspector.web.metrics import StationFigures
from inspector.web.openapi import description
from inspector.web.pages import Addresses
from inspector.web.site import Site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.applications import Starlette
    from starlette.types import ASGIApp

    from inspector.web.access import Access
    from inspector.web.judge import UploadJudge
    from inspector.web.station import StationView

_PAGES = (("/board", "Board"), ("/inspect", "Inspect"), ("/results", "Results"), ("/api", "API"))


def make_app(view: StationView, judge: UploadJudge, access: Access, *, opacity: float = 0.6) -> ASGIApp:
    """Return the server.

    Args:
        view: What the pages show.
        judge: Judges what is sent in; started and closed with the server.
        access: Who may look.
        opacity: Of heatmaps, 0..1.
    """
    site = Site(access, name=lambda: view.name, pages=_PAGES, description=description())
    pages = Addresses(view=view, judge=judge, figures=StationFigures(view, judge), site=site, opacity=opacity)

    @asynccontextmanager
    async def living(_: Starlette) -> AsyncIterator[None]:
        judge.start()
        try:
            yield
        finally:
            pages.listeners.end()
            await run_in_threadpool(judge.close)
            view.close()

    routes = [
        Route("/", pages.home),
        Route("/board", pages.board_page),
        Route("/inspect", pages.inspect_page, methods=["GET"]),
        Route("/inspect", pages.inspect, methods=["POST"]),
        Route("/results", pages.results_page),
        Route("/parts/{id}", pages.part_page),
        Route("/api/health", pages.health),
        Route("/api/board", pages.board),
        Route("/api/board/events", pages.board_events),
        Route("/api/results", pages.api_results),
        Route("/api/parts/{id}", pages.api_part),
        Route("/api/parts/{id}/picture", pages.api_picture),
        Route("/metrics", pages.metrics),
    ]
    return site.application(routes, living)
