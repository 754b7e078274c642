"""A connection to an MQTT broker (MQTT 5), driven by the thread that owns it; nothing runs beside it."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inspector.domain.causes import cause_of
from inspector.mqtt.answers import AnswerWatch
from inspector.mqtt.faults import LASTING, NOBODY, BrokerError, ended, not_taken, refused, silent, unreached

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
    from paho.mqtt.properties import Properties
    from paho.mqtt.reasoncodes import ReasonCode

    from inspector.mqtt.address import BrokerAddress

#: The broker says that a station is offline after one and a half of it.
_KEEP_ALIVE_S = 10
_CONNECT_S = 5.0
#: So long an answer may take.
_ANSWER_S = 10.0
_LOOP_S = 0.1
_GONE_MS = 15_000
#: Messages without an answer at a time; a broker may want fewer.
_AT_ONCE = 20
#: Nothing subscribes to it. “Unsubscribe” is answered by every broker; paho has no way to have a ping's answer told.
_NO_TOPIC = "-"
#: What a message has beside topic and content, at the most.
_OVERHEAD_BYTES = 16


@dataclass(frozen=True, slots=True)
class BrokerMessage:
    """What is published.

    Args:
        topic: The whole topic.
        content: UTF-8 JSON.
        retained: Whether the broker keeps it for those who subscribe later.
        wanted: Whether somebody must receive it.
    """

    topic: str
    content: bytes
    retained: bool = False
    wanted: bool = False


class BrokerConnection:
    """One connection. Used by one thread.

    Args:
        address: With user and password.
        client_id: A second client of the same id ends the first one's connection.
        will: What the broker publishes when this connection is lost.
        silent: Gets True as soon as the broker does not answer, and False when it does again; the connection stays.

    Raises:
        BrokerError: If it cannot be made; it says whether address, port, certificate or password is the cause.
    """

    def __init__(
        self,
        address: BrokerAddress,
        *,
        client_id: str,
        will: BrokerMessage | None = None,
        silent: Callable[[bool], None] = lambda _: None,
    ) -> None:
        self._address, self._spec = address, address.spec
        self._watch = AnswerWatch(silent)
        self._heard = _Heard(self._watch)
        self._tls = self._context() if self._spec.encrypted else None
        self._client = self._made(client_id, will)
        try:
            self._connect()
        except BaseException:
            self.abort()
            raise

    @property
    def encryption(self) -> str:
        """As “TLSv1.3”; empty for none."""
        used = self._client.socket()
        return used.version() or "" if isinstance(used, ssl.SSLSocket) else ""

    def publish(self, messages: Sequence[BrokerMessage]) -> list[str]:
        """Publish with QoS 1, in their order, and wait for the broker's answers.

        Returns:
            For each why the broker can never take it; empty where it was taken.

        Raises:
            BrokerError: If it takes one not now, or the connection is lost; they may be there all the same.
        """
        reasons: list[str] = []
        for begin in range(0, len(messages), self._heard.at_once):
            reasons += self._publish(messages[begin : begin + self._heard.at_once])
        return reasons

    def idle(self, seconds: float) -> None:
        """Answer the broker for a while.

        Raises:
            ConnectionLostError: If the connection is lost.
        """
        self._loop(seconds)

    def close(self) -> None:
        """End it in order: the broker publishes no will."""
        self._client.disconnect()
        until = time.monotonic() + _LOOP_S
        while self._heard.ended is None and time.monotonic() < until:
            self._client.loop(_LOOP_S / 10)
        self.abort()

    def abort(self) -> None:
        """Drop it; the broker publishes the will. May be called twice."""
        for used in (self._client.socket(), self._tls.wrapped if self._tls else None):
            if used is not None:
                used.close()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _made(self, client_id: str, will: BrokerMessage | None) -> Client:
        try:
            from paho.mqtt.client import Client, MQTTv5
            from paho.mqtt.enums import CallbackAPIVersion
        except ImportError as error:
            raise BrokerError(
                "what talks with MQTT brokers is not installed",
                "Install the extra: pip install 'inspector-station[line]'.",
            ) from error
        client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTv5)
        client.connect_timeout = _CONNECT_S
        client.max_inflight_messages_set(_AT_ONCE)
        client.on_socket_open = _at_once_on_the_wire
        client.on_connect, client.on_disconnect = self._heard.on_connect, self._heard.on_disconnect
        client.on_publish, client.on_unsubscribe = self._heard.on_publish, self._heard.on_unsubscribe
        if self._spec.user or self._spec.password:
            client.username_pw_set(self._spec.user, self._spec.password or None)
        if self._tls is not None:
            client.tls_set_context(self._tls)
        if will is not None:
            client.will_set(will.topic, will.content, qos=1, retain=will.retained)
        return client

    def _context(self) -> _TlsContext:
        spec = self._spec
        context = _TlsContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            if spec.ca:
                context.load_verify_locations(spec.ca)
            else:
                context.load_default_certs()
        except OSError as error:
            raise _unreadable(spec.ca, error) from error
        if spec.client:
            try:
                context.load_cert_chain(spec.client, password="")  # without, OpenSSL asks on the terminal
            except OSError as error:
                raise _unreadable(spec.client, error) from error
        return context

    def _connect(self) -> None:
        spec = self._spec
        try:
            self._client.connect(spec.host, spec.port, keepalive=_KEEP_ALIVE_S, clean_start=True)
        except OSError as error:
            raise unreached(error, self._address.shown, spec.host, spec.port) from error
        except UnicodeError as error:  # no computer can have such a name
            raise unreached(socket.gaierror(), self._address.shown, spec.host, spec.port) from error
        until = time.monotonic() + _ANSWER_S
        heard = self._heard
        self._watch.asked()
        while heard.answer is None:
            self._watch.look()
            if time.monotonic() > until:
                raise silent(self._address.shown)
            if self._client.loop(_LOOP_S) and heard.answer is None:
                raise BrokerError(
                    f"the broker {self._address.shown} ends the connection before it answers",
                    "Where it wants TLS, write mqtts:// and its port for that (8883 is usual).",
                )
        if heard.answer.is_failure:
            raise refused(heard.answer.value, str(heard.answer), self._address.shown)

    def _publish(self, messages: Sequence[BrokerMessage]) -> list[str]:
        answers, most_bytes = self._heard.answers, self._heard.most_bytes
        answers.clear()
        reasons = ["" for _ in messages]
        waiting: dict[int, int] = {}
        for place, message in enumerate(messages):
            length = len(message.content) + len(message.topic.encode()) + _OVERHEAD_BYTES
            if most_bytes and length > most_bytes:
                reasons[place] = LASTING[0x95]
                continue
            sent = self._client.publish(message.topic, message.content, qos=1, retain=message.retained)
            waiting[sent.mid] = place
        until = time.monotonic() + _ANSWER_S
        while waiting.keys() - answers.keys():
            if time.monotonic() > until:
                raise silent(self._address.shown)
            self._watch.asked()
            self._loop(_LOOP_S)
        for number, place in waiting.items():
            answer, message = answers[number], messages[place]
            reasons[place] = LASTING.get(answer.value, "")
            if not reasons[place] and (answer.is_failure or (message.wanted and answer.value == NOBODY)):
                raise not_taken(answer.value, str(answer), message.topic, self._address.shown)
        return reasons

    def _loop(self, seconds: float) -> None:
        if self._watch.wants_word():
            self._client.unsubscribe(_NO_TOPIC)
            self._watch.asked()
        lost = self._client.loop(seconds)
        self._watch.look()
        if lost or self._heard.ended is not None:
            why = self._heard.ended
            raise ended(why.value if why else 0x80, str(why or "no words"), self._address.shown)


class _TlsContext(ssl.SSLContext):
    """Knows what it has wrapped: paho leaves a socket open whose handshake has failed."""

    wrapped: ssl.SSLSocket | None = None

    def wrap_socket(self, *arguments: Any, **options: Any) -> ssl.SSLSocket:  # noqa: ANN401 - as the class above
        self.wrapped = super().wrap_socket(*arguments, **options)
        return self.wrapped


class _Heard:
    """What the broker has said; paho calls it inside its loop. The client knows it and not the connection, so that both
    are gone with their sockets as soon as nobody uses them.
    """

    def __init__(self, watch: AnswerWatch) -> None:
        self._watch = watch
        self.answer: ReasonCode | None = None  # to the connection
        self.ended: ReasonCode | None = None
        self.answers: dict[int, ReasonCode] = {}  # to messages
        self.at_once, self.most_bytes = _AT_ONCE, 0

    def on_connect(self, _: Client, __: object, ___: ConnectFlags, answer: ReasonCode, said: Properties | None) -> None:
        self.answer = answer
        self._watch.heard()
        self.at_once = min(_AT_ONCE, int(getattr(said, "ReceiveMaximum", _AT_ONCE)))
        self.most_bytes = int(getattr(said, "MaximumPacketSize", 0))

    def on_disconnect(
        self, _: Client, __: object, ___: DisconnectFlags, why: ReasonCode, ____: Properties | None
    ) -> None:
        self.ended = why

    def on_publish(self, _: Client, __: object, number: int, answer: ReasonCode, ___: Properties) -> None:
        self.answers[number] = answer
        self._watch.heard()

    def on_unsubscribe(self, _: Client, __: object, ___: int, ____: object, _____: object) -> None:
        self._watch.heard()


def _unreadable(file: str, error: OSError) -> BrokerError:
    words = "it is no PEM file of that kind" if isinstance(error, ssl.SSLError) else cause_of(error)
    return BrokerError(f"the certificate {file} cannot be read: {words}", "Check the file that the address names.")


def _at_once_on_the_wire(_: Client, __: Any, used: Any) -> None:  # noqa: ANN401 - a socket, as paho has it
    """Send at once (a message would wait 40 ms else), and notice a network that swallows everything."""
    used.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        used.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _GONE_MS)
