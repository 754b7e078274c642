"""What ``inspector inspect --json`` says of a file."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from inspector.domain.records import Verdict


class JudgedFile(BaseModel):
    """One judged file."""

    model_config = ConfigDict(frozen=True, validate_by_name=True, serialize_by_alias=True)

    path: str
    verdict: Verdict
    reason: str
    class_name: Annotated[str | None, Field(alias="class")]  #: the most probable; none on ERROR
    probability: float | None  #: of that class
    p_defective: float | None
    probabilities: dict[str, float]
    fail_at: float
    review_from: float | None
    strangeness: float | None  #: none on ERROR, and where the model has no memory of good
    strange_from: float | None  #: none: no guard
    unlike_good: bool  #: it would have passed, but is unlike good parts
    overlay: str | None
