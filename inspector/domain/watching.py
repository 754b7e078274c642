"""What a recipe fixes for the watch over lamp, lens, fixture and process."""

from __future__ import annotations

from dataclasses import dataclass, field

from inspector.domain.about import About, check_limits, told


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchConfig:
    """Whether it is watched, and against what.

    Raises:
        ValueError: If a value is outside its range.
    """

    on: bool = field(
        default=True,
        metadata=told(
            About(
                "Watch lamp, lens and fixture",
                description="an alarm names what has moved against the reference: lamp, lens, fixture or process",
            )
        ),
    )
    parts: int = field(
        default=500,
        metadata=told(
            About(
                "Parts of the reference",
                unit="parts",
                description="the first so many good parts with this model; more of them find smaller changes",
                low=100,
                high=5_000,
            )
        ),
    )
    reference: int = field(
        default=1,
        metadata=told(
            About(
                "Number of the reference",
                description="a higher one takes a new reference, as after a change of the lamp",
                low=1,
                high=1_000_000,
            )
        ),
    )

    def __post_init__(self) -> None:
        check_limits(self)
