"""``inspector users``: who may do what at this station."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.cli.common import EXIT_OK, add_json, add_places, emit, home_of, text_argument
from inspector.cli.sign_in import acting, add_user, typed_secret
from inspector.domain.text import USER_NAME
from inspector.people.roles import BY_NAME, LEAST, Permission, Role

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from inspector.people.people import People

_ROLES = [role.value for role in Role]


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``users`` and its commands."""
    group = commands.add_parser("users", help="who may do what at this station: list, add, role, reset").add_subparsers(
        title="commands", metavar="COMMAND", required=True
    )

    def command(name: str, words: str, call: Callable[[argparse.Namespace], int], more: str = "") -> Any:  # noqa: ANN401 - argparse's own
        parser = group.add_parser(name, help=words, description=more or None)
        parser.set_defaults(command=call)
        add_places(parser)
        add_json(parser)
        return parser

    command("list", "the users, their roles, who is locked or disabled", list_users)
    command("roles", "what each role may do", list_roles)
    on = command(
        "on",
        "switch users on, with a first administrator",
        switch_on,
        "From then on an operator acts at the station until somebody signs in. The password is asked for; without a "
        "terminal it is read from stdin.",
    )
    off = command("off", "ask nobody any more; records have the name of the computer's user", switch_off)
    add = command("add", "add a user", add_one)
    role = command("role", "give a user another role", set_role)
    disable = command("disable", "let a user in no longer", disable_user)
    enable = command("enable", "let a disabled user in again", enable_user)
    remove = command("remove", "forget a user; what is recorded under the name stays", remove_user)
    reset = command(
        "reset",
        "set a user's PIN or password, and end a lock",
        reset_user,
        "Set a password as an administrator, or one's own. With --forgotten nobody has to sign in: only the computer's "
        "user who owns the data folder may do that, and it is recorded.",
    )
    reset.add_argument("--forgotten", action="store_true", help="without signing in, as the owner of the data folder")
    again = command(
        "restart",
        "where the file of users is damaged: begin again with one administrator",
        restart_users,
        "Only the computer's user who owns the data folder may do this; it is recorded. The damaged file is replaced.",
    )
    for parser in (on, add, role, disable, enable, remove, reset, again):
        parser.add_argument("name", type=text_argument(USER_NAME), help="the user's name")
    for parser in (add, role):
        parser.add_argument("role", choices=_ROLES)
    for parser in (on, off, add, role, disable, enable, remove, reset):
        add_user(parser)
    for parser in (on, off, add, role, disable, enable, remove):
        parser.set_defaults(needs=Permission.USERS)


def list_users(parsed: argparse.Namespace) -> int:
    """List."""
    people = _people(parsed)
    book = people.file.read()
    if parsed.json:
        listed = [
            {
                "name": user.name,
                "role": user.role.value,
                "disabled": user.disabled,
                "locked": people.locked_for_s(user) > 0,
                "reset_by": user.reset_by,
            }
            for user in book.users
        ]
        emit({"on": book.on, "users": listed})
        return EXIT_OK
    for user in book.users:
        notes = [
            "disabled" if user.disabled else "",
            "locked" if people.locked_for_s(user) > 0 else "",
            f"password set by {user.reset_by}, without signing in" if user.reset_by else "",
        ]
        print(f"{user.name:24}{user.role.value:16}{', '.join(filter(None, notes))}".rstrip())
    print("users are on" if book.on else "users are off: records have the name of the computer's user")
    return EXIT_OK


def list_roles(parsed: argparse.Namespace) -> int:
    """Print the table of permissions."""
    rows = [(permission.value, LEAST[permission], permission in BY_NAME) for permission in Permission]
    if parsed.json:
        emit({"roles": [{"what": what, "least_role": least.value, "by_name": named} for what, least, named in rows]})
        return EXIT_OK
    for what, least, named in rows:
        print(f"{what:44}{least.value}{', signed in' if named else ''}")
    return EXIT_OK


def switch_on(parsed: argparse.Namespace) -> int:
    """Switch users on."""
    secret = typed_secret(f"PIN or password for {parsed.name}", twice=True)
    _people(parsed).begin(parsed.name, secret, by=parsed.actor)
    return _tell(parsed, f"users are on; {parsed.name} is administrator")


def switch_off(parsed: argparse.Namespace) -> int:
    """Switch users off."""
    _people(parsed).end(by=parsed.actor)
    return _tell(parsed, "users are off")


def add_one(parsed: argparse.Namespace) -> int:
    """Add."""
    secret = typed_secret(f"PIN or password for {parsed.name}", twice=True)
    _people(parsed).add(parsed.name, Role(parsed.role), secret, by=parsed.actor)
    return _tell(parsed, f"{parsed.name} is {Role(parsed.role).words}")


def set_role(parsed: argparse.Namespace) -> int:
    """Give another role."""
    _people(parsed).set_role(parsed.name, Role(parsed.role), by=parsed.actor)
    return _tell(parsed, f"{parsed.name} is {Role(parsed.role).words}")


def disable_user(parsed: argparse.Namespace) -> int:
    """Let in no longer."""
    _people(parsed).set_disabled(parsed.name, disabled=True, by=parsed.actor)
    return _tell(parsed, f"{parsed.name} is disabled")


def enable_user(parsed: argparse.Namespace) -> int:
    """Let in again."""
    _people(parsed).set_disabled(parsed.name, disabled=False, by=parsed.actor)
    return _tell(parsed, f"{parsed.name} is let in again")


def remove_user(parsed: argparse.Namespace) -> int:
    """Forget."""
    _people(parsed).remove(parsed.name, by=parsed.actor)
    return _tell(parsed, f"{parsed.name} is forgotten")


def reset_user(parsed: argparse.Namespace) -> int:
    """Set a password."""
    people, words = _people(parsed), f"New PIN or password for {parsed.name}"
    if parsed.forgotten:
        people.set_forgotten(parsed.name, typed_secret(words, twice=True))
    else:
        actor = acting(parsed, Permission.OWN_PIN)
        people.set_secret(parsed.name, typed_secret(words, twice=True), by=actor)
    return _tell(parsed, f"the password of {parsed.name} is set")


def restart_users(parsed: argparse.Namespace) -> int:
    """Begin again."""
    secret = typed_secret(f"PIN or password for {parsed.name}", twice=True)
    _people(parsed).restart(parsed.name, secret)
    return _tell(parsed, f"{parsed.name} is administrator, and the only user")


# --- inside -----------------------------------------------------------------------------------------------------------


def _people(parsed: argparse.Namespace) -> People:
    from inspector import assembly

    return assembly.people(home_of(parsed))


def _tell(parsed: argparse.Namespace, words: str) -> int:
    if parsed.json:
        emit({"done": words})
    else:
        print(words)
    return EXIT_OK
