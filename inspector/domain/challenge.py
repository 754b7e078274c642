"""A recipe's challenge: parts known to be good or defective, which the station must judge rightly before it counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from inspector.domain.about import About, check_limits, told
from inspector.domain.records import Verdict
from inspector.domain.text import CHALLENGE_PART, PART_SERIAL, REASON

#: More would not be shown before a shift.
MOST_PARTS = 50


class KnownAs(Enum):
    """What a challenge part is known to be."""

    GOOD = "good"
    DEFECTIVE = "defective"

    def is_met_by(self, verdict: Verdict) -> bool:
        """Return whether a verdict is right: PASS for a good part, FAIL for a defective one, nothing else."""
        return verdict is (Verdict.PASS if self is KnownAs.GOOD else Verdict.FAIL)


class ChallengeWay(Enum):
    """How the parts were shown."""

    CAMERA = "camera"
    PICTURES = "pictures"  #: replayed from pictures of them: these have not been through lens and lamp


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengePart:
    """A part of the set.

    Args:
        name: What is written on it, or where it lies; unique in the set.
        expected: Decides which verdict is right.
        serial: Its serial number; empty where it has none. A code that is read on it must say the same.
        picture: Its picture, as a file's name among the station's challenge pictures; empty for none.
    """

    name: str
    expected: KnownAs
    serial: str = ""
    picture: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", CHALLENGE_PART.checked(self.name))
        object.__setattr__(self, "serial", PART_SERIAL.checked(self.serial))
        if self.picture and (self.picture != self.picture.strip(". ") or set(self.picture) & set("/\\:")):
            msg = f"the picture of the challenge part {self.name} is the name of a file, got {self.picture!r}"
            raise ValueError(msg)

    @property
    def called(self) -> str:
        """Its name, with its serial number where it has one."""
        return f"“{self.name}” ({self.serial})" if self.serial else f"“{self.name}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeConfig:
    """When a challenge is required, and its parts; what each value does stands beside it.

    Raises:
        ValueError: If a value is outside its range, two parts have one name, or what is required cannot be shown.
    """

    required: bool = field(
        default=False,
        metadata=told(
            About(
                "A challenge is required",
                description="until it is passed, the station says NOT RELEASED and counts nothing; engineers only",
            )
        ),
    )
    at_shift_start: bool = field(
        default=True, metadata=told(About("At each start of a shift", description="by the shifts of the station"))
    )
    after_changeover: bool = field(
        default=True,
        metadata=told(
            About(
                "After a changeover",
                description="when another recipe has run since; a change of this recipe or of its model always asks",
            )
        ),
    )
    every_h: float = field(
        default=0.0, metadata=told(About("Again after", unit="h", description="0 is off", low=0.0, high=1000.0))
    )
    pictures_count: bool = field(
        default=False,
        metadata=told(
            About(
                "Pictures count",
                description="the parts' pictures may be replayed instead; never after a change of lens or lamp",
            )
        ),
    )
    parts: tuple[ChallengePart, ...] = ()
    reason: str = ""  #: why the parts are these, as whoever changed them last has said

    def __post_init__(self) -> None:
        check_limits(self)
        object.__setattr__(self, "reason", REASON.checked(self.reason))
        if len(self.parts) > MOST_PARTS:
            msg = f"a challenge has at most {MOST_PARTS} parts, got {len(self.parts)}"
            raise ValueError(msg)
        names = [part.name for part in self.parts]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            msg = f"each challenge part has a name of its own; twice there is {', '.join(twice)}"
            raise ValueError(msg)
        if not self.required:
            return
        kinds = {part.expected for part in self.parts}
        if missing := [kind.value for kind in KnownAs if kind not in kinds]:
            there = " and no ".join(missing)
            msg = f"a challenge needs at least one good and one defective part; there is no {there} one"
            raise ValueError(msg)
        bare = [part.name for part in self.parts if not part.picture]
        if self.pictures_count and bare:
            msg = f"pictures count only where every challenge part has one; without are {', '.join(bare)}"
            raise ValueError(msg)

    @property
    def limits_time(self) -> bool:
        """Whether a release ends by the clock."""
        return self.at_shift_start or self.every_h > 0
