"""The roles of users, and the one table that says what each may do."""

from __future__ import annotations

from enum import Enum


class Role(Enum):
    """What somebody is at this station; who may do more may do all that those before may."""

    OPERATOR = "operator"
    ENGINEER = "engineer"
    ADMINISTRATOR = "administrator"

    def includes(self, least: Role) -> bool:
        """Return whether this role may do what another one may."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(least)

    @property
    def words(self) -> str:
        """The role with its article."""
        return f"an {self.value}"


class Permission(Enum):
    """Something that somebody wants to do; the value begins a sentence about it."""

    RUN = "Starting, stopping and triggering the line"
    RECIPE_CHOICE = "Choosing a recipe"
    LOT = "Entering a lot"
    ACKNOWLEDGE = "Acknowledging an alarm"
    CHALLENGE = "Showing challenge parts"
    REVIEW = "Judging parts"
    THRESHOLDS = "Changing thresholds"
    RECIPES = "Changing a recipe"
    MODELS = "Giving a recipe another model"
    TRAINING = "Training"
    SETTINGS = "Changing settings"
    EXPORT = "Exporting"
    STUDY = "Planning a study"
    VALIDATION = "Validating"
    KIOSK = "Leaving the kiosk"
    OWN_PIN = "Setting the own password"
    USERS = "Changing users"
    RESTORE = "Restoring a backup"


#: The least role that each needs. Nobody need be signed in for what an operator may do.
LEAST = {
    Permission.RUN: Role.OPERATOR,
    Permission.RECIPE_CHOICE: Role.OPERATOR,
    Permission.LOT: Role.OPERATOR,
    Permission.ACKNOWLEDGE: Role.OPERATOR,
    Permission.CHALLENGE: Role.OPERATOR,
    Permission.REVIEW: Role.OPERATOR,
    Permission.OWN_PIN: Role.OPERATOR,
    Permission.THRESHOLDS: Role.ENGINEER,
    Permission.RECIPES: Role.ENGINEER,
    Permission.MODELS: Role.ENGINEER,
    Permission.TRAINING: Role.ENGINEER,
    Permission.SETTINGS: Role.ENGINEER,
    Permission.EXPORT: Role.ENGINEER,
    Permission.STUDY: Role.ENGINEER,
    Permission.VALIDATION: Role.ENGINEER,
    Permission.KIOSK: Role.ENGINEER,
    Permission.USERS: Role.ADMINISTRATOR,
    Permission.RESTORE: Role.ADMINISTRATOR,  # with other users in it, it would change them
}
#: What an operator may do, but only by name: it stands in the record as that person's.
BY_NAME = frozenset({Permission.CHALLENGE, Permission.REVIEW, Permission.OWN_PIN})
