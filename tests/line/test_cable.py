"""The cable between station and controller, for every protocol: pulled, and torn with what was on its way."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from inspector.domain.line_protocol import LineProtocol
from inspector.domain.records import Verdict
from inspector.line.desk import Link
from inspector.line.service import LineService
from inspector.line.signals import CODES
from inspector.settings import Settings
from tests.line.cable import Cable
from tests.line.engines import FakeEngine
from tests.line.plc_modbus_server import BASE
from tests.line.plc_opcua_server import NODES
from tests.line.plc_s7 import BLOCK
from tests.line.test_demo_line import PROGRAMS, Controller
from tests.line.test_service import free_port
from tests.waits import until

_VERDICTS = (Verdict.PASS, Verdict.FAIL, Verdict.REVIEW)
#: A controller of text may be silent; what is seen of one that is, `tests.line.apart` shows.
_MAY_BE_SILENT = {LineProtocol.TEXT, LineProtocol.SERIAL}


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix" or shutil.which("socat") is None, reason="needs socat")
@pytest.mark.parametrize("protocol", list(PROGRAMS))
def test_a_cable_that_is_pulled_or_torn_is_said_and_heals_without_a_part_lost_or_doubled(
    protocol: LineProtocol, tmp_path: Path
) -> None:
    engine = FakeEngine(lambda event: _VERDICTS[int(event.id) % 3])
    far: int | Path
    if protocol is LineProtocol.SERIAL:
        far, cable = tmp_path / "plc", Cable.serial(tmp_path / "station", tmp_path / "plc")
        settings = Settings(line_protocol=protocol, line_host=str(tmp_path / "station"))
    else:
        near, far = free_port(), free_port()
        cable = Cable.tcp(near, far) if protocol.asks else Cable.tcp(far, near)
        settings = Settings(line_protocol=protocol, line_port=near, line_base=BASE, line_block=BLOCK, line_nodes=NODES)
    service, controller = LineService(engine, settings=lambda: settings), Controller(far, tmp_path, PROGRAMS[protocol])

    def answered(more: int) -> None:
        """Wait for further results; a controller of text ends with its connection."""
        wanted = len(set(controller.told("R"))) + more
        while len(set(controller.told("R"))) < wanted:
            if controller.ended:
                controller.start(controller.last("T") + 1, 10_000)
            until(lambda: len(set(controller.told("R"))) >= wanted or controller.ended)

    with ExitStack() as stack:
        stack.enter_context(cable)
        service.start()
        stack.callback(service.stop)
        until(lambda: service.status().link in {Link.WAITING, Link.UP} or protocol.asks)
        stack.callback(controller.kill)
        controller.start(1, 10_000)
        answered(3)
        cable.pull()
        if protocol not in _MAY_BE_SILENT:
            until(lambda: service.status().fault)
        cable.put_back()
        answered(3)
        until(lambda: not service.status().fault)
        cable.tear()
        until(lambda: service.status().fault)
        cable.plug()
        answered(3)
        until(lambda: not service.status().fault)
    triggered, taken = Counter(event.id for event in engine.events if not event.missed), set(controller.told("A"))
    assert set(triggered.values()) == {1}
    assert taken <= set(triggered)
    results = [(line[1], int(line[2])) for line in controller.lines() if line[0] == "R"]
    assert all(code == CODES[_VERDICTS[int(part) % 3]] for part, code in results)
    assert taken - {part for part, _ in results} <= {max(taken, key=int)}  # the one that was killed in the end
