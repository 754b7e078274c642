"""Changeover by the controller: which recipe it wants, whether that may begin now, and why it is held meanwhile."""

from __future__ import annotations

#: A name that the controller holds may be half-written for so long: several requests write it.
SETTLED_S = 0.3


class Changeover:
    """Used by one thread at a time; `now_s` never runs backwards.

    A name is wanted by a level that holds it, or by a request, which counts until it is answered. Each wish is answered
    once: a recipe that somebody at the station chooses afterwards is not taken back, and Ready says why it is low.
    """

    def __init__(self) -> None:
        self.follows = False  #: the settings let the controller change the recipe
        self.in_force = ""  #: name of the recipe; empty before the first
        self._level, self._level_s = "", 0.0
        self._asked = ""
        self._begun = ""  # the wish that was passed on
        self._refusal = ""

    @property
    def wanted(self) -> str:
        """The recipe that the controller wants and that is not in force; empty for none."""
        wanted = self._asked or self._level
        return wanted if self.follows and wanted != self.in_force else ""

    @property
    def not_ready(self) -> str:
        """Why no part can be taken, in words; empty where the recipe is the one that is wanted."""
        if not (wanted := self.wanted):
            return ""
        if self._refusal and self._begun == wanted:
            return f"the controller wants the recipe “{wanted}”: {self._refusal}"
        return f"the controller wants the recipe “{wanted}”, in force is “{self.in_force}”"

    @property
    def expected(self) -> str:
        """The recipe that a part is meant for which names none; empty for any."""
        return self.in_force if self.follows else ""

    def hold(self, name: str, now_s: float) -> None:
        """Take the name that the controller holds; empty for any."""
        if name != self._level:
            self._level, self._level_s = name, now_s
            if not self._asked:
                self._begun = self._refusal = ""

    def ask(self, name: str, now_s: float) -> str:
        """Take a request; return why it cannot be followed, empty where it can, or is in force."""
        if not self.follows:
            return "the settings do not let the controller change the recipe"
        if not name:
            return "it names no recipe"
        self._asked, self._level_s = name, now_s - SETTLED_S
        self._begun = self._refusal = ""
        return ""

    def due(self, now_s: float, *, idle: bool) -> str:
        """Return, once for each wish, the recipe to change to; empty for none.

        Args:
            idle: No part is between its trigger and its result, and Trigger is low.
        """
        wanted = self.wanted
        if not wanted or not idle or wanted == self._begun or now_s - self._level_s < SETTLED_S:
            return ""
        self._begun = wanted
        return wanted

    def refuse(self, name: str, why: str) -> None:
        """Say why a wish is not followed."""
        if name == self._begun:
            self._refusal = why

    def use(self, name: str) -> None:
        """A recipe is in force now; a request for it is answered. One for another is given up: a hand has chosen."""
        if self._level in {self.in_force, name}:  # that wish is answered, whatever a hand chooses afterwards
            self._begun = self._level
        self.in_force = name
        self._asked = self._refusal = ""
