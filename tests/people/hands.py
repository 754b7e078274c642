"""What the tests of users share: cheap hashes, a clock that is set by hand, and what was told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from inspector.people.actor import Actor, KnownBy
from inspector.people.hashing import SecretHasher
from inspector.people.people import People, PeopleEvent
from inspector.people.roles import Role

if TYPE_CHECKING:
    from pathlib import Path

BOSS, BOSS_PIN = "Marta", b"729163"
CHEAP = SecretHasher(times=1, memory_kib=64)
SYSTEM = Actor(name="station", role=Role.ADMINISTRATOR, known_by=KnownBy.SYSTEM)
MARTA = Actor(name=BOSS, role=Role.ADMINISTRATOR, known_by=KnownBy.SIGNED_IN)


class HandClock:
    """Goes on only by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Station:
    """A data folder with users on and one administrator."""

    def __init__(self, root: Path, *, begun: bool = True) -> None:
        self.root, self.clock, self.events = root, HandClock(), list[PeopleEvent]()
        self.people = self.open()
        if begun:
            self.people.begin(BOSS, bytearray(BOSS_PIN), by=SYSTEM)

    def open(self) -> People:
        """As another process would."""
        return People(self.root, told=self.events.append, hasher=CHEAP, now=self.clock)

    def add(self, name: str, role: Role, secret: bytes = b"480271") -> None:
        self.people.add(name, role, bytearray(secret), by=MARTA)

    def sign_in(self, name: str = BOSS, secret: bytes = BOSS_PIN) -> Actor:
        return self.people.sign_in(name, bytearray(secret))

    @property
    def acts(self) -> list[str]:
        return [event.act.value for event in self.events]
