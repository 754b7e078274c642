"""Bytes of a scanner to codes: each ends with CR, LF, a tab, ETX or NUL."""

from __future__ import annotations

import re

_END = re.compile(rb"[\r\n\t\x00\x03]")
_LONGEST = 1024
#: The rest of a code must come within this time; then what has come is no code.
WHOLE_WITHIN_S = 1.0


class CodeStream:
    """Belongs to one connection; every time is passed in."""

    def __init__(self) -> None:
        self._rest = b""
        self._too_long = False
        self._last_s = 0.0

    def feed(self, data: bytes, now_s: float) -> list[str]:
        """Take what has come.

        Args:
            data: Any piece of what the scanner sends, also none.
            now_s: When, in seconds.

        Returns:
            The codes that are whole now, without what ends them.
        """
        if not data:
            return []
        self._last_s = now_s
        *whole, self._rest = _END.split(self._rest + data)
        if whole and self._too_long:
            whole, self._too_long = whole[1:], False
        codes = [_text(piece.strip(b"\x02")) for piece in whole if piece.strip(b"\x02 ")]
        if len(self._rest) > _LONGEST:
            self._rest, self._too_long = b"", True
        return codes

    def give_up(self, now_s: float) -> str:
        """Return what is wrong where the end of a code has not come in time, and forget its beginning; else nothing."""
        if now_s - self._last_s <= WHOLE_WITHIN_S or not (self._rest or self._too_long):
            return ""
        begun, self._rest, self._too_long = _text(self._rest), b"", False
        return (
            f"“{begun[:40]}” came without an end: it was not used. Let the scanner end each code with CR or LF, "
            "and check its speed."
        )


def _text(data: bytes) -> str:
    """Return the text; scanners that know no UTF-8 send Latin-1."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")
