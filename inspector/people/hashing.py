"""PINs and passwords: as argon2id hashes (RFC 9106), made and checked without leaving a copy in memory.

A password comes as a `bytearray`. The library hashes it where it lies, and its owner overwrites it afterwards: what is
a `str` or `bytes` would stay in memory until something else happens to be written there.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from itertools import pairwise
from typing import Any

from argon2 import Parameters, extract_parameters
from argon2.low_level import ARGON2_VERSION, Type, core, error_to_str, ffi

from inspector.domain.errors import InspectorError

#: In bytes of UTF-8. A PIN of six digits cannot be guessed in the tries that the lock-out leaves.
LEAST_SECRET = 6
MOST_SECRET = 128
_SALT_BYTES, _HASH_BYTES = 16, 32
_OK, _NO_FLAGS = 0, 0  # of argon2.h
#: A damaged or foreign file must not ask for all the memory there is.
_MOST_MEMORY_KIB, _MOST_TIMES, _MOST_LANES = 1 << 20, 20, 16


class WeakSecretError(InspectorError):
    """A PIN or password is too short, too long, or guessed at once."""


class SecretHasher:
    """Makes hashes; one thread computes, so that a line beside it keeps its processors.

    Args:
        times: How often the memory is gone over.
        memory_kib: Memory that a guess costs; RFC 9106, second recommended option.
    """

    def __init__(self, times: int = 3, memory_kib: int = 65_536) -> None:
        self._times, self._memory_kib = times, memory_kib

    def hashed(self, secret: bytearray) -> str:
        """Return what is kept of a password, in argon2's own form; the password is not changed.

        Raises:
            WeakSecretError: See `check_secret`.
        """
        check_secret(secret)
        salt = secrets.token_bytes(_SALT_BYTES)
        made = _raw(secret, salt, times=self._times, memory_kib=self._memory_kib, lanes=1, size=_HASH_BYTES)
        costs = f"m={self._memory_kib},t={self._times},p=1"
        return f"$argon2id$v={ARGON2_VERSION}${costs}${_text(salt)}${_text(made)}"

    def nobodys(self) -> str:
        """Return the hash of a password that nobody knows: a name that is none must take as long to refuse."""
        return self.hashed(bytearray(secrets.token_bytes(_SALT_BYTES)))


def is_hash(text: str) -> bool:
    """Return whether a text is a hash that can be checked here."""
    try:
        known, salt, made = _parts(text)
    except (ValueError, InspectorError):
        return False
    return (
        known.type is Type.ID
        and known.version == ARGON2_VERSION
        and 8 <= known.memory_cost <= _MOST_MEMORY_KIB
        and 1 <= known.time_cost <= _MOST_TIMES
        and 1 <= known.parallelism <= _MOST_LANES
        and len(salt) >= 8
        and len(made) >= 16
    )


def fits(secret: bytearray, kept: str) -> bool:
    """Return whether a password is the one of a hash; the password is not changed.

    Args:
        secret: What was typed.
        kept: A hash, see `is_hash`.
    """
    if not 1 <= len(secret) <= MOST_SECRET:
        return False
    known, salt, wanted = _parts(kept)
    made = _raw(
        secret,
        salt,
        times=known.time_cost,
        memory_kib=known.memory_cost,
        lanes=known.parallelism,
        size=len(wanted),
    )
    return hmac.compare_digest(made, wanted)


def check_secret(secret: bytearray) -> None:
    """Refuse what is no use as a PIN or password.

    Raises:
        WeakSecretError: If it is too short or too long, or one character again and again, or a row such as 123456.
    """
    if not LEAST_SECRET <= len(secret) <= MOST_SECRET:
        raise WeakSecretError(
            f"a PIN or password has {LEAST_SECRET} to {MOST_SECRET} characters, got {len(secret)}",
            "Choose another one.",
        )
    steps = {after - before for before, after in pairwise(secret)}
    if len(steps) == 1 and abs(steps.pop()) <= 1:
        raise WeakSecretError("such a PIN is guessed at once", "Choose one that is no row and not all the same.")


def wipe(secret: bytearray) -> None:
    """Overwrite a password where it lies, and empty it."""
    for place in range(len(secret)):
        secret[place] = 0
    secret.clear()


# --- inside -----------------------------------------------------------------------------------------------------------


def _raw(secret: bytearray, salt: bytes, *, times: int, memory_kib: int, lanes: int, size: int) -> bytes:
    out, spice = ffi.new("uint8_t[]", size), ffi.new("uint8_t[]", salt)
    with ffi.from_buffer("uint8_t[]", secret) as inside:  # the very bytes, not a copy
        context: Any = ffi.new(
            "argon2_context *",
            {
                "version": ARGON2_VERSION,
                "out": out,
                "outlen": size,
                "pwd": inside,
                "pwdlen": len(secret),
                "salt": spice,
                "saltlen": len(salt),
                "secret": ffi.NULL,
                "secretlen": 0,
                "ad": ffi.NULL,
                "adlen": 0,
                "t_cost": times,
                "m_cost": memory_kib,
                "lanes": lanes,
                "threads": 1,
                "allocate_cbk": ffi.NULL,
                "free_cbk": ffi.NULL,
                "flags": _NO_FLAGS,
            },
        )
        code = core(context, Type.ID.value)
    if code != _OK:
        raise InspectorError(f"a password cannot be checked: {error_to_str(code)}", "Free memory, then try again.")
    return bytes(ffi.buffer(out))


def _parts(text: str) -> tuple[Parameters, bytes, bytes]:
    """Return a hash's parameters, its salt, and the hash itself.

    Raises:
        ValueError: If it is none (argon2's own error is one).
    """
    known = extract_parameters(text)
    *_, salt, made = text.split("$")
    return known, _bytes(salt), _bytes(made)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii").rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
