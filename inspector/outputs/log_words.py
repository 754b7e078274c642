"""What SQLite says of a log, in the user's words, and what to do; its own sentences are for the program's log."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace

from inspector.domain.causes import cause_of
from inspector.outputs.chain import TWICE

#: What SQLite says of a part of the file that is damaged.
MALFORMED = "malformed"
#: What it says of a file that another program holds.
LOCKED = "locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An error of the database.

    Args:
        sign: It is in the library's sentence.
        words: They follow “the log … cannot be written: ”.
        next_step: What to do.
    """

    sign: str
    words: str
    next_step: str


_GOES_ON = "the station goes on trying."
_SAID = (
    Said(
        sign=LOCKED,
        words="another program holds it",
        next_step=f"Close the program that holds the file; {_GOES_ON}",
    ),
    Said(
        sign="readonly",
        words="it can only be read",
        next_step="Give this user the right to write the file and its folder.",
    ),
    Said(sign="disk is full", words="the disk is full", next_step=f"Free space on the disk; {_GOES_ON}"),
    Said(
        sign="not a database",
        words="it is no result log",
        next_step="Choose another file for the log; this one is left as it is.",
    ),
    Said(
        sign=MALFORMED,
        words="a part of it is damaged",
        next_step="Restore a copy, or start a new log; keep the damaged file.",
    ),
    Said(
        sign="unable to open",
        words="the file or its folder is not there, or this user may not",
        next_step="Check the path and its permissions.",
    ),
    Said(
        sign="disk I/O error",
        words="the disk, or the connection to it, failed",
        next_step=f"Check the disk and its connection; {_GOES_ON}",
    ),
    Said(
        sign=TWICE,
        words=TWICE,
        next_step="Report this with the program's log; nothing was changed.",
    ),
    Said(
        sign="UNIQUE",
        words=TWICE,
        next_step="Report this with the program's log; nothing was changed.",
    ),
    Said(
        sign="decode to UTF-8",
        words="a text in it is damaged",
        next_step="Restore a copy, or start a new log; keep the damaged file.",
    ),
)
_OTHER = Said(
    sign="",
    words="the database refuses it",
    next_step="Check the file, its folder and the disk; the program's log says more.",
)


def library_says(error: BaseException | None) -> str:
    """Return the library's own sentence."""
    return str(getattr(error, "orig", None) or error or "")


def said_of(error: BaseException) -> Said:
    """Return what an error of the database means; one of the operating system is told by its cause."""
    sentence = library_says(error)
    said = next((said for said in _SAID if said.sign in sentence), _OTHER)
    if said is _OTHER and isinstance(error, OSError):
        return replace(_OTHER, words=cause_of(error))
    if said is _OTHER and isinstance(getattr(error, "orig", error), sqlite3.IntegrityError):
        return replace(_OTHER, words=sentence)  # what a trigger of the log's own refuses, in our words
    return said
