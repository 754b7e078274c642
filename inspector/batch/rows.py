"""One row of the table that a batch becomes: plain text values, so that it can come from another machine."""

from __future__ import annotations

import json
import re
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, overload

from inspector.pictures.content import KnownContent, Stamp
from inspector.pictures.store import StorePath

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from inspector.domain.records import Decision, Prediction
    from inspector.pictures import Place

_FIRST_HEADER = (
    "path",
    "size",
    "mtime_ns",
    "verdict",
    "p_defective",
    "class",
    "probabilities",
    "reason",
    "overlay",
    "model",
)
_WITH_CONTENT = (*_FIRST_HEADER, "ctime_ns", "content")
_WITH_GUARD = (*_WITH_CONTENT, "strangeness", "strange_from")
HEADER = (*_WITH_GUARD, "heat_outside")
#: As it was written before a file was known by its content, before the guard, and before heat outside the part counted;
#: such tables are read, and gone on with, as well.
EARLIER_HEADERS = (_FIRST_HEADER, _WITH_CONTENT, _WITH_GUARD)
#: Where the model stands in a row.
MODEL_COLUMN = _FIRST_HEADER.index("model")
#: Columns that hold numbers.
NUMBERS = frozenset({"size", "mtime_ns", "p_defective", "ctime_ns", "strangeness", "strange_from"})
#: How a row says whether the heat lies outside the part.
OUTSIDE_WORDS = {True: "yes", False: "no", None: ""}
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
        ctime_ns: Time of the last change of the file or its status, from before it was read; empty where a later change
            could leave it as it is, see `inspector.pictures.content.Stamp.sure`.
        content: What was judged, as of `inspector.pictures.content.digest_of`; empty where it could not be read.
        strangeness: How unlike good parts it is, with six digits; empty where the network was not asked, or the model
            has no memory of good.
        strange_from: From where on the guard reviews; empty where there was none.
        heat_outside: “yes” where the heat lies outside the part, “no” where not; empty where it was not asked.
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
    ctime_ns: str = ""
    content: str = ""
    strangeness: str = ""
    strange_from: str = ""
    heat_outside: str = ""

    def values(self) -> tuple[str, ...]:
        """The values in the order of `HEADER`."""
        return astuple(self)


def make_row(
    path: str, held: KnownContent, decision: Decision, prediction: Prediction | None, *, overlay: str, model: str
) -> Row:
    """Return the row of a file.

    Args:
        path: As in `Row`.
        held: What was judged.
        decision: The verdict, with its reason and score.
        prediction: What the network said; None where it was not asked.
        overlay: As in `Row`.
        model: As in `Row`.
    """
    names = prediction.classes.names if prediction else ()
    stamp = held.stamp or Stamp(-1, -1)
    strange_from = decision.thresholds.strange_from
    scores = [round(float(p), 6) for p in prediction.probabilities] if prediction else []
    return Row(
        path=path,
        size=str(stamp.size),
        mtime_ns=str(stamp.mtime_ns),
        verdict=decision.verdict.value,
        p_defective="" if decision.p_defective is None else f"{decision.p_defective:.6f}",
        class_name=names[max(range(len(scores)), key=scores.__getitem__)] if scores else "",
        probabilities=json.dumps(dict(zip(names, scores, strict=True)), ensure_ascii=False),
        reason=storable(decision.reason),
        overlay=overlay,
        model=model,
        ctime_ns="" if stamp.ctime_ns is None else str(stamp.ctime_ns),
        content=held.digest,
        strangeness="" if decision.strangeness is None else f"{decision.strangeness:.6f}",
        strange_from="" if strange_from is None else f"{strange_from:.6f}",
        heat_outside=OUTSIDE_WORDS[decision.heat_outside],
    )


def content_of(values: Sequence[str]) -> KnownContent:
    """Return what was judged, from a row's values.

    Raises:
        ValueError: If size or time is no number.
    """
    size, mtime_ns = int(values[1]), int(values[2])
    ctime_ns, digest = values[MODEL_COLUMN + 1 : MODEL_COLUMN + 3] or ("", "")
    if size < 0:
        return KnownContent(None)
    return KnownContent(Stamp(size, mtime_ns, int(ctime_ns) if ctime_ns else None), digest)


def storable(name: str) -> str:
    """Return a file name as UTF-8 can hold it; bytes that are not text are spelled out."""
    return name if name.isascii() else name.encode("utf-8", "backslashreplace").decode("utf-8")


@overload
def find_picture(folder: Path, name: str) -> Path: ...
@overload
def find_picture(folder: Place, name: str) -> Place: ...
def find_picture(folder: Place, name: str) -> Place:
    """Return where the picture of a row is, or was.

    Args:
        folder: The batch's folder of pictures.
        name: As in `Row.path`: bytes that are not text are spelled out in it, and are put back here.
    """
    path = folder / name
    if isinstance(path, StorePath) or isinstance(folder, StorePath):
        return path
    if "\\udc" in name and not path.exists():
        return folder / _SPELLED.sub(lambda match: chr(0xDC00 + int(match[1], 16)), name)
    return path
