"""The acceptance criteria of a dossier, and what each asks for."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from inspector.domain.errors import InspectorError
from inspector.json_file import JsonError, read_model

if TYPE_CHECKING:
    from pathlib import Path

_Share = Annotated[float, Field(gt=0.0, lt=1.0)]


class DossierError(InspectorError):
    """A dossier cannot be begun, filled or printed."""


class AcceptanceCriteria(BaseModel):
    """What the station must reach; each is an upper limit that the exact 95 % bound must not exceed.

    Args:
        most_escapes: Share of defective parts that pass.
        most_overkill: Share of good parts that do not pass.
        left_out_passes: Share of the parts of a defect type that pass where training did not have the type; null: not
            asked.
        msa_study: Name of the measurement system study whose limits must be met; empty: not asked.
        challenge: Whether the recipe's challenge must have been passed with this very recipe and model.
        regression: Whether every locked part of the recipe must be held.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    title: Annotated[str, Field(min_length=1, max_length=200)]
    intended_use: Annotated[str, Field(max_length=2000)] = ""
    most_escapes: _Share
    most_overkill: _Share
    left_out_passes: _Share | None = None
    msa_study: Annotated[str, Field(max_length=80)] = ""
    challenge: bool = False
    regression: bool = True

    @property
    def sha256(self) -> str:
        """Of the criteria, however the file is laid out."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()


def read_criteria(path: Path) -> AcceptanceCriteria:
    """Read a file of criteria.

    Raises:
        DossierError: If it cannot be read, or holds another key or value than is known.
    """
    try:
        return read_model(path, AcceptanceCriteria)
    except JsonError as error:
        raise DossierError(error.what, "“inspector dossier example” prints a file to start from.") from error


#: A file to start from.
EXAMPLE = AcceptanceCriteria(
    title="Validation of the inspection of flanges",
    intended_use="Sorts out flanges with scratches and dents before packing; what it passes is not looked at again.",
    most_escapes=0.05,
    most_overkill=0.05,
    left_out_passes=0.5,
    challenge=False,
    regression=True,
)
