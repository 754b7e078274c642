"""Who may speak OPC UA with whom: loopback openly; anything else by certificates of both sides and a password."""

from __future__ import annotations

import ipaddress
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from inspector.domain.causes import cause_of
from inspector.domain.secret import checked_password
from inspector.line.adapters import LineError

CERTIFICATE, KEY, PASSWORD, TRUSTED = "cert.pem", "key.pem", "password.txt", "trusted"
_NEXT = "docs/line.md says what belongs into the folder of certificates."


@dataclass(frozen=True, slots=True, kw_only=True)
class OpcUaAccess:
    """What one side needs for an encrypted connection, as it stands in a folder.

    Args:
        certificate: This side's own, PEM.
        key: Its private key, PEM without a pass phrase.
        uri: The application's name, as the certificate has it.
        user: What the controller logs in as.
        password: 8 characters or more.
        trusted: Certificates of the other side, DER; no others are talked to.
    """

    certificate: Path
    key: Path
    uri: str
    user: str
    password: str = field(repr=False)
    trusted: frozenset[bytes]

    def trusted_of(self, sent: bytes | None) -> bytes | None:
        """Return the certificate that was sent, with or without a chain behind it, if it is trusted."""
        return next((known for known in self.trusted if sent and sent.startswith(known)), None)


def access_of(host: str, certificates: str) -> OpcUaAccess | None:
    """Read the folder of certificates.

    Args:
        host: Where the server listens.
        certificates: The folder; empty for none.

    Returns:
        None where there is no folder, and only this computer can reach the host.

    Raises:
        LineError: If other computers could reach it without certificates, or the folder lacks something.
    """
    if not certificates:
        if _is_loopback(host):
            return None
        raise LineError(
            f"{host} is beyond this computer, and OPC UA has no certificates here",
            "Name their folder in Settings → Line, or use 127.0.0.1.",
        )
    folder = Path(certificates)
    own = _certificate(folder / CERTIFICATE)
    trusted = frozenset(
        _certificate(path).public_bytes(Encoding.DER)
        for path in sorted((folder / TRUSTED).glob("*"))
        if path.suffix.casefold() in {".pem", ".der", ".crt"}
    )
    if not trusted:
        raise LineError(f"{folder / TRUSTED} holds no certificate: nobody would be trusted", _NEXT)
    if not (folder / KEY).is_file():
        raise LineError(f"there is no file {folder / KEY}", _NEXT)
    user, password = _login(folder / PASSWORD)
    return OpcUaAccess(
        certificate=folder / CERTIFICATE,
        key=folder / KEY,
        uri=_uri(folder / CERTIFICATE, own),
        user=user,
        password=password,
        trusted=trusted,
    )


def url_of(host: str, port: int) -> str:
    """Return the address as OPC UA writes it."""
    return f"opc.tcp://[{host}]:{port}/" if ":" in host else f"opc.tcp://{host}:{port}/"


def hush() -> None:
    """Leave it to our own errors to say what does not work; the library says it once more."""
    logging.getLogger("asyncua").setLevel(logging.CRITICAL + 1)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # a name may lead anywhere


def _certificate(path: Path) -> x509.Certificate:
    data = _read(path)
    try:
        return x509.load_pem_x509_certificate(data) if b"-----BEGIN" in data else x509.load_der_x509_certificate(data)
    except ValueError as error:
        raise LineError(f"{path} is no certificate", _NEXT) from error


def _uri(path: Path, certificate: x509.Certificate) -> str:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return names.get_values_for_type(x509.UniformResourceIdentifier)[0]
    except (x509.ExtensionNotFound, IndexError, ValueError) as error:
        raise LineError(f"{path} names no application: it has no URI among its alternative names", _NEXT) from error


def _login(path: Path) -> tuple[str, str]:
    """Read ``USER:PASSWORD`` from the first line of a file that only its owner reads."""
    data = _read(path)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise LineError(f"others may read {path}", f"Keep it to yourself: chmod 600 {path}")
    user, _, password = data.decode("utf-8", "replace").partition("\n")[0].strip().partition(":")
    try:
        checked_password(password)
    except ValueError as error:
        raise LineError(f"{path}: {error}", _NEXT) from error
    if not user or not password:
        raise LineError(f"{path} does not begin with USER:PASSWORD", _NEXT)
    return user, password


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise LineError(f"{path} cannot be read: {cause_of(error)}", _NEXT) from error
