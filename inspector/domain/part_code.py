"""The code on a part that says what it is called: which are read, and what becomes of a part whose code is not."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from inspector.domain.about import About, check_limits, told
from inspector.domain.policy import error_decision, with_remark
from inspector.domain.records import Verdict
from inspector.domain.text import PART_SERIAL, TextError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.domain.records import Decision

_SHOWN = 3


class CodeKinds(Enum):
    """Which codes are read."""

    OFF = "off"
    DATA_MATRIX = "data-matrix"
    QR = "qr-code"
    EITHER = "data-matrix-or-qr-code"


class WhenUnread(Enum):
    """What becomes of a part whose code is not read."""

    ERROR = "error"
    NO_SERIAL = "no-serial-number"  #: it is judged all the same, and the reason says that no code was read


_READ = (CodeKinds.DATA_MATRIX, CodeKinds.QR, CodeKinds.EITHER)
#: Where in the frame the code is.
ABOUT_CODE_REGION = About("Code's place", empty="what the model sees", only=_READ)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeConfig:
    """How the code on a part is read; what each value does stands beside it.

    Raises:
        ValueError: If a value is outside its range.
    """

    kinds: CodeKinds = field(
        default=CodeKinds.OFF,
        metadata=told(About("Code on the part", description="becomes the part's serial number")),
    )
    budget_ms: int = field(
        default=50,
        metadata=told(
            About(
                "Read within",
                unit="ms",
                description="from the begin of the inspection, beside it; later it counts as not read. Files have 5 s",
                low=1,
                high=5000,
                only=_READ,
            )
        ),
    )
    unread: WhenUnread = field(
        default=WhenUnread.ERROR,
        metadata=told(
            About("Where no code is read", description="or several different ones, or one that is no text", only=_READ)
        ),
    )

    def __post_init__(self) -> None:
        check_limits(self)


@dataclass(frozen=True, slots=True)
class CodeReading:
    """What was read on a part.

    Args:
        serial: The part's serial number; empty where none was read.
        why: Why none was read; empty where one was.
    """

    serial: str
    why: str = ""

    @classmethod
    def of(cls, texts: Sequence[str]) -> CodeReading:
        """Return what codes say: one that can be used, or why none can.

        Args:
            texts: Of the codes in the picture; the same code may be there twice.
        """
        different = list(dict.fromkeys(text for text in texts if text.strip()))
        if not different:
            return cls("", "no code was read")
        if len(different) > 1:
            named = ", ".join(f"“{text[:40]}”" for text in different[:_SHOWN])
            more = "" if len(different) <= _SHOWN else " …"
            return cls("", f"{len(different)} different codes were read: {named}{more}")
        try:
            return cls(PART_SERIAL.checked(different[0]))
        except TextError as error:
            return cls("", f"the code cannot be used: {error.what}")


def with_code(decision: Decision, said: str, reading: CodeReading, unread: WhenUnread) -> tuple[str, Decision]:
    """Return a part's serial number and decision once its code was looked for.

    Args:
        decision: Without the code.
        said: The serial number that the line or its scanner said; empty where none did.
        unread: As in the recipe.
    """
    if not reading.serial:
        if unread is WhenUnread.ERROR:
            return said, _refused(decision, reading.why)
        return said, with_remark(decision, reading.why)
    if said and said != reading.serial:
        why = f"the line or its scanner says “{said}”, the code on the part says “{reading.serial}”"
        return said, _refused(decision, why)
    return reading.serial, decision


def _refused(decision: Decision, why: str) -> Decision:
    if decision.verdict is Verdict.ERROR:  # which has its reason
        return decision
    return error_decision(f"{why}; it would have been {decision.verdict.value}", decision.thresholds)
