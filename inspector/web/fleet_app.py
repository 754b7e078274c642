"""Puts the fleet's server together."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from inspector.web.fleet_board import FleetBoards
from inspector.web.fleet_openapi import fleet_description
from inspector.web.fleet_pages import FleetAddresses
from inspector.web.site import Site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from starlette.applications import Starlette
    from starlette.types import ASGIApp

    from inspector.fleet.pool import ReadPool
    from inspector.web.access import Access

_PAGES = (("/fleet", "Fleet"), ("/yields", "Yields"), ("/results", "Results"), ("/api", "API"))


def make_fleet_app(pool: ReadPool, access: Access, *, now: Callable[[], datetime] | None = None) -> ASGIApp:
    """Return the server.

    Args:
        pool: The database; closed with the server.
        access: Who may look.
        now: The clock, with the zone whose days are shown; None for this computer's.
    """
    site = Site(access, name=lambda: "Fleet", pages=_PAGES, description=fleet_description())
    pages = FleetAddresses(pool=pool, boards=FleetBoards(pool, now), site=site)

    @asynccontextmanager
    async def living(_: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            pages.listeners.end()
            await run_in_threadpool(pool.close)

    routes = [
        Route("/", pages.home),
        Route("/fleet", pages.fleet_page),
        Route("/fleet/changes", pages.fleet_changes),
        Route("/yields", pages.yields_page),
        Route("/results", pages.results_page),
        Route("/parts/{key}/{id}", pages.part_page),
        Route("/health", pages.health),
        Route("/api/health", pages.health),
        Route("/api/fleet", pages.fleet),
        Route("/api/fleet/events", pages.fleet_events),
        Route("/api/yields", pages.api_yields),
        Route("/api/results", pages.api_results),
        Route("/api/parts/{key}/{id}", pages.api_part),
        Route("/api/parts/{key}/{id}/picture", pages.api_picture),
        Route("/metrics", pages.metrics),
    ]
    return site.application(routes, living)
