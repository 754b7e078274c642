"""How an error's text begins where it stands alone."""

from __future__ import annotations


def sentence(said: Exception | str) -> str:
    """Return an error's text, or the line's own words, as a sentence begins.

    An address, a path or a file's name at its beginning stays as it is.
    """
    text = str(said)
    begins = text.split(maxsplit=1)[0].rstrip(".,:;") if text.strip() else ""
    return text if set(begins) & set(":/\\._") else text[:1].upper() + text[1:]
