"""Who acts now: the name and the role under which something is done and recorded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from inspector.domain.errors import InspectorError
from inspector.people.roles import BY_NAME, LEAST, Permission, Role
from inspector.user import user_name


class NotAllowedError(InspectorError):
    """Who acts may not do what was wanted.

    Args:
        permission: What was wanted.
    """

    def __init__(self, permission: Permission, why: str) -> None:
        super().__init__(why, "Nothing was changed. Sign in, then do it again.")
        self.permission = permission


class KnownBy(Enum):
    """How it is known who acts; stands in the record beside the name."""

    SIGNED_IN = "signed in"
    SYSTEM = "user of the computer"  #: users are off at this station: nobody has been asked for a password
    NOBODY = "nobody signed in"  #: users are on


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who acts.

    Args:
        name: As it stands in records; of `KnownBy.NOBODY` it is the role's.
        role: What that one may do.
        known_by: Whether somebody was asked for a password.
    """

    name: str
    role: Role
    known_by: KnownBy

    @property
    def is_person(self) -> bool:
        """Whether the name is somebody's."""
        return self.known_by is not KnownBy.NOBODY

    def refused(self, permission: Permission) -> str:
        """Say why something is not allowed, as a sentence without its full stop; empty where it is."""
        least = LEAST[permission]
        if not self.role.includes(least):
            who = f"{self.name} is {self.role.words}" if self.is_person else "nobody is signed in"
            return f"{permission.value} needs {least.words}; {who}"
        if permission in BY_NAME and not self.is_person:
            return f"{permission.value} needs a name; nobody is signed in"
        return ""

    def require(self, permission: Permission) -> None:
        """Let something pass that is allowed.

        Raises:
            NotAllowedError: If it is not.
        """
        if why := self.refused(permission):
            raise NotAllowedError(permission, why)


#: Users are on, and nobody has signed in.
NOBODY_SIGNED_IN = Actor(name=Role.OPERATOR.value, role=Role.OPERATOR, known_by=KnownBy.NOBODY)


def system_actor() -> Actor:
    """Return who acts where users are off: the computer's user, who may do everything."""
    return Actor(name=user_name(), role=Role.ADMINISTRATOR, known_by=KnownBy.SYSTEM)
