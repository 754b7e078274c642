"""The address of an MQTT broker, as a person types it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from inspector.domain.secret import as_url, masked

#: How an address is written.
EXAMPLE = "mqtts://USER:PASSWORD@HOST/TOPIC"
_PORTS = {"mqtt": 1883, "mqtts": 8883}
_FILES = ("ca", "client")
_FIRST_LEVEL = "inspector"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSpec:
    """Where a broker is, and how it is spoken to.

    Args:
        host: Name or number.
        port: TCP.
        encrypted: Whether by TLS.
        user: Empty for none.
        password: Empty for none.
        prefix: The topic under which the station's topics are; without ``/`` at its ends.
        ca: The file with the certificate of the authority that is trusted; empty for the system's own.
        client: The file with this station's certificate and its private key; empty for none.
    """

    host: str
    port: int
    encrypted: bool
    user: str
    password: str = field(repr=False)
    prefix: str
    ca: str
    client: str

    @classmethod
    def parse(cls, text: str) -> BrokerSpec:
        """Read an address.

        Raises:
            ValueError: If it is none of a broker.
        """
        try:
            parts = urlsplit(as_url(text))
            port = parts.port
            said = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        except ValueError as error:
            raise _no_address(text) from error
        prefix = unquote(parts.path).strip("/") or _FIRST_LEVEL
        odd = set(said) - set(_FILES)
        if (
            parts.scheme not in _PORTS
            or not parts.hostname
            or port == 0
            or odd
            or parts.fragment
            or any(character.isspace() for character in text)
        ):
            raise _no_address(text, f"; it takes ca and client, not {', '.join(sorted(odd))}" if odd else "")
        if set("+#\0") & set(prefix) or "" in prefix.split("/"):
            msg = f"“{prefix}” is no topic: no level of it is empty, and none holds + or #"
            raise ValueError(msg)
        encrypted = parts.scheme == "mqtts"
        if said and not encrypted:
            msg = "ca and client belong to mqtts://, which is encrypted"
            raise ValueError(msg)
        return cls(
            host=parts.hostname,
            port=port or _PORTS[parts.scheme],
            encrypted=encrypted,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            prefix=prefix,
            **{name: said.get(name, [""])[-1] for name in _FILES},
        )


def checked_broker(text: str) -> str:
    """Return the address as it was typed; an empty one is none.

    Raises:
        ValueError: If it is no address of an MQTT broker.
    """
    if text:
        BrokerSpec.parse(text)
    return text


def _no_address(text: str, more: str = "") -> ValueError:
    return ValueError(f"{masked(text)} is no address of an MQTT broker, as {EXAMPLE}{more}")
