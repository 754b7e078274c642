"""Who may look: loopback without a password; anything else only with a password and over TLS."""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
import os
import secrets
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError
from inspector.domain.listening import WEB_PAGE
from inspector.domain.secret import checked_password

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import HTTPConnection

#: The environment variable that a service reads its password from.
PASSWORD_VARIABLE = "INSPECTOR_SERVE_PASSWORD"  # noqa: S105 - its name
_SESSION_KEY = "in"
_WHERE = f"Settings → Network, in {PASSWORD_VARIABLE} or in a file of its own"


class AccessError(InspectorError):
    """What was asked for would let anybody in, or cannot be bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where the server listens, and who may look.

    Args:
        host: Address or name to listen at.
        port: 1..65535; 0 takes a free one.
        password: Empty asks for none.
        certificate: TLS certificate with its chain, PEM; None speaks plain HTTP.
        key: Its private key, PEM.
        names: Names, besides the host and this machine's, under which browsers may call it.

    Raises:
        AccessError: If anything but this machine could look without a password or without TLS, or a file is not there.
    """

    host: str = WEB_PAGE.host
    port: int = WEB_PAGE.port
    password: str = field(default="", repr=False)
    certificate: Path | None = None
    key: Path | None = None
    names: tuple[str, ...] = ()
    #: Signs the sessions; those of an earlier start are not valid any more.
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def __post_init__(self) -> None:
        if (self.certificate is None) != (self.key is None):
            raise AccessError("TLS needs a certificate and its key", "Name both.")
        for path in (self.certificate, self.key):
            if path is not None and not path.is_file():
                raise AccessError(f"there is no file {path}", "Name a certificate and a key in PEM form.")
        try:
            checked_password(self.password)
        except ValueError as error:
            raise AccessError(str(error), f"Choose a longer one in {_WHERE}.") from error
        if not self.is_local and not self.password:
            raise AccessError(
                f"{self.host} can be reached from other computers, and no password is set",
                f"Set one in {_WHERE}, or listen at 127.0.0.1.",
            )
        if not self.is_local and self.certificate is None:
            raise AccessError(
                f"{self.host} can be reached from other computers, and without TLS the password would be sent openly",
                "Name a certificate and its key, or listen at 127.0.0.1 behind a proxy that speaks TLS.",
            )

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False  # a name may lead anywhere

    @property
    def is_everywhere(self) -> bool:
        """Whether it listens at all of this machine's addresses: browsers call it by the machine's name."""
        return self.host in {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound

    @property
    def scheme(self) -> str:
        """``http`` or ``https``."""
        return "http" if self.certificate is None else "https"

    @property
    def allowed_hosts(self) -> list[str]:
        """The names that a request may call it by: a page elsewhere cannot reach it through a name of its own."""
        own = {"localhost", "127.0.0.1", "[::1]", *self.names}
        if not self.is_local:
            own |= {self.host, socket.gethostname(), socket.getfqdn()}
            if self.is_everywhere:
                own |= _own_addresses()
        return sorted(own)

    def lets_in(self, request: HTTPConnection) -> bool:
        """Whether a request may see anything: it has a session, or says the password itself (HTTP Basic)."""
        if not self.password or request.session.get(_SESSION_KEY) is True:
            return True
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.casefold() != "basic":
            return False
        try:
            _, _, said = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        return self.knows(said)

    def knows(self, password: str) -> bool:
        """Whether that is the password; takes as long for a wrong one."""
        return hmac.compare_digest(password.encode(), self.password.encode())

    @staticmethod
    def let_in(request: HTTPConnection) -> None:
        """Remember that this browser knows the password."""
        request.session[_SESSION_KEY] = True

    @staticmethod
    def send_away(request: HTTPConnection) -> None:
        """Forget it."""
        request.session.clear()


def password_from(file: Path | None) -> str:
    """Return the password of a file's first line, else of the environment; empty where neither is there.

    Raises:
        AccessError: If the file cannot be read, or others may read it.
    """
    if file is None:
        return os.environ.get(PASSWORD_VARIABLE, "")
    try:
        if os.name == "posix" and file.stat().st_mode & 0o077:
            raise AccessError(f"others may read {file}", f"Keep it to yourself: chmod 600 {file}")
        return file.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise AccessError(f"the password in {file} cannot be read", "Name a text file with one line.") from error


def _own_addresses() -> set[str]:
    try:
        return {str(where[0]) for *_, where in socket.getaddrinfo(socket.gethostname(), None)}
    except OSError:
        return set()
