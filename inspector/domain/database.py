"""The address of a database, as a person types it."""

from __future__ import annotations

from urllib.parse import urlsplit

from inspector.domain.secret import masked

#: How an address is written.
EXAMPLE = "postgresql://USER:PASSWORD@HOST/DATABASE"
_SCHEMES = frozenset({"postgresql", "postgres"})


def checked_database(text: str) -> str:
    """Return the address as it was typed; an empty one is none.

    Raises:
        ValueError: If it is no address of a PostgreSQL database.
    """
    try:
        parts = urlsplit(text)
        usable = parts.scheme in _SCHEMES and "://" in text and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if text and (not usable or any(character.isspace() for character in text)):
        msg = f"{masked(text)} is no address of a PostgreSQL database, as {EXAMPLE}"
        raise ValueError(msg)
    return text
