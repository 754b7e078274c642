"""The figures of an evaluation as they stand in JSON: in reports, manifests and answers of commands; no torch here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from inspector.domain.confusion import Confusion
from inspector.domain.rates import Rate
from inspector.domain.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_GOOD_LEFT_OUT = "Good pictures, each left out once"
#: A 95 % interval: from, to.
Interval = tuple[float, float]


class JsonRecord(BaseModel):
    """What goes through JSON; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True, validate_by_name=True)


class ConfusionCounts(JsonRecord):
    """The confusion matrix of two verdicts; REVIEW counts as passed."""

    defective_found: int
    defective_passed: int
    good_rejected: int
    good_passed: int

    @staticmethod
    def of(confusion: Confusion) -> ConfusionCounts:
        """Return the four numbers of a confusion matrix without errors."""
        good, defective = confusion.good, confusion.defective
        return ConfusionCounts(
            defective_found=defective.failed,
            defective_passed=defective.judged - defective.failed,
            good_rejected=good.failed,
            good_passed=good.judged - good.failed,
        )

    @staticmethod
    def sum(counts: Iterable[ConfusionCounts]) -> ConfusionCounts:
        """Add several."""
        parts = list(counts)
        return ConfusionCounts(
            **{name: sum(getattr(part, name) for part in parts) for name in ConfusionCounts.model_fields}
        )

    @property
    def matrix(self) -> Confusion:
        """The same as a confusion matrix, with its rates."""
        return Confusion(
            good=Tally(passed=self.good_passed, failed=self.good_rejected),
            defective=Tally(passed=self.defective_passed, failed=self.defective_found),
        )


class Figures(JsonRecord):
    """Figures of merit at a threshold; defective is the positive class, and None is what cannot be known.

    Accuracy, precision and F1 need pictures of both classes: of one alone they would look perfect for nothing.
    """

    pictures: int
    confusion: ConfusionCounts
    accuracy: float | None
    precision: float | None  #: 0 where nothing is rejected
    recall: float | None
    f1: float | None
    auroc: float | None
    average_precision: float | None
    escape_rate: float | None
    escape_rate_95: Interval
    overkill_rate: float | None
    overkill_rate_95: Interval


class ReviewBandFigures(JsonRecord):
    """What changes with a review band."""

    starts: Annotated[float | None, Field(alias="from", description="where the band begins; None without one")]
    pictures: int
    fraction: float
    good: int
    defective: int
    escape_rate: float | None
    escape_rate_95: Interval


class GoodFigures(JsonRecord):
    """The good parts."""

    pictures: int
    rejected: int
    passed: int
    overkill_rate: float
    overkill_rate_95: Interval


class DefectFigures(JsonRecord):
    """The parts of one defect type."""

    pictures: int
    rejected: int
    passed: int
    recall: float
    recall_95: Interval
    escape_rate: float
    escape_rate_95: Interval

    @property
    def found(self) -> Rate:
        """Rejected of all."""
        return Rate(self.rejected, self.pictures)


class Evaluation(Figures):
    """What a test says of a model. The two-class figures take review as passed; `review` says what changes with it."""

    threshold: float
    ece: float
    review: ReviewBandFigures
    per_category: dict[str, Figures]
    per_defect_type: dict[str, DefectFigures | GoodFigures]  #: "category/type" where there are several categories


class Pointing(JsonRecord):
    """How well heatmaps point at defects; see `trainer.pointing.pointing`. None where no picture has a defect."""

    pictures: int
    pointing_game: float | None
    pointing_game_tolerant: float | None
    tolerance: float
    pixel_auroc: float | None
    energy_inside: float | None
    mask_share: float | None


class ModelEvaluation(Evaluation):
    """The answer of ``trainer evaluate``."""

    model: str
    bundle: str
    pointing: dict[str, Pointing]
    verdicts: dict[str, float]  #: P(defective) by the picture's name


class Spread(JsonRecord):
    """A figure over several seeds or folds."""

    mean: float | None
    sd: float | None  #: sample standard deviation; None of fewer than two
    values: tuple[float, ...]


class Folds(JsonRecord):
    """A cross-test: every picture tested once by a model that never saw it; a figure of one fold only is None."""

    accuracy: Spread | None = None
    precision: Spread | None = None
    recall: Spread | None = None
    f1: Spread | None = None
    auroc: Spread | None = None
    average_precision: Spread | None = None
    confusion: ConfusionCounts
    pictures: int


class UnseenType(JsonRecord):
    """The parts of a defect type, judged by a model that was trained without it; REVIEW is not passed."""

    name: str
    parts: int
    passed: int  #: without the guard
    passed_with_guard: int | None  #: at its usual rate; None where the model has no memory of good
    good_to_review: int | None  #: good test parts that went to REVIEW for the guard alone


class Unseen(JsonRecord):
    """What happens to defects of a type that the model has never seen: each type was left out of a training in turn."""

    types: tuple[UnseenType, ...] = ()
    good: int  #: good test parts, the same for every type
    notes: tuple[str, ...] = ()  #: why it was not measured, or not for a type; sentences
    effort_s: float | None = None  #: the work of measuring it, seconds, where the budget did not reach so far

    @property
    def passed_with_guard(self) -> int | None:
        """Of all types together; None where nothing is known of a guard."""
        return _total([each.passed_with_guard for each in self.types])

    @property
    def mean_good_to_review(self) -> float | None:
        """Good test parts that the guard sent to REVIEW, in the mean of the trainings."""
        total = _total([each.good_to_review for each in self.types])
        return None if total is None else total / len(self.types)


class Suspect(JsonRecord):
    """A picture, and what speaks against its label."""

    rank: int  #: 1 is the first to look at
    name: str
    path: str = ""  #: of the file; left out of what is passed on
    sha256: str
    part: str  #: of the split
    label: str  #: "good", or its defect type
    wrong: bool  #: whether the label looks wrong
    against: float  #: probability of the other label
    p_defective: float  #: by a classifier that has not learnt from it
    strangeness: float | None  #: 1: the limit that few good parts exceed
    near_duplicate: str = ""  #: a picture that is nearly the same, under the other label
    evidence: str  #: all that, for a reader


class LabelAudit(JsonRecord):
    """Which labels look wrong, the likeliest first."""

    pictures: int  #: so many were looked at
    wrong: int  #: so many labels look wrong
    wrong_in_test: int  #: of these, so many are of the test part
    suspects: tuple[Suspect, ...] = ()  #: the first of these


class GrowthStage(JsonRecord):
    """A model on the way from good parts alone to many defects, on test pictures that the newest has in common with it.

    Args:
        good: Good pictures that it has learnt from; ``defective`` likewise.
        good_failed: Of ``good_tested``, with the guard at its usual rate, as everything here.
    """

    name: str
    created: str
    method: str
    good: int
    defective: int
    good_tested: int
    good_failed: int
    good_to_review: int
    defective_tested: int
    defective_passed: int
    defective_to_review: int


class Growth(JsonRecord):
    """A model beside those that it goes on from, the oldest first and itself last."""

    stages: tuple[GrowthStage, ...]
    worse: str  #: why it is worse than the one before; empty where it is not
    notes: tuple[str, ...] = ()  #: what could not be compared; sentences

    @property
    def sentence(self) -> str:
        """Whether it is worse than the one before, and what is not known."""
        said = self.worse
        if not said and len(self.stages) > 1 and self.stages[-2].good_tested + self.stages[-2].defective_tested:
            said = f"It is no worse than {self.stages[-2].name} on the same test pictures."
        return " ".join(text for text in (said, *self.notes) if text)


def _total(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None


def untested(split: Mapping[str, int]) -> bool:
    """Say whether no picture was kept for a test: the figures are of pictures that were each left out once.

    Args:
        split: Pictures by part; empty where nothing is known of a split.
    """
    return split.get("test", 1) == 0


def left_out_once(test: Evaluation) -> str:
    """Name the pictures of figures that no test was kept for."""
    return "Pictures, each judged without itself" if test.confusion.matrix.escapes.total else _GOOD_LEFT_OUT


#: The figures of `Figures` that are averaged over seeds and folds.
AVERAGED = ("accuracy", "precision", "recall", "f1", "auroc", "average_precision")
