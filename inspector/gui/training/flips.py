"""The test pictures that a new model and the current one judge differently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


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


def flips_of(new: Mapping[str, Any], current: Mapping[str, Any], data: Path) -> list[Flip]:
    """Compare two evaluations of the same pictures, each at its own threshold.

    Args:
        new: The new model's ``metrics.json``: ``threshold`` and ``predictions`` (name, defect, p_defective).
        current: The current model's evaluation: ``threshold`` and ``verdicts`` (P(defective) by name).
        data: The data set, in which the pictures lie by their names.

    Returns:
        The new errors first, then what is mended; empty where one of the two lists no pictures.
    """
    predictions, verdicts = new.get("predictions"), current.get("verdicts")
    if not isinstance(predictions, list) or not isinstance(verdicts, dict):
        return []
    ours, theirs = float(new["threshold"]), float(current["threshold"])
    folder = (
        data.parent if data.suffix.lower() in {".csv", ".parquet"} else data
    )  # a manifest names its pictures from where it is
    flips = []
    for prediction in predictions:
        name = str(prediction["name"])
        if name not in verdicts:
            continue
        said = float(prediction["p_defective"]) >= ours
        if said != (float(verdicts[name]) >= theirs):
            truth = prediction["defect"] != "good"
            flips.append(Flip(name=name, path=folder / name, defect=str(prediction["defect"]), better=said == truth))
    return sorted(flips, key=lambda flip: flip.better)
