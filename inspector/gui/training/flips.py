"""The test pictures that a new model and the current one judge differently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel

from inspector.domain.policy import holding, rejected
from inspector.domain.records import Thresholds

if TYPE_CHECKING:
    from pathlib import Path

    from trainer.evaluation import ModelEvaluation


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """One test picture that changes sides.

    Args:
        name: The picture's name in its data set.
        path: The picture's file.
        defect: What it shows, as “good” or “broken”.
        better: True where the new model is right and the current one is wrong; False the other way round.
    """

    name: str
    path: Path
    defect: str
    better: bool

    @property
    def words(self) -> str:
        """What has changed."""
        return f"{self.defect}, {'now right' if self.better else 'now wrong'}"


class _Predicted(BaseModel):
    name: str
    defect: str
    p_defective: float


class NewFigures(BaseModel):
    """What is needed of a new model's ``metrics.json``."""

    threshold: float
    review_from: float | None = None
    predictions: list[_Predicted]


def flips_of(new: NewFigures, current: ModelEvaluation, data: Path) -> list[Flip]:
    """Compare two evaluations of the same pictures, each at its own threshold.

    Args:
        data: The data set, in which the pictures lie by their names.

    Returns:
        The new errors first, then what is mended.
    """
    # a manifest names its pictures from where it is
    folder = data.parent if data.suffix.lower() in {".csv", ".parquet"} else data
    shared = [picture for picture in new.predictions if picture.name in current.verdicts]
    ours_from = holding(Thresholds(fail_at=new.threshold, review_from=new.review_from)).fail_at
    ours = rejected([picture.p_defective for picture in shared], ours_from)
    theirs = rejected([current.verdicts[picture.name] for picture in shared], current.threshold)
    flips = [
        Flip(
            name=picture.name,
            path=folder / picture.name,
            defect=picture.defect,
            better=bool(fails) == (picture.defect != "good"),
        )
        for picture, fails, failed in zip(shared, ours, theirs, strict=True)
        if fails != failed
    ]
    return sorted(flips, key=lambda flip: flip.better)
