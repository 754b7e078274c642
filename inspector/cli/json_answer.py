"""What commands print with ``--json``: records whose fields are the keys."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class JsonAnswer(BaseModel):
    """A part of a command's JSON. A key that is no Python name is the alias of its field."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True, validate_by_name=True)
