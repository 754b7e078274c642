"""Parts by their verdict, as they are told in JSON and on pages in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from inspector.domain.tally import Tally


class Counted(BaseModel):
    """Parts by their verdict, with the first-pass yield and its 95 % interval (Wilson)."""

    model_config = ConfigDict(frozen=True, validate_by_name=True, serialize_by_alias=True)

    inspected: int
    passed: Annotated[int, Field(alias="pass")]
    failed: Annotated[int, Field(alias="fail")]
    review: int
    error: int
    first_pass_yield: Annotated[float | None, Field(alias="yield")]  #: 0..1; none before the first part
    yield_interval_95: tuple[float, float] | None

    @classmethod
    def of(cls, tally: Tally) -> Counted:
        """Return the counts of a tally."""
        rate = tally.first_pass_yield
        return cls(
            inspected=tally.inspected,
            passed=tally.passed,
            failed=tally.failed,
            review=tally.review,
            error=tally.error,
            first_pass_yield=rate.value,
            yield_interval_95=rate.interval if rate.total else None,
        )
