"""What the audit trail is told of people: who acts, and what was done about users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.people.actor import Actor, KnownBy
from inspector.people.people import Act
from inspector.trail.actor import Doer
from inspector.trail.event import TrailEvent, TrailKind, happened

if TYPE_CHECKING:
    from inspector.people.people import PeopleEvent

_KINDS = {
    Act.SIGNED_IN: TrailKind.SIGN_IN,
    Act.SIGNED_OUT: TrailKind.SIGN_OUT,
    Act.REFUSED: TrailKind.SIGN_IN_FAILED,
}


def doer_of(actor: Actor) -> Doer:
    """Return who acts as the trail has it: where users are off, it says that nobody was asked for a password."""
    role = actor.known_by.value if actor.known_by is KnownBy.SYSTEM else actor.role.value
    return Doer(name=actor.name, role=role)


def people_event(event: PeopleEvent) -> TrailEvent:
    """Return what was done about users, for the trail."""
    kind = _KINDS.get(event.act, TrailKind.PEOPLE)
    act = "" if event.act in _KINDS else event.act.value  # the kind says it
    words = ": ".join(piece for piece in (act, event.words) if piece)
    return happened(kind, event.about or "all users", reason=words, by=doer_of(event.by))
