"""The sentences that are translated, and those among them that hold values, from Qt's own file of a translation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from pathlib import Path

#: Under which Qt knows all of them.
CONTEXT = "operator"
#: What a sentence holds: a number, a day, words that are said likewise, and text that stays as it is; neither goes over
#: the end of a sentence, or over a colon, unless it stands behind one.
_WORDS, _REST = r"(?:(?!\. [A-Z]|; |: |\n).)+?", r"(?:(?!\. [A-Z]|; |\n).)+"
_HELD = {"n": r"-?\d+(?:,\d{3})*(?:\.\d+)?", "d": r"\d{4}-\d\d-\d\d", "s": _WORDS, "t": _WORDS}
PLACE = re.compile(r"\{([ndst]\d?)\}")


class Sentence:
    """A sentence with places for values.

    Args:
        english: With “{n}” for a number, “{d}” for a day, “{s}” for words that are translated, too, and “{t}” for text
            that stays as it is; a digit tells two of a kind apart.
    """

    def __init__(self, english: str) -> None:
        self.english = english
        pieces = PLACE.split(english)
        self.plain = sum(map(len, pieces[::2]))  #: letters that are no value
        self._pieces = [piece for piece in pieces[::2] if piece]
        held = [f"(?P<{place}>{_HELD[place[0]]})" for place in pieces[1::2]]
        if english.endswith("}") and pieces[-3].endswith(": ") and pieces[-2][0] in "st":
            held[-1] = f"(?P<{pieces[-2]}>{_REST})"
        plain = [re.escape(piece) for piece in pieces[::2]]
        self._pattern = "".join(a + b for a, b in zip(plain, [*held, ""], strict=True))
        self._compiled: re.Pattern[str] | None = None  # when it is first wanted: all of them would take 0.2 s

    def values(self, english: str) -> dict[str, str] | None:
        """Return the values that make this sentence of a text; None where it is another sentence."""
        if not all(piece in english for piece in self._pieces):
            return None
        self._compiled = self._compiled or re.compile(self._pattern)
        held = self._compiled.fullmatch(english)
        return None if held is None else held.groupdict()


def translated(path: Path) -> dict[str, str]:
    """Return what a file of Qt's Linguist (.ts) translates: English, and the other language."""
    messages = ET.parse(path).getroot().iter("message")  # noqa: S314 - a file of our own
    return {message.findtext("source", ""): message.findtext("translation", "") for message in messages}


def sentences(path: Path) -> list[Sentence]:
    """Return the sentences of such a file that have places for values; first those that say most themselves."""
    held = [Sentence(english) for english in translated(path) if PLACE.search(english)]
    return sorted(held, key=lambda sentence: -sentence.plain)
