"""OPC UA with the roles changed: the controller is the server and holds the map in plain nodes, the station asks there.

It reads every few ms instead of subscribing: a subscription costs its publishing interval, and one that is silent does
not say whether the controller is still there.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from asyncua import Client, ua
from asyncua.ua.status_codes import get_name_and_doc

from inspector.domain.causes import cause_of
from inspector.line.adapters import LineError
from inspector.line.opcua_access import access_of, hush, url_of
from inspector.line.opcua_secured import secure_client
from inspector.line.plain_nodes import control_nodes, registers_of_nodes, status_nodes, values_of_nodes
from inspector.line.polling import ANSWER_S, follow
from inspector.line.registers import CONTROL, CONTROL_START

if TYPE_CHECKING:
    import threading
    from collections.abc import Coroutine, Sequence

    from inspector.domain.line_protocol import LineOptions
    from inspector.line.desk import LineDesk
    from inspector.line.plain_nodes import PlainNode

Value = TypeVar("Value")
#: A controller's processor may need so long for one step of the encrypted connection.
_OPENING_S = 4.0
_LOOK_S = 0.05
#: A controller has few sessions: that of a station that was killed must end by itself.
_SESSION_MS = 10_000
_TRIGGER = 1 << CONTROL[0].bits.index("trigger")
_NEXT = "Check address, port and cable; it is tried again every second."
_LOGIN = frozenset({"BadUserAccessDenied", "BadIdentityTokenRejected", "BadIdentityTokenInvalid"})
_MISTRUST = frozenset({"BadSecurityChecksFailed", "BadCertificateUntrusted", "BadCertificateInvalid"})
_ENCRYPTION = frozenset({"BadSecurityPolicyRejected", "BadSecurityModeRejected", "BadSecurityModeInsufficient"})
_ABSENT = frozenset({"BadNodeIdUnknown", "BadNodeIdInvalid"})
_FAULTS = (OSError, TimeoutError, asyncio.CancelledError, ua.UaError)


class OpcUaClientAdapter:
    """The client; see `inspector.line.adapters.LineAdapter`.

    Args:
        host: The controller's.
        options: Its nodes, and the folder of certificates.
    """

    def __init__(self, host: str, port: int, options: LineOptions) -> None:
        self._host, self._port, self._options = host, port, options

    def run(self, desk: LineDesk, stop: threading.Event) -> None:
        """Follow the nodes; see there. With ``stop`` every level in them falls."""
        follow(ControllersNodes(self._host, self._port, self._options, stop), desk, stop)


class ControllersNodes:
    """A connection to a controller, and its nodes; see `inspector.line.polling.Registers`.

    Args:
        stop: Ends an attempt to connect, too.

    Raises:
        LineError: If the folder of certificates cannot be used.
    """

    def __init__(self, host: str, port: int, options: LineOptions, stop: threading.Event) -> None:
        hush()
        self._access = access_of(host, options.certificates)
        self._host, self._port, self._stop = host, port, stop
        self._url, self.where = url_of(host, port), f"the controller {host}:{port}"
        self._control, self._status = control_nodes(options.nodes), status_nodes(options.nodes)
        self._types: dict[str, ua.VariantType] = {}
        self._triggered = False
        self._runner = asyncio.Runner()
        self._client: Client | None = None
        self._answered = False  # in the clear, before anything is encrypted
        self._lost = False  # whoever does not answer is not asked to end the session

    def open(self) -> None:
        """Connect, and see whether every node is there; see there."""
        try:
            self._client = self._runner.run(self._connected())
        except _FAULTS as error:
            raise self._not_let_in(error) from error
        for node, value in zip(self._control, self._values(self._control), strict=True):
            self._know(node, value)
        for node, value in zip(self._status, self._values(self._status), strict=True):
            self._know(node, value)

    def read(self, start: int, count: int) -> list[int]:
        """See there. Of a trigger that has just risen, id and texts are read once more: they are not older than it."""
        nodes = self._control if start == CONTROL_START else self._status
        block = self._block(nodes, count)
        if start == CONTROL_START:
            if block[0] & _TRIGGER and not self._triggered:
                block = self._block(nodes, count)
            self._triggered = bool(block[0] & _TRIGGER)
        return block

    def write(self, start: int, registers: Sequence[int]) -> None:
        """See there."""
        end = start + len(registers)
        nodes = [node for node in self._status if start <= node.register.address < end]
        wanted = [
            ua.WriteValue(
                ua.NodeId.from_string(node.id),
                ua.AttributeIds.Value,
                Value=ua.DataValue(ua.Variant(value, self._types[node.id])),  # no time: some controllers refuse one
            )
            for node, value in zip(nodes, values_of_nodes(nodes, registers, start), strict=True)
        ]
        answers = self._asked(lambda client: client.uaclient.write(ua.WriteParameters(NodesToWrite=wanted)))
        for node, answer in zip(nodes, answers, strict=True):
            if not answer.is_good():
                raise LineError(
                    f"{self.where} does not let {node.id} be written: {answer.name}",
                    "May this user write it, and is it not read-only?",
                )

    def close(self) -> None:
        """See there."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):
                if self._lost:
                    client.disconnect_socket()
                else:
                    self._runner.run(asyncio.wait_for(client.disconnect(), ANSWER_S))
        self._runner.close()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _block(self, nodes: Sequence[PlainNode], count: int) -> list[int]:
        values = [value.Value for value in self._values(nodes)]
        return registers_of_nodes(nodes, values, count)

    def _values(self, nodes: Sequence[PlainNode]) -> list[ua.Variant]:
        """Read the nodes, all in one request."""
        wanted = [ua.ReadValueId(ua.NodeId.from_string(node.id), ua.AttributeIds.Value) for node in nodes]
        answers = self._asked(lambda client: client.uaclient.read(ua.ReadParameters(NodesToRead=wanted)))
        for node, answer in zip(nodes, answers, strict=True):
            code = answer.StatusCode
            if code is not None and not code.is_good():
                said = "has no" if code.name in _ABSENT else f"answers {code.name} to"
                raise LineError(f"{self.where} {said} {node.id}", "Check the nodes: Settings → Line.")
        return [answer.Value or ua.Variant() for answer in answers]

    def _know(self, node: PlainNode, value: ua.Variant) -> None:
        """Note the type of a node, by which it is written."""
        kind = value.VariantType
        if value.is_array or not isinstance(kind, ua.VariantType) or not node.fits(kind.name):
            has = "an array" if value.is_array else "no value" if value.Value is None else f"a {kind.name}"
            raise LineError(f"{node.id} of {self.where} has {has}", f"It must be of the type {node.type}.")
        self._types[node.id] = kind

    def _asked(self, ask: Any) -> Any:  # noqa: ANN401 - what the library's request answers
        """Ask, and wait no longer than a controller may be silent."""
        client = self._client
        if client is None:
            raise self._gone("there is no connection")
        try:
            return self._runner.run(_within(ask(client), ANSWER_S))
        except _FAULTS as error:
            self._lost = True
            raise self._gone(_why(error)) from error

    async def _connected(self) -> Client:
        """Connect; ends within a moment where that is not wanted any more."""
        task = asyncio.ensure_future(self._connect())
        while not task.done():
            await asyncio.wait({task}, timeout=_LOOK_S)
            if self._stop.is_set():
                task.cancel()
                with suppress(*_FAULTS):
                    await task
                raise self._gone("it has not answered yet")
        return task.result()

    async def _connect(self) -> Client:
        client, access = Client(self._url, timeout=_OPENING_S), self._access
        client.session_timeout = _SESSION_MS
        if access is not None:
            endpoints = await client.connect_and_get_server_endpoints()
            self._answered = True
            await secure_client(client, access, endpoints)
        await client.connect()
        return client

    def _not_let_in(self, error: BaseException) -> LineError:
        """Return what keeps the station out, by what the library says."""
        if not isinstance(error, ua.UaError):
            why = self._refused()
            if why or not self._answered:
                return self._gone(why or _why(error))
            return LineError(
                f"{self.where} answers in the clear, and opens no encrypted connection: {_why(error)}",
                "Let it trust the cert.pem of the folder.",
            )
        name = _code(error)
        if name in _LOGIN:
            why, next_step = "does not let this user in", "Check password.txt in the folder of certificates."
        elif name in _MISTRUST:
            why, next_step = "does not trust the station's certificate", "Let it trust the cert.pem of the folder."
        elif name in _ENCRYPTION or self._access is None:
            why, next_step = f"lets nobody in like this ({name})", "Does it want certificates? See Settings → Line."
        else:
            why, next_step = f"does not open an encrypted session ({name})", "Does it offer Basic256Sha256?"
        return LineError(f"{self.where} {why}", next_step)

    def _refused(self) -> str:
        """Find out why no connection is taken; the library mixes up what it has tried. Empty where one is."""
        try:
            socket.create_connection((self._host, self._port), ANSWER_S).close()
        except TimeoutError:
            return "there was no answer in time"
        except OSError as error:
            return cause_of(error)
        return ""

    def _gone(self, why: str) -> LineError:
        return LineError(f"no OPC UA answer from {self.where}: {why}", _NEXT)


async def _within(work: Coroutine[Any, Any, Value], seconds: float) -> Value:
    return await asyncio.wait_for(work, seconds)


def _code(error: ua.UaError) -> str:
    """Return what OPC UA calls it."""
    return get_name_and_doc(error.code)[0] if isinstance(error, ua.UaStatusCodeError) else type(error).__name__


def _why(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "there was no answer in time"
    if isinstance(error, ua.UaError):
        return _code(error)
    if isinstance(error, OSError) and error.errno is not None:
        return cause_of(error)
    return "it has closed the connection"
