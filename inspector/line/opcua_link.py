"""OPC UA: a controller's end, for the simulator and for “Test connection”."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncua import Client, ua

from inspector.line.adapters import LineError
from inspector.line.opcua_access import access_of, hush, url_of
from inspector.line.opcua_nodes import (
    ACKNOWLEDGE,
    ACKNOWLEDGE_ALARM,
    ENABLE,
    ENOUGH,
    FOLDER,
    TRIGGER,
    outputs_of_values,
)
from inspector.line.opcua_secured import secure_client
from inspector.line.registers import MAP_VERSION
from inspector.line.signals import PlcInputs, StationOutputs

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from inspector.line.opcua_nodes import OpcUaNode


class OpcUaLink:
    """A controller's end; see `inspector.line.adapters.PlcLink`. Used by one thread.

    Args:
        host: The station's.
        certificates: As for the adapter; the station's is among the trusted there.
        timeout_s: So long an answer may take.
    """

    def __init__(self, host: str, port: int, certificates: str = "", *, timeout_s: float = 2.0) -> None:
        hush()
        self._access = access_of(host, certificates)
        self._url, self._where, self._timeout_s = url_of(host, port), f"{host}:{port}", timeout_s
        self._runner = asyncio.Runner()
        self._client: Client | None = None
        self._done = PlcInputs()  # what the station has been told
        self._taken = False
        self._reached = False  # somebody has named its endpoints
        self._shown = StationOutputs()

    def exchange(self, inputs: PlcInputs) -> StationOutputs:
        """Write Enable and call the methods where a level has risen, then read."""
        return self._answer(self._exchange(inputs))

    def look(self) -> StationOutputs:
        """Read."""
        return self._answer(self._read())

    def close(self) -> None:
        """Close the connection."""
        self._runner.run(self._end())
        self._runner.close()

    def _answer(self, work: Coroutine[Any, Any, StationOutputs]) -> StationOutputs:
        try:
            return self._runner.run(work)
        except (OSError, TimeoutError, asyncio.CancelledError, ua.UaError, LineError) as error:
            connected, reached = self._client is not None, self._reached
            self._runner.run(self._end())
            if isinstance(error, LineError):
                raise
            if not connected and not reached and isinstance(error, OSError):
                raise LineError(f"{self._where} takes no connection", "Is the station running, with OPC UA?") from error
            why = "does not answer" if connected else f"does not let this controller in ({type(error).__name__})"
            raise LineError(f"{self._where} {why}", "Is it the station, with these certificates?") from error

    async def _exchange(self, inputs: PlcInputs) -> StationOutputs:
        client, before = await self._connected(), self._done
        if inputs.enable != before.enable:
            value = ua.DataValue(ua.Variant(inputs.enable, ua.VariantType.Boolean))
            await client.get_node(ENABLE.id).write_value(value)
            self._done = replace(self._done, enable=inputs.enable)
        if inputs.trigger and not before.trigger:
            part = ua.Variant(int(inputs.trigger_id), ua.VariantType.UInt32)
            texts = (ua.Variant(text, ua.VariantType.String) for text in (inputs.part_serial, inputs.recipe))
            taken, _ = await _call(client, TRIGGER, part, *texts)
            self._taken = bool(taken)
        if inputs.result_ack and not before.result_ack and self._shown.result is not None:
            await _call(client, ACKNOWLEDGE, ua.Variant(int(self._shown.result.id), ua.VariantType.UInt32))
        if inputs.alarm_ack and not before.alarm_ack:
            await _call(client, ACKNOWLEDGE_ALARM)
        self._done = inputs
        outputs = await self._read()
        outputs = replace(outputs, trigger_ack=inputs.trigger and self._taken)
        return replace(outputs, valid=False, result=None) if inputs.result_ack else outputs

    async def _read(self) -> StationOutputs:
        client = await self._connected()
        wanted = [ua.ReadValueId(ua.NodeId.from_string(node.id), ua.AttributeIds.Value) for node in ENOUGH]
        answers = await client.uaclient.read(ua.ReadParameters(NodesToRead=wanted))
        values = {
            node.name: answer.Value.Value
            for node, answer in zip(ENOUGH, answers, strict=True)
            if answer.Value is not None
        }
        if None in values.values() or values.get("map_version") != MAP_VERSION:
            raise LineError(f"{self._where} has no such nodes: it is another server", "Check the address.")
        self._shown = outputs_of_values(values)
        return self._shown

    async def _connected(self) -> Client:
        if self._client is None:
            self._reached = False
            client, access = Client(self._url, timeout=self._timeout_s), self._access
            if access is not None:
                endpoints = await client.connect_and_get_server_endpoints()
                self._reached = True
                await secure_client(client, access, endpoints)
            await client.connect()
            self._client = client
        return self._client

    async def _end(self) -> None:
        client, self._client = self._client, None
        self._done = replace(self._done, enable=False)  # is said anew
        if client is not None:
            with suppress(Exception):
                await asyncio.wait_for(client.disconnect(), self._timeout_s)


async def _call(client: Client, method: OpcUaNode, *arguments: ua.Variant) -> list[bool | str]:
    folder = client.get_node(f"ns=2;s={FOLDER}")
    answer = await folder.call_method(ua.NodeId.from_string(method.id), *arguments)
    return answer if isinstance(answer, list) else [answer]
