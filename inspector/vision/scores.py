"""The scores that a bundle keeps of labelled pictures: of validation, to choose a point by, and of the test."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import astuple, dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.cells import plain_cells, safe_cell
from inspector.domain.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: In the bundle's folder.
SCORES_FILE = "report/scores.csv"
OUT_OF_FOLD = "out of fold"
GOOD, DEFECTIVE = "good", "defective"
_YES, _NO = "yes", "no"


class ScorePart(StrEnum):
    """Which part of the split a picture belongs to, as far as the scores are concerned."""

    VALIDATION = "validation"  #: chose the operating point, and may choose another
    TEST = "test"  #: held out: shown beside, never chosen by


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureScore:
    """One labelled picture; the fields are the columns, in their order.

    Args:
        path: Within the data that was trained on, with slashes.
        label: "good" or "defective".
        defect_type: "good" for a good part.
        category: Which product; empty where there is one only.
        part: Part of the split.
        how: `OUT_OF_FOLD` for a score of a model that had not seen the picture's fold; else the precision in which the
            exported model judged it.
        p_defective: 0..1.
        sha256: SHA-256 of the picture's file, hex.
        strangeness: How unlike good parts it looks, above 0; of a good picture that the memory was made of, to a memory
            without it. None where it was not measured, as in bundles of before.
        heat_outside: Whether the heat lies outside the part; None where that is not known, likewise.
    """

    path: str
    label: str
    defect_type: str
    category: str
    part: ScorePart
    how: str
    p_defective: float
    sha256: str
    strangeness: float | None = None
    heat_outside: bool | None = None

    @property
    def defective(self) -> bool:
        """True for a defective part."""
        return self.label == DEFECTIVE


def scores_csv(scores: Iterable[PictureScore]) -> bytes:
    """Return the content of `SCORES_FILE`; every score with all its digits."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(PictureScore))
    for score in scores:
        writer.writerow(map(_cell, astuple(score)))
    return text.getvalue().encode("utf-8", "backslashreplace")


def _cell(value: str | float | bool | None) -> str:  # noqa: FBT001 - any column
    if value is None:
        return ""
    if isinstance(value, bool):
        return _YES if value else _NO
    return repr(value) if isinstance(value, float) else safe_cell(value)


def read_scores(folder: Path) -> list[PictureScore]:
    """Read the scores of a bundle.

    Args:
        folder: Of the bundle.

    Raises:
        BundleError: If it keeps none, as bundles of earlier versions and imported ones, or they cannot be used.
    """
    path = folder / SCORES_FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BundleError(
            f"the model {folder.name} keeps no scores of its validation pictures",
            "Train it again with this version, which keeps them; or choose by a batch of labelled folders.",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BundleError(
            f"the scores {path} cannot be read: {cause_of(error)}", "Check the file's permissions."
        ) from error
    scores = []
    reader = csv.DictReader(io.StringIO(text, newline=""))
    for row in reader:
        try:
            scores.append(_row(plain_cells(row)))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BundleError(
                f"line {reader.line_num} of the scores {path} cannot be used: {error}", "Restore the bundle."
            ) from error
    return scores


def _row(row: dict[str, str]) -> PictureScore:
    label, p = row["label"], float(row["p_defective"])
    if label not in {GOOD, DEFECTIVE} or not math.isfinite(p) or not 0.0 <= p <= 1.0:
        msg = f"need good or defective and a P(defective) from 0 to 1, got {label!r} and {row['p_defective']!r}"
        raise ValueError(msg)
    texts = {name: row[name].strip() for name in ("path", "defect_type", "category", "how", "sha256")}
    strangeness = _strangeness(row.get("strangeness") or "")
    return PictureScore(
        label=label,
        part=ScorePart(row["part"]),
        p_defective=p,
        strangeness=strangeness,
        heat_outside=_yes_or_no(row.get("heat_outside") or ""),
        **texts,
    )


def _yes_or_no(text: str) -> bool | None:
    if text.strip() not in {_YES, _NO, ""}:
        msg = f"need {_YES}, {_NO} or nothing, got {text!r}"
        raise ValueError(msg)
    return None if not text.strip() else text.strip() == _YES


def _strangeness(text: str) -> float | None:
    if not text.strip():
        return None
    value = float(text)
    if not 0.0 <= value < math.inf:
        msg = f"need a strangeness of 0 or more, got {text!r}"
        raise ValueError(msg)
    return value
