"""Figures of a fleet for Prometheus, from the board that was read last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from prometheus_client.metrics_core import Metric

    from inspector.fleet.stations import FleetStation
    from inspector.web.fleet_board import FleetBoard

_INFO = ("host", "software_version", "recipe", "recipe_version", "lot", "model", "model_sha256", "face")


def fleet_figures(board: FleetBoard, now: datetime) -> bytes:
    """Return the figures in Prometheus's text format; those of stations only while the database answers.

    Args:
        board: Of today.
        now: With its zone.
    """
    registry = CollectorRegistry()
    registry.register(_Figures(board, now))
    return bytes(generate_latest(registry))


class _Figures:
    def __init__(self, board: FleetBoard, now: datetime) -> None:
        self._board, self._now = board, now

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        stale = self._board.is_stale
        yield GaugeMetricFamily("inspector_fleet_database_up", "1 while the database answers.", value=int(not stale))
        if stale:
            return
        info = InfoMetricFamily("inspector_station", "What is in force.", labels=["station"])
        parts = CounterMetricFamily(
            "inspector_station_parts",
            "Parts since midnight, by verdict; begins anew then.",
            labels=["station", "verdict"],
        )
        for station in self._there():
            info.add_metric([station.name], {name: str(getattr(station, name) or "") for name in _INFO})
            for verdict, count in station.counts.model_dump(include={"passed", "failed", "review", "error"}).items():
                parts.add_metric([station.name, verdict], count)
        yield info
        yield parts
        yield self._gauge("heard_seconds", "Since it was last heard.", lambda s: (self._now - s.heard).total_seconds())
        yield self._gauge("well", "1 where nothing is wrong with it.", lambda s: int(not s.faulty))
        yield self._gauge("waiting", "Rows that it has not sent yet.", lambda s: s.waiting)
        yield self._gauge("behind_seconds", "Since the oldest of them was captured.", self._behind_s)
        yield self._gauge("set_aside", "Rows that the database refuses for good.", lambda s: s.set_aside)
        yield self._gauge("pictures_waiting", "Kept pictures that it has not sent yet.", lambda s: s.pictures_waiting)
        yield self._gauge("pictures_lost", "Kept pictures that it will never send.", lambda s: s.pictures_lost)
        yield self._gauge("clock_ahead_seconds", "Of the database's.", lambda s: s.clock_ahead_s or 0.0)

    def _there(self) -> list[FleetStation]:
        return [station for station in self._board.stations if not station.is_replaced]

    def _behind_s(self, station: FleetStation) -> float:
        return (self._now - station.waiting_since).total_seconds() if station.waiting_since and station.waiting else 0.0

    def _gauge(self, name: str, words: str, of: Callable[[FleetStation], float]) -> GaugeMetricFamily:
        gauge = GaugeMetricFamily(f"inspector_station_{name}", words, labels=["station"])
        for station in self._there():
            gauge.add_metric([station.name], of(station))
        return gauge
