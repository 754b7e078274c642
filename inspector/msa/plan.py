"""What a study is planned to be: its parts with their reference, who judges how often, the order, and the limits."""

from __future__ import annotations

import random
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from inspector.domain.text import PERSON, TextKind
from inspector.msa.limits import AttributeLimits

#: The station's name among the appraisers.
STATION = "Station"
STUDY_NAME = TextKind(called="a study's name", longest=60, shortest=1, names_file=True)
#: AIAG MSA, 4th edition, plans this many of each where nothing speaks against it.
DEFAULT_PARTS, DEFAULT_REPEATS = 50, 3
MOST_REPEATS, MOST_PARTS, MOST_APPRAISERS = 20, 2000, 20


class StudyPart(BaseModel):
    """One part.

    Args:
        number: 1 and up, dealt at random: it tells nothing of the part.
        file: Of its picture, in the study's folder of pictures.
        sha256: Of the picture's bytes, hex.
        defective: The reference: what the part is.
        defect_type: Empty where none is named.
        origin: Where the picture was taken from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    file: str
    sha256: str
    defective: bool
    defect_type: str = ""
    origin: str = ""


class StudyPlan(BaseModel):
    """A study as it was planned; it is not changed any more.

    Args:
        name: Also of its folder.
        recipe: By which the station judges.
        made_by: Who planned it.
        seed: Of all orders.
        repeats: How often each part is judged by each appraiser.
        people: Those who judge by eye, as they sign in or say who they are.
        station: Whether the station is one of the appraisers.
        bit_depth: As in `inspector.pictures.read_picture`.
        limits: By which the result is graded.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: int = 1
    name: Annotated[str, AfterValidator(STUDY_NAME.checked)]
    recipe: str
    made_utc: AwareDatetime
    made_by: str
    seed: int
    repeats: Annotated[int, Field(ge=1, le=MOST_REPEATS)]
    people: Annotated[tuple[Annotated[str, AfterValidator(PERSON.checked)], ...], Field(max_length=MOST_APPRAISERS)]
    station: bool = True
    bit_depth: int | None = None
    limits: AttributeLimits = AttributeLimits()
    parts: Annotated[tuple[StudyPart, ...], Field(min_length=2, max_length=MOST_PARTS)]

    @model_validator(mode="after")
    def _check(self) -> StudyPlan:
        names = [name.casefold() for name in self.appraisers]
        if not names or not all(names) or len(set(names)) != len(names):
            msg = f"a study needs appraisers with different names, got {', '.join(self.appraisers) or 'none'}"
            raise ValueError(msg)
        if [part.number for part in self.parts] != list(range(1, len(self.parts) + 1)):
            msg = "parts are numbered from 1"
            raise ValueError(msg)
        if len({part.defective for part in self.parts}) != 2:
            msg = "a study needs good parts and defective ones"
            raise ValueError(msg)
        return self

    @property
    def appraisers(self) -> tuple[str, ...]:
        """Everybody who judges, the station last."""
        return (*self.people, STATION) if self.station else self.people

    @property
    def trials(self) -> int:
        """How many judgements each appraiser makes."""
        return len(self.parts) * self.repeats

    def appraiser(self, name: str) -> str | None:
        """Return an appraiser's name as it was planned, however it is spelt; None where it is nobody's."""
        return next((known for known in self.appraisers if known.casefold() == name.strip().casefold()), None)

    def order(self, appraiser: str) -> tuple[tuple[int, int], ...]:
        """Return (repeat, number of the part) in the order in which an appraiser judges: another for each repeat."""
        trials: list[tuple[int, int]] = []
        for repeat in range(1, self.repeats + 1):
            numbers = [part.number for part in self.parts]
            random.Random(f"{self.seed}/{appraiser}/{repeat}").shuffle(numbers)  # noqa: S311 - an order, no secret
            trials += [(repeat, number) for number in numbers]
        return tuple(trials)
