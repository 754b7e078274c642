"""A controller in a process of its own: asyncua's client and the names of docs/line.md, nothing of the station's code.

``python -m tests.line.opcua_plc PORT FIRST_ID COUNT POLL_S``; it prints what `tests.line.plc` prints.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time

from asyncua import Client, ua

NAMES = ("valid", "ready", "result_id", "result_code", "waiting")


class Plc:
    """The nodes of one station."""

    def __init__(self, port: int, poll_s: float) -> None:
        self._port, self._poll_s = port, poll_s
        self._client: Client | None = None

    async def ask(self, method: str, *arguments: ua.Variant) -> bool:
        """Call a method, again and again while nobody answers."""
        while True:
            try:
                client = await self._connected()
                answer = await client.get_node("ns=2;s=Line").call_method(f"2:{method}", *arguments)
                return bool(answer[0] if isinstance(answer, list) else answer)
            except (OSError, TimeoutError, asyncio.CancelledError, ua.UaError):
                await self._lost()

    async def status(self) -> dict[str, int]:
        """Read, again and again while nobody answers."""
        while True:
            try:
                client = await self._connected()
                nodes = [client.get_node(f"ns=2;s=Line.{name}") for name in NAMES]
                return dict(zip(NAMES, map(int, await client.read_values(nodes)), strict=True))
            except (OSError, TimeoutError, asyncio.CancelledError, ua.UaError):
                await self._lost()

    async def until(self, name: str) -> dict[str, int]:
        """Read until a level is high."""
        while True:
            status = await self.status()
            if status[name]:
                return status
            await asyncio.sleep(self._poll_s)

    async def read(self, status: dict[str, int], triggered_s: float | None) -> int:
        """Print the result and acknowledge it; return whose it was."""
        part = status["result_id"]
        took = "" if triggered_s is None else f" {1000 * (time.perf_counter() - triggered_s):.3f}"
        say(f"R {part} {status['result_code']}{took}")
        await self.ask("Acknowledge", ua.Variant(part, ua.VariantType.UInt32))
        return part

    async def inspect(self, part: int) -> None:
        """Trigger one part and read its result."""
        while not (status := await self.status())["ready"] or status["valid"]:
            if status["valid"]:
                await self.read(status, None)
            await asyncio.sleep(self._poll_s)
        say(f"T {part}")
        triggered_s = time.perf_counter()
        texts = ua.Variant("", ua.VariantType.String), ua.Variant("", ua.VariantType.String)
        if not await self.ask("Trigger", ua.Variant(part, ua.VariantType.UInt32), *texts):
            say(f"M {part}")
            return
        say(f"A {part}")
        while await self.read(await self.until("valid"), triggered_s) != part:
            pass

    async def _connected(self) -> Client:
        if self._client is None:
            client = Client(f"opc.tcp://127.0.0.1:{self._port}", timeout=10)
            await client.connect()
            enable = client.get_node("ns=2;s=Line.enable")
            await enable.write_value(ua.DataValue(ua.Variant(Value=True, VariantType=ua.VariantType.Boolean)))
            self._client = client
        return self._client

    async def _lost(self) -> None:
        self._client = None
        await asyncio.sleep(0.05)


def say(line: str) -> None:
    """Print, and have it out: this process is killed."""
    print(line, flush=True)


async def main(port: int, first: int, count: int, poll_s: float) -> None:
    """Inspect so many parts."""
    logging.disable(logging.CRITICAL)
    plc = Plc(port, poll_s)
    while (status := await plc.status())["valid"] or status["waiting"]:  # what the one before has not read
        if status["valid"]:
            await plc.read(status, None)
    for part in range(first, first + count):
        await plc.inspect(part)
    say("done")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
