"""What goes wrong between station and broker, in sentences that say what to do."""

from __future__ import annotations

import socket
import ssl

from inspector.domain.causes import cause_of
from inspector.sending.faults import SendingError

_WAITS = "Nothing is lost: what is recorded waits in the station's log, and the station goes on trying."
_ANEW = "type the whole address anew in Settings → Network"

#: Reason codes of MQTT 5 with which a broker refuses a connection (CONNACK): what is wrong, and what to do.
_REFUSED = {
    0x84: ("does not speak MQTT 5", "Update the broker, or switch MQTT 5 on there."),
    0x85: ("does not take this station's client id", "See the broker's log, and its rules for client ids."),
    0x86: ("refuses the user or the password", f"Check both; {_ANEW}."),
    0x87: ("refuses the user or the password", f"Check both, and the user's rights at the broker; {_ANEW}."),
    0x88: ("is not ready to work", _WAITS),
    0x89: ("is too busy", _WAITS),
    0x8A: ("has banned this station", "See the broker's log."),
    0x8C: ("wants another way to sign in than user and password", "Switch user and password on at the broker."),
    0x97: ("has no room for another connection", f"See its limits. {_WAITS}"),
    0x9F: ("gets too many connections", _WAITS),
}
#: Reason codes with which it ends one (DISCONNECT).
_ENDED = {
    0x8B: ("is being stopped", _WAITS),
    0x8E: (
        "has another client with this station's identity",
        "Where a disk was copied, delete fleet.json in the data folder of one of both, and give it another name.",
    ),
    0x97: ("has no room for more (quota exceeded)", f"See its limits. {_WAITS}"),
}
#: It has ended without any: a broker that ends one gives a reason, and a torn cable gives none.
_NO_WORD = 0x80
#: Reason codes with which it refuses a message (PUBACK) that it can never take.
LASTING = {
    0x90: "the broker takes no such topic",
    0x95: "it is longer than the broker takes",
    0x99: "the broker takes no such content",
}
#: Reason code of a message that was taken, and that nobody will get.
NOBODY = 0x10


class BrokerError(SendingError):
    """The broker cannot be used; what is recorded waits in the station's log."""


class ConnectionLostError(BrokerError):
    """The connection was there, and is not any more, or is silent."""


def unreached(error: OSError, shown: str, host: str, port: int) -> BrokerError:
    """Return what an error of a connection that was not made means.

    Args:
        error: Of the operating system, or of TLS.
        shown: The broker's address without its password.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        return BrokerError(
            f"the broker {shown} cannot prove that it is the one that is meant: {_certificate(error, host)}",
            "Name your authority's certificate in the address (?ca=FILE), and the host as the certificate does.",
        )
    if isinstance(error, ssl.SSLError):
        return BrokerError(
            f"the broker {shown} does not speak TLS on port {port} as this station does ({error.reason or 'no words'})",
            "Check the port: 8883 is usual for TLS (mqtts://), 1883 without (mqtt://).",
        )
    if isinstance(error, socket.gaierror):
        return BrokerError(
            f"no computer of the name {host} is known", "Check the host in the address, and this computer's DNS."
        )
    if isinstance(error, ConnectionRefusedError):
        return BrokerError(
            f"nobody takes connections at {host}, port {port}",
            f"Check the port, and that the broker runs. {_WAITS}",
        )
    return BrokerError(
        f"the broker {shown} is not reached: {cause_of(error)}",
        f"Check network, address and port, and that the broker runs. {_WAITS}",
    )


def of_trial(error: BrokerError) -> BrokerError:
    """Return the same for a broker that somebody only tries: nothing waits for it."""
    return BrokerError(error.what, error.next_step.replace(_WAITS, "").strip() or "Try it again in a moment.")


def refused(code: int, words: str, shown: str) -> BrokerError:
    """Return what a broker's refusal of a connection means.

    Args:
        code: Reason code of MQTT 5.
        words: What the standard calls it.
    """
    what, step = _REFUSED.get(code, (f"refuses the connection ({words})", f"See the broker's log. {_WAITS}"))
    return BrokerError(f"the broker {shown} {what}", step)


def ended(code: int, words: str, shown: str) -> ConnectionLostError:
    """Return what it means that a broker ended a connection, or the network did; see `refused`."""
    if code == _NO_WORD:
        return ConnectionLostError(
            f"the connection to the broker {shown} is lost",
            f"Check cable and network, and that the broker runs; its log may say more. {_WAITS}",
        )
    what, step = _ENDED.get(code, (f"has ended the connection ({words})", f"See the broker's log. {_WAITS}"))
    return ConnectionLostError(f"the broker {shown} {what}", step)


def silent(shown: str) -> ConnectionLostError:
    """Return that a broker does not answer."""
    return ConnectionLostError(f"the broker {shown} does not answer", f"See what holds it up. {_WAITS}")


def not_taken(code: int, words: str, topic: str, shown: str) -> BrokerError:
    """Return why a message was not taken for now.

    Args:
        code: Reason code of the broker's answer (PUBACK), none of `LASTING`.
        words: What the standard calls it.
        topic: The message's.
    """
    if code == NOBODY:
        return BrokerError(
            f"nobody subscribes to {topic} at the broker {shown}, so it would throw results away",
            f"Start what receives them; it should subscribe for good (a session that lasts, QoS 1). {_WAITS}",
        )
    if code == 0x87:
        return BrokerError(
            f"the broker {shown} does not let this user publish to {topic}", "Give the user that right at the broker."
        )
    return BrokerError(f"the broker {shown} does not take what is published now ({words})", _WAITS)


def _certificate(error: ssl.SSLCertVerificationError, host: str) -> str:
    by_code = {
        10: "its certificate has expired",
        18: "its certificate is signed by itself, and not known here",
        19: "its certificate is signed by an authority that is not known here",
        20: "its certificate is signed by an authority that is not known here",
        62: f"its certificate is not that of {host}",
        64: f"its certificate is not that of {host}",
    }
    return by_code.get(error.verify_code, error.verify_message)
