"""What a dossier is filled with: a line for each thing that was asked, what came of it, and what says it again."""

from __future__ import annotations

from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

from inspector.domain.counts import verb


class Qualify(StrEnum):
    """A stage of qualification (EU GMP Annex 15)."""

    INSTALLATION = "installation"  #: IQ
    OPERATION = "operation"  #: OQ
    PERFORMANCE = "performance"  #: PQ

    @property
    def heading(self) -> str:
        """Its heading."""
        short = {
            Qualify.INSTALLATION: "IQ",
            Qualify.OPERATION: "OQ",
            Qualify.PERFORMANCE: "PQ",
        }[self]
        return f"{self.value.capitalize()} qualification ({short})"


class Came(StrEnum):
    """What came of a thing that was asked."""

    MET = "met"
    NOT_MET = "not met"
    NOT_SHOWN = "not shown"
    TOLD = "told"  #: a fact without a limit


class DossierLine(BaseModel):
    """A thing that was asked, and what came of it.

    Args:
        asked: The limit; empty for a fact.
        said: The value, with what has to be said of it.
        again: The command that says it again.
    """

    model_config = ConfigDict(frozen=True)

    stage: Qualify
    name: str
    asked: str
    said: str
    shown: Came
    again: str


class DossierResult(BaseModel):
    """What came of a dossier.

    Args:
        names: Pictures that were judged wrongly or not at all, as (name, what it is, verdict, reason).
        chain: Whether the record is as it was written, as a sentence.
        chain_whole: The same, to be counted.
    """

    model_config = ConfigDict(frozen=True)

    filled: AwareDatetime
    who: str
    station: str
    software: str
    lines: tuple[DossierLine, ...]
    names: tuple[tuple[str, str, str, str], ...]
    pictures: int
    chain: str
    chain_whole: bool

    def count(self, shown: Came) -> int:
        """Return how many things that were asked came out so."""
        return sum(line.shown is shown for line in self.lines)

    @property
    def conclusion(self) -> str:
        """Say it in a sentence."""
        met, missed, open_ones = (self.count(shown) for shown in (Came.MET, Came.NOT_MET, Came.NOT_SHOWN))
        asked = met + missed + open_ones
        if met == asked and self.chain_whole:
            return f"All {asked} criteria are met."
        counts = ((met, "met"), (missed, "not met"), (open_ones, "not shown"))
        told = [f"{count} {verb(count, 'is')} {came}" for count, came in counts]
        words = f"Of {asked} criteria {told[0]}, {told[1]}, and {told[2]}."
        return words if self.chain_whole else f"{words} The record does not hold."
