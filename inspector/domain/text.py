"""Texts that people type and that stand in records: how long they may be, and what they may hold."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from inspector.domain.errors import InspectorError

#: Control characters, halves of characters, line and paragraph separators.
_REFUSED = frozenset({"Cc", "Cs", "Zl", "Zp"})
#: Characters without a shape change what is seen or make two names look the same; two of them join letters.
_FORMAT, _JOINERS = "Cf", frozenset("\u200c\u200d")
#: What no file of a name may hold, here or on another system.
_NOT_IN_FILES = frozenset('/\\:*?"<>|')
_MOST_BYTES = 200
_BREAKS = re.compile("[\t\n\v\f\r\x85\u2028\u2029]+")
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})


class TextError(InspectorError, ValueError):
    """A text cannot be used; it says which character or length is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextKind:
    """One kind of typed text.

    Args:
        called: As in “a lot”.
        longest: In characters, once composed (NFC).
        shortest: In characters; 0: it may be empty.
        names_file: A file or a folder gets this name.
        prose: Holds sentences, not what a scanner sends.
    """

    called: str
    longest: int
    shortest: int = 0
    names_file: bool = False
    prose: bool = False

    def checked(self, text: str) -> str:
        """Return a text as it is kept: composed (NFC), so that what looks the same is the same.

        Raises:
            TextError: If it is too long or too short, or holds what cannot be seen or printed.
        """
        if len(text) > 4 * self.longest:
            raise self._error(f"has at most {self.longest} characters, got {len(text)}")
        kept = unicodedata.normalize("NFC", text)
        if not self.shortest <= len(kept) <= self.longest:
            limits = f"at most {self.longest}" if not self.shortest else f"{self.shortest} to {self.longest}"
            raise self._error(f"has {limits} characters, got {len(kept)}")
        for character in kept:
            if _is_refused(character):
                raise self._error(f"holds no control character, got U+{ord(character):04X}")
        if self.names_file:
            self._check_file_name(kept)
        return kept

    def cleaned(self, text: str) -> str:
        """Return as much of a text as can be used, for a field in which it is typed; see `checked`.

        In prose several lines, as of a text that was pasted, become one, whose words stay apart.
        """
        if self.prose:
            text = _BREAKS.sub(" ", text)
        kept = unicodedata.normalize("NFC", "".join(piece for piece in text if not _is_refused(piece)))
        return kept[: self.longest]

    def _check_file_name(self, text: str) -> None:
        named = next((character for character in text if character in _NOT_IN_FILES), None)
        if named is not None or text.strip(". ") != text:
            raise self._error(
                f"has {self.shortest} to {self.longest} characters, no slash, line break, outer dot or space, "
                f'and none of : * ? " < > |, got {text!r}'
            )
        if text.partition(".")[0].strip().lower() in _RESERVED:
            raise self._error(f"is none of the system's own names, got {text!r}")
        if len(text.encode()) > _MOST_BYTES:
            raise self._error(f"has at most {_MOST_BYTES} bytes as a file's name, got {len(text.encode())}")

    def _error(self, what: str) -> TextError:
        return TextError(f"{self.called} {what}")


def shortened(text: str, most: int) -> str:
    """Return a text of at most so many characters; of a longer one the end, by which serial numbers differ."""
    return text if len(text) <= most else f"…{text[1 - most :]}"


def _is_refused(character: str) -> bool:
    if character.isascii():
        return not " " <= character <= "~"
    category = unicodedata.category(character)
    return category in _REFUSED or (category == _FORMAT and character not in _JOINERS)


LOT = TextKind(called="a lot", longest=60)
STATION = TextKind(called="a station's name", longest=60, shortest=1)
RECIPE_NAME = TextKind(called="a recipe name", longest=80, shortest=1, names_file=True)
PERSON = TextKind(called="a person's name", longest=80)
#: As somebody signs in; it stands in records as `PERSON` does.
USER_NAME = TextKind(called="a user's name", longest=60, shortest=1)
REASON = TextKind(called="a reason", longest=300, prose=True)
REMARK = TextKind(called="a remark", longest=500, prose=True)
VIEW_NAME = TextKind(called="a view's name", longest=40, shortest=1)
DEFECT_TYPE = TextKind(called="a defect type", longest=80)
PLACE = TextKind(called="a path", longest=2000)
ADDRESS = TextKind(called="an address", longest=253, shortest=1)
ADDRESS_LIST = TextKind(called="a list of addresses", longest=2000)
#: A model's name or the path of its folder.
MODEL = TextKind(called="a model", longest=2000, shortest=1)
TRIGGER_ID = TextKind(called="a trigger's id", longest=64, shortest=1)
CHALLENGE_PART = TextKind(called="a challenge part's name", longest=80, shortest=1)
PART_SERIAL = TextKind(called="a part's serial number", longest=200)
NEST = TextKind(called="a nest", longest=40)
#: As the line names it; whether there is such a recipe is another question.
WANTED_RECIPE = TextKind(called="a wanted recipe", longest=80)
