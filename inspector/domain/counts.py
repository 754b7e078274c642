"""How many of a thing, in words: “1 part”, “2,000 parts”."""

from __future__ import annotations

_PLURALS = {"is": "are", "has": "have", "was": "were"}
_ES = ("s", "x", "ch")


def counted(number: int, thing: str) -> str:
    """Return a number with its thing, as “1 picture” or “2,000 pictures”.

    Args:
        number: At least 0.
        thing: One of them, as “defective part”.
    """
    many = f"{thing}{'es' if thing.endswith(_ES) else 's'}"
    return f"{number:,} {thing if number == 1 else many}"


def verb(number: int, said_of_one: str) -> str:
    """Return “is”, “has” or “was” for one thing, and “are”, “have” or “were” for another number."""
    return said_of_one if number == 1 else _PLURALS[said_of_one]
