"""Who acts: the one place that says it to the trail."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.user import user_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Doer:
    """Who did something.

    Args:
        name: Of the person, or “station”.
        role: “operator”, “engineer”, “administrator”; empty where people have none.
    """

    name: str
    role: str = ""


#: What nobody asked for: clocks that jump, damaged logs, recipes that a controller chooses.
STATION = Doer(name="station")


def _of_computer() -> Doer:
    return Doer(name=user_name())


# a process acts for one person at a time, and what is recorded is said from far below whoever signs people in
_source: list[Callable[[], Doer]] = [_of_computer]
_by_itself: ContextVar[bool] = ContextVar("the station acts by itself", default=False)  # each thread has its own


def acting() -> Doer:
    """Return who acts now: by default whoever is logged in at this computer."""
    return STATION if _by_itself.get() else _source[0]()


@contextmanager
def by_itself() -> Iterator[None]:
    """Record what this thread does meanwhile as done by the station: nobody asked for it."""
    token = _by_itself.set(True)
    try:
        yield
    finally:
        _by_itself.reset(token)


def doer(name: str) -> Doer:
    """Return who did something under a name: with the role of who acts now, where it is that one."""
    now = acting()
    return now if now.name == name else Doer(name=name)


def ask_who_acts(source: Callable[[], Doer] | None) -> None:
    """Say where this process learns who acts; None: from the computer. Called where a program is put together."""
    _source[0] = source or _of_computer
