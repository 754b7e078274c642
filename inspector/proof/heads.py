"""Signed heads of the record's chain: what shows that its end was cut off, or that the whole chain was made anew."""

from __future__ import annotations

import base64
import binascii
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import insert, text

from inspector.domain.errors import InspectorError
from inspector.outputs.beside import LogBeside
from inspector.outputs.rows import time_text
from inspector.outputs.schema import chain_heads
from inspector.signing import TrustedKey, station_key

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

_BEGIN, _END = "-----BEGIN RECORD HEAD-----", "-----END RECORD HEAD-----"
_FIELD = re.compile(r"^[>\s]*(station|time|entries|hash|key|signature):\s*(.*?)\s*$")
_NEWEST = "SELECT number, source, hash FROM chain ORDER BY number DESC LIMIT 1"


class ProofError(InspectorError):
    """A signed head or an export is not what it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordHead:
    """The end of the chain at some moment, as the station signed it.

    Args:
        station: Its name in the settings.
        time_utc: When it was signed, as the log writes times.
        entries: Number of the last entry then.
        hash: Of that entry, 64 hexadecimal digits.
        public_key: Of the station, base64.
        signature: Of `signed_bytes`, base64.
    """

    station: str
    time_utc: str
    entries: int
    hash: str
    public_key: str
    signature: str

    def signed_bytes(self) -> bytes:
        """Return what is signed."""
        lines = ("record head 1", self.station, self.time_utc, str(self.entries), self.hash)
        return "\n".join(lines).encode("utf-8")

    def as_text(self) -> str:
        """Return it as lines for an e-mail or a sheet of paper; `head_of` reads them."""
        return (
            f"{_BEGIN}\nstation: {self.station}\ntime: {self.time_utc}\nentries: {self.entries}\nhash: {self.hash}\n"
            f"key: {self.public_key}\nsignature: {self.signature}\n{_END}\n"
        )

    def key(self) -> TrustedKey:
        """Return the key that it names; nobody says that this key is to be trusted.

        Raises:
            ProofError: If it is none.
        """
        try:
            raw = base64.b64decode(self.public_key, validate=True)
            return TrustedKey(name="the key in the record", key=Ed25519PublicKey.from_public_bytes(raw))
        except (ValueError, binascii.Error) as error:
            raise ProofError("the head's key is none", "Take the head anew from where it was sent to.") from error

    def is_signed_by(self, key: TrustedKey) -> bool:
        """Say whether its signature was made with this key's private half."""
        try:
            return key.has_signed(self.signed_bytes(), base64.b64decode(self.signature, validate=True))
        except (ValueError, binascii.Error):
            return False


def head_of(words: str) -> RecordHead:
    """Read a head from a text around it, such as an e-mail that quotes it.

    Raises:
        ProofError: If there is none in it, or several.
    """
    if words.count(_BEGIN) != 1 or words.count(_END) != 1:
        raise ProofError(
            f"the text holds {words.count(_BEGIN)} heads of a record, not one",
            f"Give the lines from “{_BEGIN}” to “{_END}”.",
        )
    inside = words[words.index(_BEGIN) + len(_BEGIN) : words.index(_END)]
    fields = {match[1]: match[2] for line in inside.splitlines() if (match := _FIELD.match(line))}
    try:
        return RecordHead(
            station=fields["station"],
            time_utc=fields["time"],
            entries=int(fields["entries"]),
            hash=fields["hash"],
            public_key=fields["key"],
            signature=fields["signature"],
        )
    except (KeyError, ValueError) as error:
        raise ProofError("the head of the record is not whole", "Take it anew from where it was sent to.") from error


def sign_head(log: Path, root: Path, station: str, why: str) -> RecordHead:
    """Sign where the chain ends now, and record that; where nothing was added since, the last head is returned.

    Args:
        log: The result log; a station may be writing it.
        root: The data folder, with the station's key: it is made where there is none yet.
        station: The station's name.
        why: What led to it: “end of a shift”, “end of a run”, “asked for”.

    Raises:
        LogError: If the log cannot be written.
        SigningError: If the key cannot be read or made.
    """
    key = station_key(root)
    public = base64.b64encode(key.public.key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    beside = LogBeside(log, migrates=False)
    signed: list[RecordHead] = []

    def add(connection: Connection) -> None:
        connection.execute(text("BEGIN IMMEDIATE"))
        number, source, stored = connection.execute(text(_NEWEST)).one()
        signed.clear()
        if source == chain_heads.name:
            connection.rollback()
            signed.extend(_stored(log, "number DESC LIMIT 1"))
            return
        head = RecordHead(
            station=station,
            time_utc=time_text(datetime.now(UTC)),
            entries=number,
            hash=stored.hex(),
            public_key=public,
            signature="",
        )
        signature = base64.b64encode(key.sign(head.signed_bytes())).decode()
        signed.append(_with(head, signature))
        connection.execute(insert(chain_heads).values(_row(signed[0]) | {"why": why}))
        connection.commit()
        beside.sync()

    beside.write(add, lambda: bool(signed) and signed[0] in stored_heads(log))
    return signed[0]


def stored_heads(log: Path) -> list[RecordHead]:
    """Return the heads that a log holds, the oldest first.

    Raises:
        sqlite3.Error: If it cannot be read.
    """
    return _stored(log, "number")


def last_head(log: Path) -> RecordHead | None:
    """Return the newest head that a log holds; None where there is none.

    Raises:
        sqlite3.Error: If it cannot be read.
    """
    return next(iter(_stored(log, "number DESC LIMIT 1")), None)


def _stored(log: Path, order: str) -> list[RecordHead]:
    names = ("station", "time_utc", "entries", "hash", "public_key", "signature")
    with closing(sqlite3.connect(f"file:{quote(str(log.resolve()))}?mode=ro", uri=True)) as connection:
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        rows = connection.execute(f"SELECT {', '.join(names)} FROM chain_heads ORDER BY {order}").fetchall()  # noqa: S608
    return [RecordHead(**dict(zip(names, row, strict=True))) for row in rows]


def _with(head: RecordHead, signature: str) -> RecordHead:
    return RecordHead(**{**_row(head), "signature": signature})


def _row(head: RecordHead) -> dict[str, Any]:
    return {name: getattr(head, name) for name in RecordHead.__slots__}
