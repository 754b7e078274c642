"""A widget that holds a field of a form's record by itself."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class FormPart(QWidget):
    """See the module; `Form.attach` takes it in, and its methods do what those of `Form` do."""

    changed = Signal()

    @abstractmethod
    def fill(self, record: Mapping[str, Any], *, keep: bool = False) -> None:
        """Show what a record says."""

    @abstractmethod
    def into(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return a record with the field as it is written."""

    @abstractmethod
    def changed_fields(self) -> list[str]:
        """Return the field's name where it differs."""

    @abstractmethod
    def faulty_fields(self) -> list[str]:
        """Return the field's name where it is marked."""

    @abstractmethod
    def show_faults(self, faults: Mapping[str, str]) -> None:
        """Show what is wrong with it."""

    @abstractmethod
    def set_choices(self, name: str, choices: Sequence[str]) -> None:
        """Set what a list proposes; what is written stays."""
