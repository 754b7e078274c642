"""The address of a cluster, as a person types it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

#: How an address is written.
EXAMPLE = "tls://HOST:8786"
LOCAL = "local:"
_NEAR = frozenset({"localhost", "127.0.0.1", "::1"})
_SCHEMES = frozenset({"tcp", "tls"})
_MOST_LOCAL = 256


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """Where the workers are.

    Args:
        text: As it was typed.
        local_workers: So many are started on this computer; 0 where a scheduler is named.
        host: The scheduler's; empty for workers on this computer.
        port: Likewise; 0.
        encrypted: Whether both sides show certificates (TLS).
    """

    text: str
    local_workers: int = 0
    host: str = ""
    port: int = 0
    encrypted: bool = False

    @property
    def near(self) -> bool:
        """Whether nothing leaves this computer."""
        return bool(self.local_workers) or is_near(self.host)

    @classmethod
    def parse(cls, text: str) -> ClusterAddress:
        """Read what was typed.

        Raises:
            ValueError: If it is no address of a cluster, or one that anybody in the network could use.
        """
        if text.startswith(LOCAL):
            number = text.removeprefix(LOCAL)
            if number.isascii() and number.isdecimal() and 1 <= int(number) <= _MOST_LOCAL:
                return cls(text, local_workers=int(number))
            msg = f"{text} names no number of workers from 1 to {_MOST_LOCAL}, as {LOCAL}2"
            raise ValueError(msg)
        try:
            parts = urlsplit(text)
            host, port = parts.hostname or "", parts.port or 0
            rest = parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.password
            usable = parts.scheme in _SCHEMES and host and port and not rest and not any(map(str.isspace, text))
        except ValueError:
            usable = False
        if not usable:
            msg = f"{text} is no address of a cluster, as {EXAMPLE}, or {LOCAL}2 for two workers on this computer"
            raise ValueError(msg)
        if parts.scheme == "tcp" and not is_near(host):
            msg = (
                f"{text} leads to another computer without TLS: whoever reaches a cluster can run programs on it, and "
                f"could on this computer; write tls://{parts.netloc} and give certificates"
            )
            raise ValueError(msg)
        return cls(text, host=host, port=port, encrypted=parts.scheme == "tls")


@dataclass(frozen=True, slots=True)
class ChosenCluster:
    """Workers that somebody wants to use.

    Args:
        address: As it was typed; see `ClusterAddress`.
        certificates: Folder of ca.pem, cert.pem and key.pem, for tls://; empty for none.
    """

    address: str
    certificates: str = ""

    def options(self) -> list[str]:
        """Return the options by which a command is told so."""
        certificates = [f"--certificates={self.certificates}"] if self.certificates else []
        return [f"--cluster={self.address}", *certificates]


def checked_cluster(text: str) -> str:
    """Return the address as it was typed; an empty one is none.

    Raises:
        ValueError: As `ClusterAddress.parse`.
    """
    if text:
        ClusterAddress.parse(text)
    return text


def is_near(host: str) -> bool:
    """Return whether a host is this computer itself, by its loopback address."""
    return host in _NEAR or (host.startswith("127.") and host.replace(".", "").isdecimal())
