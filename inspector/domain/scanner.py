"""What a code scanner at the station reads: how it is reached, what its codes are for, and which count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from inspector.domain.errors import InspectorError
from inspector.domain.pattern import check_quick, checked_pattern
from inspector.domain.text import LOT, PART_SERIAL, TextKind

#: A code, or a pattern of codes, that chooses a recipe.
RECIPE_CODE = TextKind(called="a recipe's code", longest=200)
_PLACE = TextKind(called="a scanner's address", longest=260)
_GROUP = "serial"
_LONGEST_PATTERN = 500
#: Names of the control characters, as the code on a part is written out, too.
_NAMES = (
    *("NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR", "SO", "SI"),
    *("DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US"),
)


class ScannerKind(StrEnum):
    """How a scanner is connected."""

    OFF = "off"
    SERIAL = "serial"
    TCP = "tcp"
    KEYBOARD = "keyboard"

    @property
    def words(self) -> str:
        """Its name for people."""
        return {
            ScannerKind.OFF: "none",
            ScannerKind.SERIAL: "serial port",
            ScannerKind.TCP: "text over TCP",
            ScannerKind.KEYBOARD: "keyboard (USB)",
        }[self]


class ScanUse(StrEnum):
    """What a code does."""

    PART = "part-serial"
    RECIPE = "recipe"
    EITHER = "recipe-or-part-serial"

    @property
    def words(self) -> str:
        """The same for people."""
        return {
            ScanUse.PART: "names the next part",
            ScanUse.RECIPE: "changes the recipe",
            ScanUse.EITHER: "changes recipe, else names part",
        }[self]


class ScanError(InspectorError, ValueError):
    """A code, or what codes are held against, cannot be used."""


def checked_code_pattern(pattern: str) -> str:
    """Return the regular expression that codes must match; empty takes any.

    Raises:
        ScanError: If it is no regular expression, is too long, or could search for too long: see `check_quick`.
    """
    check_quick(checked_pattern(pattern, ScanError, called="codes", longest=_LONGEST_PATTERN), ScanError)
    return pattern


def checked_scanner_address(address: str) -> str:
    """Return where a scanner is: a serial port, or ``HOST:PORT``; without surrounding spaces."""
    return _PLACE.checked(address.strip())


def host_and_port(address: str) -> tuple[str, int]:
    """Return the two parts of ``HOST:PORT``; IPv6 stands in brackets.

    Raises:
        ScanError: If it is no such address.
    """
    match = re.fullmatch(r"(?:\[(?P<six>[0-9a-fA-F:.%\w]+)\]|(?P<host>[^:\s\[\]]+)):(?P<port>\d{1,5})", address)
    port = int(match["port"]) if match else 0
    if match is None or not 1 <= port <= 65535:
        raise ScanError(f"“{address[:100]}” is no address of a scanner", "Write HOST:PORT, as 192.168.0.40:2001.")
    return match["six"] or match["host"], port


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRule:
    """Which codes count, and what of them is the serial number.

    Args:
        pattern: A regular expression that the whole code must match; its group ``serial``, where it has one, is what
            counts of it. Empty takes any code.
    """

    pattern: str = ""

    def understood(self, scanned: str) -> str:
        """Return what counts of a code, at most 200 characters that can be seen.

        Args:
            scanned: As it came, without what ends it. Control characters are written out, as ``<GS>``.

        Raises:
            ScanError: If it does not match the pattern.
            TextError: If it is too long, or holds what cannot be seen.
        """
        text = PART_SERIAL.checked(_with_shapes(scanned.strip(" ")))
        if not text:
            raise ScanError("the code is empty")
        if not self.pattern:
            return text
        match = re.fullmatch(self.pattern, text)
        if match is None:
            raise ScanError(
                f"the code “{text[:60]}” does not match the pattern of the settings", "Scan the right code once more."
            )
        counts = match[_GROUP] if _GROUP in match.re.groupindex else text
        if not counts:
            raise ScanError(f"the code “{text[:60]}” has no serial number in it", "Scan the right code once more.")
        return str(counts)


def is_code_of(wanted: str, code: str) -> bool:
    """Say whether a code is a recipe's.

    Args:
        wanted: As in the recipe; ``*`` stands for any characters. Empty is nobody's code.
    """
    first, *others = wanted.split("*")
    if not others:
        return bool(wanted) and code == wanted
    *middle, last = others
    if not (code.startswith(first) and code.endswith(last)):
        return False
    place, end = len(first), len(code) - len(last)
    for piece in middle:  # each as early as it can be: a regular expression would try every place of every piece
        place = code.find(piece, place, end)
        if place < 0:
            return False
        place += len(piece)
    return place <= end


@dataclass(frozen=True, slots=True, kw_only=True)
class LotCodes:
    """Which codes begin and end a lot; they are looked at before all others.

    Args:
        begins: A code in which one ``*`` stands for the lot's number; empty for none.
        ends: A code; empty for none.
    """

    begins: str = ""
    ends: str = ""

    def lot_of(self, scanned: str) -> str | None:
        """Return the lot that a code begins, empty where it ends the one in force; None where it does neither.

        Raises:
            ScanError: If it begins a lot without a number.
            TextError: If the number cannot be a lot's.
        """
        code = _with_shapes(scanned.strip(" "))
        if self.ends and code == self.ends:
            return ""
        before, star, after = self.begins.partition("*")
        longest = len(before) + len(after)
        if not star or len(code) < longest or not (code.startswith(before) and code.endswith(after)):
            return None
        lot = LOT.checked(code[len(before) : len(code) - len(after)].strip())
        if not lot:
            raise ScanError(f"the code “{code[:60]}” begins a lot, and has no number in it", "Scan the right code.")
        return lot


def checked_lot_code(code: str) -> str:
    """Return the code that begins a lot, without surrounding spaces; empty for none.

    Raises:
        ScanError: If there is not one ``*`` in it, with something before or after it.
        TextError: If it is too long, or holds what cannot be seen.
    """
    code = RECIPE_CODE.checked(code.strip())
    if code and (code.count("*") != 1 or code == "*"):
        raise ScanError(f"“{code[:60]}” is no code that begins a lot", "Put one * where the lot's number stands: LOT:*")
    return code


def _with_shapes(text: str) -> str:
    return "".join(f"<{_NAMES[ord(char)]}>" if char < " " else char for char in text)
