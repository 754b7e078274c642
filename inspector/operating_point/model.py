"""The validation scores that a model's bundle keeps, with those of its test beside them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from inspector.domain.operating_point import LabelledScores
from inspector.operating_point.parts import LabelledParts
from inspector.operating_point.words import outside_notes
from inspector.vision.bundle import load_manifest
from inspector.vision.learnt import data_folder
from inspector.vision.scores import OUT_OF_FOLD, ScorePart, read_scores

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from inspector.vision.scores import PictureScore

_FLATTERING = "The model's own operating point was chosen by these parts, so their figures flatter it."
_BESIDE = "The test parts, which chose nothing, stand beside."
_GOOD_ALONE = "There is no defective part among them: the model's own operating point was not chosen by these parts."


def validation_of(folder: Path) -> LabelledParts:
    """Read the validation pictures of a model.

    Args:
        folder: Of the model's bundle.

    Raises:
        BundleError: If the bundle cannot be read, or keeps no scores; the text says how to get them.
    """
    manifest = load_manifest(folder)
    rows = read_scores(folder)
    own = [row for row in rows if row.part is ScorePart.VALIDATION]
    test = [row for row in rows if row.part is ScorePart.TEST]
    data = data_folder(manifest)
    names = [row.path for row in own]
    ways = sorted({row.how for row in own})
    scores = _scores(own)
    return LabelledParts(
        source=f"validation pictures of {manifest.name}",
        scores=scores,
        names=names,
        types=[row.defect_type for row in own],
        how=", ".join(map(_in_words, ways)),
        picture=lambda index: None if data is None else data / names[index],
        notes=(*_notes(own, test), *outside_notes(scores)),
        own=True,
        held_out=_scores(test) if test else None,
    )


def _notes(own: Sequence[PictureScore], test: Sequence[PictureScore]) -> tuple[str, ...]:
    chosen = _FLATTERING if any(row.defective for row in own) else _GOOD_ALONE
    return (chosen, _BESIDE) if test else (chosen,)


def _scores(rows: Sequence[PictureScore]) -> LabelledScores:
    strangeness = [math.nan if row.strangeness is None else row.strangeness for row in rows]
    outside = [row.heat_outside is True for row in rows]
    return LabelledScores([row.p_defective for row in rows], [row.defective for row in rows], strangeness, outside)


def _in_words(how: str) -> str:
    if how == OUT_OF_FOLD:
        return "out of fold: each scored by a model that had not learnt from it"
    return f"as the model judges in {how}"
