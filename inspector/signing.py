"""Signatures: the station's own key, the keys that it trusts beside it, and who has signed something (Ed25519).

The private key never leaves the data folder; what may be given away is the public one. A plant key is trusted by
putting its public key, a PEM file, into `trusted_keys` of the data folder. Import this module where a signature is
wanted, not at the start: the library behind it takes a while.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError
from inspector.domain.ids import new_id
from inspector.files import FileError, write_bytes

if TYPE_CHECKING:
    from pathlib import Path

KEY_FILE = "station_key.pem"
TRUSTED_FOLDER = "trusted_keys"
_PRIVATE = 0o600
_LONGEST_KEY = 10_000


class SigningError(InspectorError):
    """A key cannot be read, made or trusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedKey:
    """A public key whose signatures count.

    Args:
        name: What it is called: “this station”, or its file's name.
    """

    name: str
    key: Ed25519PublicKey

    @property
    def fingerprint(self) -> str:
        """The first 16 hex digits of its SHA-256: short enough to be compared by telephone."""
        return fingerprint(self.key)

    def has_signed(self, data: bytes, signature: bytes) -> bool:
        """Say whether a signature of some bytes was made with this key's private half."""
        try:
            self.key.verify(signature, data)
        except InvalidSignature:
            return False
        return True


class StationKey:
    """The station's private key; made by `station_key`."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private

    def sign(self, data: bytes) -> bytes:
        """Return the signature of some bytes: 64 bytes."""
        return self._private.sign(data)

    @property
    def public(self) -> TrustedKey:
        """Its public half."""
        return TrustedKey(name="this station", key=self._private.public_key())

    @property
    def public_pem(self) -> bytes:
        """The public half as a PEM file, to be given to those who check signatures."""
        return self._private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return the first 16 hex digits of a public key's SHA-256."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def station_key(root: Path) -> StationKey:
    """Return the station's key; it is made where there is none yet, readable by its user only.

    Args:
        root: The data folder.

    Raises:
        SigningError: If it cannot be read or made; a damaged one is never replaced.
    """
    path = root / KEY_FILE
    if not path.exists():
        _make(path)
    return StationKey(_private_key(path))


def trusted_keys(root: Path) -> tuple[TrustedKey, ...]:
    """Return the keys whose signatures count here: the station's own, where it has one, and those of `trusted_keys`.

    Args:
        root: The data folder; nothing is made in it.

    Raises:
        SigningError: If one of them cannot be read.
    """
    keys = []
    if (root / KEY_FILE).exists():
        keys.append(station_key(root).public)
    files = sorted((root / TRUSTED_FOLDER).glob("*.pem"))
    return (*keys, *(TrustedKey(name=path.stem, key=_public_key(path)) for path in files))


def trust(root: Path, file: Path) -> TrustedKey:
    """Trust a public key from now on.

    Args:
        root: The data folder.
        file: The public key, PEM; it is copied under its own name.

    Raises:
        SigningError: If it is no public key of Ed25519, or cannot be copied.
    """
    key = _public_key(file)
    try:
        write_bytes(root / TRUSTED_FOLDER / f"{file.stem}.pem", key.public_bytes(*_PUBLIC_PEM), mode=_PRIVATE)
    except FileError as error:
        raise SigningError(f"the key {file.name} cannot be kept: {error.what}", error.next_step) from error
    return TrustedKey(name=file.stem, key=key)


_PUBLIC_PEM = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def signer_of(data: bytes, signature: bytes, keys: tuple[TrustedKey, ...]) -> TrustedKey | None:
    """Return the key that has signed some bytes; None where none of them has."""
    return next((key for key in keys if key.has_signed(data, signature)), None)


def _make(path: Path) -> None:
    """Make a key; where another program makes one at the same moment, the one that was there first stays."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    fresh = path.with_name(f".{new_id()}.key")
    try:
        write_bytes(fresh, pem, mode=_PRIVATE)
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
    except FileError as error:
        raise SigningError(f"the station's key cannot be made: {error.what}", error.next_step) from error
    except OSError as error:
        raise SigningError(
            f"the station's key {path} cannot be made: {cause_of(error)}", "Check the folder."
        ) from error


def _private_key(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(_read(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningError(
            f"the station's key {path} cannot be used: it is no private key of Ed25519",
            "Restore it from a backup. Where it is lost for good, take the file away: a new key is made, and recipes "
            "and models must be signed again.",
        )
    return key


def read_public_key(path: Path) -> TrustedKey:
    """Return the public key of a PEM file, called as the file.

    Raises:
        SigningError: If it cannot be read, or is no public key of Ed25519.
    """
    return TrustedKey(name=path.stem, key=_public_key(path))


def _public_key(path: Path) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise SigningError(
            f"the key {path} cannot be used: it is no public key of Ed25519",
            "Give the public key as a PEM file, “-----BEGIN PUBLIC KEY-----”.",
        )
    return key


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST_KEY)
    except OSError as error:
        raise SigningError(
            f"the key {path} cannot be read: {cause_of(error)}", "Check the file's permissions."
        ) from error
