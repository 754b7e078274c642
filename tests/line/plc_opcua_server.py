"""A controller as `tests.line.plc` that is the OPC UA server: asyncua's nodes hold the map, the station comes to them.

``python -m tests.line.plc_opcua_server PORT FIRST_ID COUNT POLL_S``: nodes ``ns=2;s=Gate.NAME``, by the names of
docs/line.md. The status is only what the station has written, so this waits until it has come.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading

from asyncua import Node, Server, ua

from tests.line.plc import ENABLE, Plc, work

NODES = "ns=2;s=Gate.{name}"
_WORD, _DOUBLE, _TEXT = ua.VariantType.UInt16, ua.VariantType.UInt32, ua.VariantType.String
CONTROL = {"control": _WORD, "trigger_id": _DOUBLE, "part_serial": _TEXT, "recipe": _TEXT}
STATUS = {
    "status": _WORD,
    "heartbeat": _WORD,
    "map_version": _WORD,
    "missed": _WORD,
    "trigger_echo": _DOUBLE,
    "result_id": _DOUBLE,
    "result_code": _WORD,
    "score": _WORD,
    "waiting": _WORD,
    "took_ms": _WORD,
    "part_number": _DOUBLE,
    "missed_id": _DOUBLE,
}


async def serve(port: int, *, without: str = "", other: ua.VariantType | None = None) -> tuple[Server, dict[str, Node]]:
    """Listen with the nodes.

    Args:
        without: Name of one that is left out.
        other: Type of `score`, where it is not its own.
    """
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    await server.register_namespace("urn:gate")
    nodes = {}
    for name, kind in (CONTROL | STATUS | ({"score": other} if other else {})).items():
        if name == without:
            continue
        start = ua.Variant("" if kind is _TEXT else 0, kind)
        nodes[name] = await server.nodes.objects.add_variable(
            ua.NodeId.from_string(NODES.replace("{name}", name)), ua.QualifiedName(name, 2), start
        )
        if name in STATUS:
            await nodes[name].set_writable()
    await server.start()
    return server, nodes


class ServingPlc(Plc):
    """The nodes."""

    def __init__(self, port: int, poll_s: float) -> None:
        self._poll_s = poll_s
        self._pause = threading.Event()
        self.part = 0
        self._loop, self._nodes = asyncio.new_event_loop(), dict[str, Node]()
        listens = threading.Event()
        threading.Thread(target=self._serve, args=(port, listens), daemon=True).start()
        listens.wait()

    def _serve(self, port: int, listens: threading.Event) -> None:
        _, self._nodes = self._loop.run_until_complete(serve(port))
        listens.set()
        self._loop.run_forever()

    async def _put(self, bits: int) -> None:
        await self._nodes["trigger_id"].write_value(self.part, _DOUBLE)
        await self._nodes["control"].write_value(ENABLE | bits, _WORD)

    async def _status(self) -> list[int]:
        registers: list[int] = []
        for name, kind in STATUS.items():
            value = await self._nodes[name].read_value()
            registers += [value >> 16, value & 0xFFFF] if kind is _DOUBLE else [value]
        return registers

    def put(self, bits: int) -> list[int]:
        """Write id, then control word; a cycle of the controller later read the status, once a station has come."""
        asyncio.run_coroutine_threadsafe(self._put(bits), self._loop).result()
        self._pause.wait(0.002)
        while (status := asyncio.run_coroutine_threadsafe(self._status(), self._loop).result())[2] != 1:
            self._pause.wait(0.05)
        return status


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    work(ServingPlc(int(sys.argv[1]), float(sys.argv[4])), int(sys.argv[2]), int(sys.argv[3]))
