"""Figures for Prometheus, read anew at every scrape."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily

from inspector.domain.errors import LogError
from inspector.fleet.status import read_forward
from inspector.mqtt.status import read_publish
from inspector.outputs.base import LogQuery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.metrics_core import Metric

    from inspector.fleet.status import ForwardStatus
    from inspector.outputs.pulse import LinePulse
    from inspector.sending.status import SendingStatus
    from inspector.web.judge import UploadJudge
    from inspector.web.station import StationView

#: What `text` returns.
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class StationFigures:
    """Collects them."""

    def __init__(self, view: StationView, judge: UploadJudge) -> None:
        self._view, self._judge = view, judge
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def text(self) -> bytes:
        """Return the figures in Prometheus's text format."""
        return bytes(generate_latest(self._registry))

    def describe(self) -> list[Metric]:
        """Nothing is read when this is registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Read the log and the pulse."""
        yield _gauge("inspector_uploads_waiting", "Pictures sent in that wait.", self._judge.waiting)
        yield _counter("inspector_uploads_judged", "Pictures sent in that were judged.", self._judge.judged)
        yield _counter("inspector_uploads_refused", "Pictures told to come again.", self._judge.refused)
        try:
            tally = self._view.log().tally(LogQuery())
            pulse = self._view.pulse()
        except LogError:
            yield _gauge("inspector_log_readable", "1 where the log can be read.", 0)
            return
        yield _gauge("inspector_log_readable", "1 where the log can be read.", 1)
        parts = CounterMetricFamily("inspector_parts", "Parts in the log, by verdict.", labels=["verdict"])
        for verdict in ("passed", "failed", "review", "error"):
            name = {"passed": "pass", "failed": "fail"}.get(verdict, verdict)
            parts.add_metric([name], getattr(tally, verdict))
        yield parts
        if pulse is not None:
            yield from _of_line(pulse)
        log = self._view.log().path
        with contextlib.suppress(LogError):  # it is being written anew
            forward = read_forward(log)
            if forward is not None:
                yield from _of_sender("fleet", "the database of many stations", forward)
                yield from _of_pictures(forward)
        with contextlib.suppress(LogError):
            publish = read_publish(log)
            if publish is not None:
                yield from _of_sender("mqtt", "the MQTT broker", publish)


def _of_sender(name: str, to: str, status: SendingStatus) -> Iterator[Metric]:
    now = datetime.now(UTC)
    failing = bool(status.error) or status.is_stale(now)
    yield _gauge(f"inspector_{name}_failing", f"1 while nothing is sent to {to}.", int(failing))
    yield _gauge(f"inspector_{name}_waiting", "Rows that wait to be sent to it.", status.waiting)
    yield _gauge(f"inspector_{name}_set_aside", "Rows that it can never take.", status.set_aside)
    behind_s = (now - status.waiting_since_utc).total_seconds() if status.waiting_since_utc else 0.0
    yield _gauge(f"inspector_{name}_behind_seconds", "Since the oldest row that waits was captured.", behind_s)


def _of_pictures(status: ForwardStatus) -> Iterator[Metric]:
    pictures = status.pictures
    if pictures is not None:
        failing = bool(pictures.error) or status.is_stale(datetime.now(UTC))
        yield _gauge("inspector_fleet_pictures_failing", "1 while no kept picture is sent.", int(failing))
        yield _gauge("inspector_fleet_pictures_waiting", "Kept pictures that wait to be sent.", pictures.waiting)
        yield _gauge("inspector_fleet_pictures_lost", "Kept pictures that will never be sent.", pictures.lost)


def _of_line(pulse: LinePulse) -> Iterator[Metric]:
    now = datetime.now(UTC)
    info = InfoMetricFamily("inspector_line", "What runs.")
    names = ("station", "recipe", "lot", "model", "model_sha256", "device", "precision", "software_version")
    info.add_metric([], {name: str(getattr(pulse, name)) for name in (*names, "recipe_version")})
    yield info
    yield _gauge("inspector_line_running", "1 while a line runs.", int(pulse.running and not pulse.is_stale(now)))
    yield _gauge("inspector_line_stale", "1 where a line should run and is not heard.", int(pulse.is_stale(now)))
    yield _gauge("inspector_line_faulty", "1 while the line cannot be trusted.", int(pulse.faulty))
    age_s = (now - pulse.time_utc).total_seconds()
    yield _gauge("inspector_line_heard_seconds", "Since the line was last heard.", age_s)
    yield _gauge("inspector_frames_per_second", "From the source.", pulse.frames_per_s)
    yield _gauge("inspector_parts_waiting", "Parts that wait for inspection.", pulse.waiting)
    yield _gauge("inspector_frames_dropped", "Since the line was started.", pulse.dropped)
    yield _gauge("inspector_restarts", "Of source, model and housekeeping, since the line was started.", pulse.restarts)
    latency = GaugeMetricFamily(
        "inspector_latency_seconds", "Trigger to committed verdict, last 1,000 parts.", labels=["quantile"]
    )
    for quantile, value in (("0.5", pulse.latency_p50_ms), ("0.99", pulse.latency_p99_ms)):
        if value is not None:
            latency.add_metric([quantile], value / 1000)
    yield latency


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def _counter(name: str, words: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(name, words, value=value)
