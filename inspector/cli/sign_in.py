"""Who runs a command: checked before it is carried out, where this station's users are on."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from inspector.cli.common import ask_secret, home_of, say
from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    import argparse

    from inspector.people.actor import Actor
    from inspector.people.people import People
    from inspector.people.roles import Permission

#: Name and password for commands that nobody types.
USER_VARIABLE, SECRET_VARIABLE = "INSPECTOR_USER", "INSPECTOR_PASSWORD"
#: In the system's keyring a password is kept under this and the user's name.
_KEPT_AS = "user "


def needs(parser: argparse.ArgumentParser, permission: Permission) -> None:
    """Say what a command needs; add ``--user``."""
    add_user(parser)
    parser.set_defaults(needs=permission)


def add_user(parser: argparse.ArgumentParser) -> None:
    """Add ``--user``."""
    parser.add_argument(
        "--user",
        default="",
        metavar="NAME",
        help=f"where users are on: who does it (default: ${USER_VARIABLE}, else the computer's user)",
    )


def acting(parsed: argparse.Namespace, permission: Permission | None = None) -> Actor:
    """Return who acts; where that takes one, name and password are asked for.

    Args:
        permission: What the command needs; None for what an operator may do, for which nobody is asked.

    Raises:
        NotAllowedError: If that one may not do it.
        SignInError: If name or password is wrong.
        PeopleError: If the users cannot be read.
    """
    from inspector import assembly  # pydantic and more
    from inspector.people.actor import NOBODY_SIGNED_IN
    from inspector.people.book import PeopleError

    people = assembly.people(home_of(parsed))
    try:
        actor = people.without_sign_in()
    except PeopleError:
        if permission is not None:
            raise
        return _acts(NOBODY_SIGNED_IN)
    if permission is not None and actor.refused(permission):
        actor = _signed_in(parsed, people, permission)
        actor.require(permission)
    return _acts(actor)


def _acts(actor: Actor) -> Actor:
    """Let the audit trail know who acts."""
    from inspector.people.told import doer_of
    from inspector.trail.actor import ask_who_acts

    ask_who_acts(lambda: doer_of(actor))
    return actor


def named(actor: Actor, said: str, option: str) -> str:
    """Return the name for the record: that of who is signed in, else what an option says.

    Raises:
        InspectorError: If the option says somebody else than who is signed in.
    """
    from inspector.people.actor import KnownBy

    if actor.known_by is not KnownBy.SIGNED_IN:
        return said.strip() or actor.name
    if said.strip() not in {"", actor.name}:
        raise InspectorError(f"{actor.name} is signed in, and {option} says {said.strip()}", f"Leave out {option}.")
    return actor.name


def typed_secret(words: str, *, twice: bool = False) -> bytearray:
    """Ask for a password on the terminal, unseen, else it is the next line of stdin.

    Args:
        words: Stand before the colon.
        twice: Ask once more on a terminal, as for a new one.

    Raises:
        InspectorError: If nothing, or something else the second time, was typed.
    """
    typed = ask_secret(f"{words}: ")
    if twice and sys.stdin.isatty() and ask_secret(f"{words}, once more: ") != typed:
        raise InspectorError("the two are not the same", "Nothing was changed. Start the command once more.")
    if not typed:
        raise InspectorError("no password was typed", "Nothing was changed. Start the command once more.")
    return bytearray(typed.encode())


def _signed_in(parsed: argparse.Namespace, people: People, permission: Permission) -> Actor:
    from inspector.passwords import Passwords
    from inspector.people.actor import NOBODY_SIGNED_IN, NotAllowedError
    from inspector.user import known_user

    said = getattr(parsed, "user", "")
    name = said or os.environ.get(USER_VARIABLE, "") or known_user()
    user = people.file.read().find(name)
    if user is None and not (said or USER_VARIABLE in os.environ):
        raise NotAllowedError(permission, f"{NOBODY_SIGNED_IN.refused(permission)}; name somebody (--user NAME)")
    secret = os.environ.pop(SECRET_VARIABLE, "")  # not for the processes that the command starts
    if not secret:
        root = home_of(parsed).root
        secret = Passwords(root).kept(f"{_KEPT_AS}{user.name if user is not None else name}") or ""
    try:
        return people.sign_in(name, bytearray(secret.encode()) if secret else typed_secret(f"Password of {name}"))
    except InspectorError:
        say(f"{permission.value} needs somebody who may do it")
        raise
