"""What a request asks for: its parameters read and checked, with a sentence for each that cannot be."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError
from inspector.domain.records import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: Parts of a page, unless something else is asked for.
PAGE = 50
MOST = 500


class AskedError(InspectorError):
    """A request asks for something that cannot be."""


class MissingError(InspectorError):
    """There is no such part, or no such picture."""


def check_names(said: Mapping[str, str], known: Sequence[str]) -> None:
    """See that a request has only parameters that mean something.

    Raises:
        AskedError: If it has another one, or a value that no text holds.
    """
    for name, value in said.items():
        if name not in known:
            raise AskedError(f"there is no filter {name}", f"Known are {', '.join(known)}.")
        if "\0" in value:
            raise AskedError(f"the {name} holds a character that no text has", "Correct it.")


def choice_of(said: Mapping[str, str], name: str, known: Sequence[str]) -> str:
    """Return one of some words; the first where nothing is said.

    Raises:
        AskedError: If it is none of them.
    """
    value = said.get(name) or known[0]
    if value not in known:
        raise AskedError(f"{value[:40]} is no {name}", f"Known are {', '.join(word for word in known if word)}.")
    return value


def limit_of(said: Mapping[str, str]) -> int:
    """Return how many parts are wanted at the most.

    Raises:
        AskedError: If that is no number from 1 to `MOST`.
    """
    limit = said.get("limit") or str(PAGE)
    if not limit.isascii() or not limit.isdecimal() or not 1 <= int(limit) <= MOST:
        raise AskedError(f"the limit must be a number from 1 to {MOST}, got {limit[:20]}", "Ask for fewer.")
    return int(limit)


def verdicts_of(names: Iterable[str]) -> frozenset[Verdict]:
    """Return the verdicts of these names; empty names are none.

    Raises:
        AskedError: If one is no verdict.
    """
    known = [verdict.value for verdict in Verdict]
    wanted = [name for name in names if name]
    for name in wanted:
        if name not in known:
            raise AskedError(f"{name[:40]} is no verdict", f"Verdicts are {', '.join(known)}.")
    return frozenset(Verdict(name) for name in wanted)


def time_of(text: str) -> datetime | None:
    """Return a moment in UTC; without a zone it is this computer's. None where nothing is said.

    Raises:
        AskedError: If it is neither a date nor a time.
    """
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise AskedError(
            f"{text[:40]} is no date or time such as 2026-01-31 or 2026-01-31T14:00", "Correct it."
        ) from error


def for_input(said: str | None) -> str:
    """Return a date or time as the browser's field for it has it; empty where it is none."""
    try:
        return f"{datetime.fromisoformat(said or ''):%Y-%m-%dT%H:%M}"
    except ValueError:
        return ""


def day_of(text: str) -> date | None:
    """Return a day; None where nothing is said.

    Raises:
        AskedError: If it is none.
    """
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise AskedError(f"{text[:40]} is no date such as 2026-01-31", "Correct it.") from error
