"""The test pictures that a new model and the current one judge differently."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """One test picture that changes sides.

    Args:
        name: Of the picture in its data set.
        path: The picture.
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
    """Compare two evaluations of the same pictures.

    Args:
        new: With ``threshold`` and ``predictions``: objects of name, category, defect, p_defective, and path where it
            is known.
        current: The same of the current model.
        data: The data set, in which pictures without a path lie.

    Returns:
        The new errors first, then what is mended; empty where one of the two lists no predictions.
    """
    ours, theirs = _by_name(new), _by_name(current)
    found = []
    for key in sorted(ours.keys() & theirs.keys()):
        mine, other = ours[key], theirs[key]
        if mine[0] == other[0]:
            continue
        one = mine[1]
        defect = str(one.get("defect", ""))
        truth = defect not in {"", "good"}
        path = Path(str(other[1].get("path") or one.get("path") or data / key[1]))
        found.append(Flip(name=key[1], path=path, defect=defect or "good", better=mine[0] == truth))
    return sorted(found, key=lambda one: one.better)


def _by_name(figures: Mapping[str, Any]) -> dict[tuple[str, str], tuple[bool, Mapping[str, Any]]]:
    """Whether each picture was called defective, by category and name."""
    predictions, threshold = figures.get("predictions"), figures.get("threshold")
    if not isinstance(predictions, list) or not isinstance(threshold, int | float):
        return {}
    return {
        (str(one.get("category", "")), str(one["name"])): (float(one["p_defective"]) >= threshold, one)
        for one in predictions
        if isinstance(one, dict) and "name" in one and "p_defective" in one
    }
