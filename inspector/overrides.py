"""What the command line says instead of settings and recipe, for this run only; nothing of it is saved."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.domain.devices import DeviceKind, WantedPrecision
    from inspector.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What is said; None leaves it to settings and recipe.

    Args:
        recipe: A recipe's name or file, instead of the last one.
        source: Source instead of the recipe's.
        model: Instead of a recipe; needs a source.
        device: Where the network runs, instead of the settings'.
        precision: How exactly the network computes.
        log: The result log, instead of the settings'.
    """

    recipe: str | None = None
    source: str | None = None
    model: str | None = None
    device: DeviceKind | None = None
    precision: WantedPrecision | None = None
    log: Path | None = None

    @property
    def given(self) -> bool:
        """True where anything is said."""
        return any(getattr(self, field.name) for field in fields(self))

    @property
    def names_line(self) -> bool:
        """True where it says what is to be inspected."""
        return bool(self.recipe or self.source or self.model)

    def applied(self, settings: Settings) -> Settings:
        """Return the settings that are in force; they are not to be saved."""
        said = {"device": self.device, "precision": self.precision, "log_path": str(self.log) if self.log else None}
        return settings.model_copy(update={name: value for name, value in said.items() if value})


#: Everything is left to settings and recipe.
NOTHING_SAID = Overrides()
