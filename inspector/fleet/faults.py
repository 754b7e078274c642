"""What goes wrong between station and database, in sentences that say what to do; and whether it can ever pass."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inspector.domain.secret import redacted
from inspector.fleet.versions import UPGRADE
from inspector.sending.faults import SendingError

if TYPE_CHECKING:
    from inspector.fleet.address import DatabaseAddress


class FleetError(SendingError):
    """The database cannot be used; what is recorded waits in the station's log."""


class RowsRefusedError(Exception):
    """The database can never take what was sent: a value or a constraint is in the way."""


@dataclass(frozen=True, slots=True)
class DatabaseFault:
    """What the database, or the way to it, says.

    Args:
        what: What is wrong; it follows “the database … ”.
        next_step: What to do about it.
        lasting: Whether the same rows can never be taken, however often they are sent.
    """

    what: str
    next_step: str
    lasting: bool = False

    def as_error(self, address: DatabaseAddress) -> FleetError:
        """Return the error of an address."""
        return FleetError(f"the database {address.shown} {self.what}", self.next_step)


#: Classes of SQLSTATE in which the same row fails for ever: data, constraints, limits of the program, a rule's RAISE.
_LASTING = frozenset({"22", "23", "44", "54", "P0"})
_WAITS = "Nothing is lost: what is recorded waits in the station's log, and the station goes on trying."
_ANEW = "type the whole address anew: Settings → Network, or “inspector fleet connect ADDRESS”"
#: The same steps, for those who only look.
_FOR_READERS = {
    _WAITS: "Stations keep what they record until it is there, and this goes on trying.",
    _ANEW: "start it once with the whole address: “inspector fleet serve ADDRESS”",
}
#: By SQLSTATE, or by its first two characters.
_BY_STATE = {
    "28": (
        "refuses the user or the password",
        f"Check both; {_ANEW}.",
    ),
    "3D": ("is not there: the server has none of that name", "Check the name, or have it made (CREATE DATABASE)."),
    "3F": ("has no tables for stations", UPGRADE),
    "42P01": ("has no tables for stations, or older ones", UPGRADE),
    "42703": ("has older tables than this station needs", UPGRADE),
    "42501": ("does not let this user do that", "Give the user the rights that the manual's page for IT names."),
    "53100": ("has no room on its disk", f"Free space on the server. {_WAITS}"),
    "53": ("has no room for more", f"See to the server's memory, disk and connections. {_WAITS}"),
    "25006": ("can only be read", "Name the primary server, not a copy."),
    "57014": ("does not answer in time", f"See what holds it up: its disk, or a lock (pg_stat_activity). {_WAITS}"),
    "57": ("is being stopped or started", _WAITS),
}
#: By what libpq says of a connection that is not made; it gives no SQLSTATE then.
_BY_WORDS = (
    (("password authentication failed", "no password supplied", "role ", "no pg_hba.conf entry"), "28"),
    (("certificate", "root.crt", "ssl error"), "certificate"),
    (("does not support ssl", "ssl was required"), "no tls"),
    (("starting up", "shutting down", "recovery mode"), "57"),
    (("too many clients", "connection slots"), "53"),
    (('database "',), "3D"),
    (("could not translate host name", "name or service not known", "could not parse network address"), "no host"),
    (("invalid", "unrecognized", 'missing "="'), "address"),
)
_NO_WAY = {
    "certificate": (
        "cannot prove that it is the one that is meant (its TLS certificate)",
        "Name your authority's certificate in the address (?sslrootcert=FILE), and the host as the certificate does.",
    ),
    "no tls": (
        "does not encrypt",
        "Switch TLS on at the server; on a network where nobody listens, add ?sslmode=disable to the address.",
    ),
    "no host": ("is not known by that name", "Check the host in the address, and this computer's DNS."),
    "address": (
        "has an address that cannot be used",
        "Check the address, its port and what follows the question mark.",
    ),
}
_UNREACHED = ("is not reached", f"Check network, address and port, and that the server runs. {_WAITS}")


def fault_of(error: BaseException) -> DatabaseFault:
    """Return what an error of psycopg means.

    Args:
        error: Of a statement, or of a connection that was not made or was lost.
    """
    state = getattr(error, "sqlstate", None)
    said = _first_line(error)
    if (state is None and isinstance(error, ValueError)) or (type(error).__name__ == "DataError" and state is None):
        return DatabaseFault(f"cannot take a value: {said}", "", lasting=True)
    if state is None:
        kind = next((kind for signs, kind in _BY_WORDS if any(sign in said.lower() for sign in signs)), "")
        what, step = _NO_WAY.get(kind) or _BY_STATE.get(kind) or _UNREACHED
        return DatabaseFault(f"{what} ({said})", step)
    if state[:2] in _LASTING:
        return DatabaseFault(f"cannot take a row: {said}", "", lasting=True)
    what, step = _BY_STATE.get(state) or _BY_STATE.get(state[:2]) or (f"refuses ({state})", _WAITS)
    return DatabaseFault(f"{what} ({said})", step)


def reading_fault_of(error: BaseException) -> DatabaseFault:
    """Return what an error of psycopg means for those who only look."""
    fault = fault_of(error)
    step = fault.next_step
    for words, instead in _FOR_READERS.items():
        step = step.replace(words, instead)
    return replace(fault, next_step=step)


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # of several addresses of a host, what the last one said; hints of libpq follow in lines of their own
    words = next(
        (line for line in lines if "failed:" in line or "FATAL" in line or "error:" in line), (lines or [""])[0]
    )
    return redacted(words.rpartition("failed: ")[2].rstrip(".") or type(error).__name__)
