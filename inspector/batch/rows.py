"""One row of the table that a batch becomes: plain text values, so that it can come from another machine."""

from __future__ import annotations

import json
import re
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.domain.records import Decision, Prediction

HEADER = ("path", "size", "mtime_ns", "verdict", "p_defective", "class", "probabilities", "reason", "overlay", "model")
_SPELLED = re.compile(r"\\udc([89a-f][0-9a-f])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is said of one file; the fields are the columns, in their order.

    Args:
        path: The file's path within the folder, with slashes; see `storable`.
        size: In bytes, when it was read; -1 where it could not be asked for.
        mtime_ns: Time of its last change, likewise.
        verdict: PASS, FAIL, REVIEW or ERROR.
        p_defective: With six digits; empty where the network was not asked.
        class_name: The most probable class; empty likewise.
        probabilities: A JSON object, class to number.
        reason: As in `Decision.reason`.
        overlay: The overlay's path within the folder of the results; empty where there is none.
        model: SHA-256 of the model that judged.
    """

    path: str
    size: str
    mtime_ns: str
    verdict: str
    p_defective: str
    class_name: str
    probabilities: str
    reason: str
    overlay: str
    model: str

    def values(self) -> tuple[str, ...]:
        """The values in the order of `HEADER`."""
        return astuple(self)


def make_row(
    path: str, stamp: tuple[int, int], decision: Decision, prediction: Prediction | None, *, overlay: str, model: str
) -> Row:
    """Return the row of a file.

    Args:
        path: As in `Row`.
        stamp: Size and time of the last change.
        decision: The verdict, with its reason and score.
        prediction: What the network said; None where it was not asked.
        overlay: As in `Row`.
        model: As in `Row`.
    """
    names = prediction.classes.names if prediction else ()
    scores = [round(float(p), 6) for p in prediction.probabilities] if prediction else []
    return Row(
        path=path,
        size=str(stamp[0]),
        mtime_ns=str(stamp[1]),
        verdict=decision.verdict.value,
        p_defective="" if decision.p_defective is None else f"{decision.p_defective:.6f}",
        class_name=names[max(range(len(scores)), key=scores.__getitem__)] if scores else "",
        probabilities=json.dumps(dict(zip(names, scores, strict=True)), ensure_ascii=False),
        reason=storable(decision.reason),
        overlay=overlay,
        model=model,
    )


def storable(name: str) -> str:
    """Return a file name as UTF-8 can hold it; bytes that are not text are spelled out."""
    return name if name.isascii() else name.encode("utf-8", "backslashreplace").decode("utf-8")


def find_picture(folder: Path, name: str) -> Path:
    """Return where the picture of a row is, or was.

    Args:
        folder: The batch's folder of pictures.
        name: As in `Row.path`: bytes that are not text are spelled out in it, and are put back here.
    """
    path = folder / name
    if "\\udc" in name and not path.exists():
        return folder / _SPELLED.sub(lambda match: chr(0xDC00 + int(match[1], 16)), name)
    return path
