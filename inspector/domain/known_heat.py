"""Where the heat of known defects lies, seen by the training: whether heat outside the part may spare a failure."""

from __future__ import annotations

from dataclasses import dataclass

from inspector.domain.rates import Rate

#: So many failures must be seen, none with its heat outside: of others up to 16 % might be so (95 %, Wilson).
LEAST_FAILURES = 20
#: Of models without outlines, and of before.
NOT_KNOWN = "heat outside the part spares no failure: the model knows no outline of the parts, or nothing of their heat"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownHeat:
    """What a training has seen of failures by known defects.

    Args:
        failures: Defective pictures, none of the test, that the exported model fails.
        outside: Those of them whose heat lies outside the part.

    Raises:
        ValueError: If they are no counts.
    """

    failures: int
    outside: int

    def __post_init__(self) -> None:
        if not 0 <= self.outside <= self.failures:
            msg = f"need counts, and no more outside than there are, got {self.outside} of {self.failures}"
            raise ValueError(msg)

    @property
    def harmless(self) -> bool:
        """Whether it was seen often enough that no known defect would be spared."""
        return self.failures >= LEAST_FAILURES and self.outside == 0

    @property
    def words(self) -> str:
        """Say what was seen, with its interval, and what follows; no full stop."""
        low, high = Rate(self.outside, self.failures).interval
        seen = f"the heat lies outside the part in {self.outside} of {self.failures} known failures"
        interval = f"95 % {100 * low:.0f} to {100 * high:.0f} %"
        if self.harmless:
            return f"a failure goes to REVIEW where the heat lies outside the part: {seen} ({interval})"
        why = f"at least {LEAST_FAILURES} are needed" if self.failures < LEAST_FAILURES else "none may be so"
        return f"heat outside the part spares no failure: {seen} ({interval}), and {why}"


def words_of_heat(known: KnownHeat | None) -> str:
    """Say whether heat outside the part may spare a failure, and why; no full stop."""
    return NOT_KNOWN if known is None else known.words
